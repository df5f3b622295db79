# The clocks of `time`, and sleeping.
import time

for clock in (time.time, time.monotonic, time.perf_counter, time.process_time, time.thread_time):
    first, second = clock(), clock()
    print(clock.__name__, type(first).__name__, second >= first)
for clock in (time.time_ns, time.monotonic_ns, time.perf_counter_ns, time.process_time_ns):
    first, second = clock(), clock()
    print(clock.__name__, type(first).__name__, second >= first)
print(time.time() > 1.6e9, time.monotonic() > 0, abs(time.time() - time.time_ns() / 1e9) < 1)

start = time.perf_counter()
print(time.sleep(0.03), 0.03 <= time.perf_counter() - start < 1)
time.sleep(0)
time.sleep(False)
for value in (-1, 'x', None, float('nan'), 1e30):
    try:
        time.sleep(value)
    except (ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__, error)
cpu = time.process_time()
time.sleep(0.05)
print(time.process_time() - cpu < 0.04)
for name in ('time', 'monotonic', 'perf_counter', 'process_time', 'thread_time'):
    info = time.get_clock_info(name)
    print(name, info.implementation, info.monotonic, info.adjustable)
try:
    time.get_clock_info('other')
except ValueError as error:
    print(error)
print(time.clock_gettime(time.CLOCK_MONOTONIC) > 0, time.clock_getres(time.CLOCK_MONOTONIC))
try:
    time.clock_gettime(99)
except OSError as error:
    print(error)
