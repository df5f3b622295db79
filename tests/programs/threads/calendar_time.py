# The calendar of `time`: broken-down times and their texts.
import time

print(time.gmtime(0))
print(tuple(time.gmtime(1709210096)), time.gmtime(-1)[:6], time.gmtime(1e9 + 0.9).tm_sec)
moment = time.gmtime(1234567890)
print(moment.tm_year, moment.tm_mon, moment.tm_wday, moment.tm_yday, moment.tm_isdst, moment.tm_zone, moment.tm_gmtoff)
print(len(moment), moment[0], moment[:3], moment == tuple(moment), isinstance(moment, tuple))
print(time.struct_time(range(9)))
print(time.struct_time(range(9)).tm_zone)
for value in ((1, 2), 'short'):
    try:
        time.struct_time(value)
    except TypeError as error:
        print(error)
print(time.asctime(moment), '|', time.asctime((2024, 2, 9, 1, 2, 3, 4, 40, 0)))
for seconds in (0, 951782400, 4102444800, -86400 * 365 * 2000):
    print(time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(seconds)))
moment = (2024, 2, 29, 14, 5, 9, 3, 60, 0)
for letter in 'aAbBcCdDeFgGhHIjklmMnprRStTuUVwWxXyYzZ%':
    print(letter, repr(time.strftime('%' + letter, moment)))
print(time.strftime('[%-d] [%_d] [%05d] [%^a] [%#Z] [%-H] [%10A] [%Q] [%E]', moment), time.strftime(''), time.strftime('100%'))
for month, day in ((1, 1), (1, 3), (12, 30), (12, 31)):
    for year in (2018, 2020, 2021):
        seconds = time.mktime((year, month, day, 0, 0, 0, 0, 0, 0)) - time.timezone
        print(time.strftime('%F %G-W%V-%u %U %W %j', time.gmtime(seconds)), end='; ')
    print()
for bad in ((2024, 13, 1, 0, 0, 0, 0, 1, 0), (2024, 1, 32, 0, 0, 0, 0, 1, 0), (2024, 1, 1, 24, 0, 0, 0, 1, 0),
            (2024, 1, 1, 0, 60, 0, 0, 1, 0), (2024, 1, 1, 0, 0, 62, 0, 1, 0), (2024, 1, 1, 0, 0, 0, -2, 1, 0),
            (2024, 1, 1, 0, 0, 0, 0, 367, 0), (1, 2), 5, ('a',) * 9):
    try:
        time.strftime('%Y', bad)
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
print(time.strftime('%Y %m %d %j', (2024, 0, 0, 0, 0, 0, 0, 0, 0)))
for bad in (float('nan'), 1e30, 1e18, 'x'):
    try:
        time.gmtime(bad)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        print(type(error).__name__, error)
parsed = time.strptime('2024-02-29 14:05:09', '%Y-%m-%d %H:%M:%S')
print(tuple(parsed))
print(tuple(time.strptime('Thu Feb 29 14:05:09 2024')))
print(time.strptime('30 Nov 00', '%d %b %y').tm_yday)
try:
    time.strptime('x', '%Y')
except ValueError as error:
    print(error)
