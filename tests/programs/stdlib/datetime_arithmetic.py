"""Dates far apart, carries of durations, texts and what is refused."""

from datetime import date, datetime, time, timedelta, timezone

days = [1, 59, 60, 365, 366, 36524, 36525, 146096, 146097, 146098, 730119, 730179, 738000, 3652059]
print([date.fromordinal(day).isoformat() for day in days])
print(all(date.fromordinal(day).toordinal() == day for day in range(1, 3652060, 97)))
start = datetime(2023, 12, 31, 23, 59, 59, 999999)
for step in (timedelta(microseconds=1), timedelta(days=60), timedelta(weeks=-9, hours=5),
             timedelta(days=-1, seconds=-1), timedelta(milliseconds=-86400001), timedelta(hours=0.5)):
    print(step, repr(step), start + step, start - step, date(2024, 2, 29) + step)
print(datetime(2024, 3, 1) - datetime(2023, 3, 1, 12), date(1, 1, 1) - date(9999, 12, 31))
print(datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=2))) + timedelta(hours=-3))
for text in ("2024-02-29T12:34:56", "2024-02-29 00:00:00", "2024-02-29", "20240229T1234",
             "2024-02-29T12:34:56.789+02:00", "2024-W09-4"):
    print(repr(datetime.fromisoformat(text)))
for wrong in (lambda: datetime.fromisoformat("2023-02-29T00:00:00"), lambda: date(2023, 2, 29),
              lambda: datetime.max + timedelta(microseconds=1), lambda: date.min - timedelta(1),
              lambda: timedelta(days=10**9), lambda: time(24), lambda: date(2024, True, 1.5)):
    try:
        print(wrong())
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__)
print(timedelta(1.5, True, 2.25, weeks=10**5), timedelta(days=True), date(2024, True, 1))


class Moment(datetime):
    pass


print(type(Moment(2024, 1, 1) + timedelta(1)).__name__, Moment(2024, 1, 1) < Moment(2024, 1, 2))
