# ThreadPoolExecutor and its futures.
import threading
import time
from concurrent.futures import (ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, CancelledError, Future,
                                ThreadPoolExecutor, TimeoutError, as_completed, wait)

with ThreadPoolExecutor(max_workers=3) as pool:
    print(pool.submit(pow, 2, 10).result())
    print(list(pool.map(lambda x: x * x, range(6))))
    futures = [pool.submit(lambda n: (time.sleep(n / 100), n)[1], n) for n in (3, 1, 2)]
    print([future.result() for future in as_completed(futures)])
    print(list(pool.map(lambda a, b: a + b, 'abc', 'xyz')))

    failing = pool.submit(lambda: 1 / 0)
    try:
        failing.result()
    except ZeroDivisionError as error:
        print('ZeroDivisionError:', error)
    print(type(failing.exception()).__name__, failing.done(), failing.cancelled(), failing.running())
    try:
        for value in pool.map(lambda x: 10 // x, (5, 0, 1)):
            print(value)
    except ZeroDivisionError:
        print('in map')

    slow = pool.submit(time.sleep, 0.05)
    try:
        slow.result(timeout=0.005)
    except TimeoutError:
        print('TimeoutError')

    called = []
    future = pool.submit(lambda: 'value')
    future.add_done_callback(lambda done: called.append(done.result()))
    future.result()
    time.sleep(0.01)
    print(called)
    future.add_done_callback(lambda done: called.append('at once'))
    print(called)

# Cancelling what has not begun.
with ThreadPoolExecutor(1) as pool:
    gate = threading.Event()
    running = pool.submit(gate.wait)
    queued = pool.submit(print, 'not printed')
    print(queued.cancel(), running.cancel(), queued.cancelled())
    try:
        queued.result()
    except CancelledError:
        print('cancelled')
    gate.set()
    print(running.result())

with ThreadPoolExecutor(4) as pool:
    fast, slow = pool.submit(lambda: 1), pool.submit(time.sleep, 0.03)
    done, pending = wait([fast, slow], return_when=FIRST_COMPLETED)
    print(len(done), len(pending), fast in done)
    done, pending = wait([fast, slow], return_when=ALL_COMPLETED)
    print(len(done), len(pending))
    bad = pool.submit(lambda: {}['key'])
    done, pending = wait([bad, pool.submit(time.sleep, 0.02)], return_when=FIRST_EXCEPTION)
    print(bad in done, repr(bad.exception()))

def init(value):
    threading.current_thread().value = value
with ThreadPoolExecutor(2, thread_name_prefix='pool', initializer=init, initargs=(42,)) as pool:
    print(pool.submit(lambda: threading.current_thread().value).result())
    print(pool.submit(lambda: threading.current_thread().name).result())

pool = ThreadPoolExecutor(1)
pool.shutdown()
try:
    pool.submit(print)
except RuntimeError as error:
    print(error)
pool = ThreadPoolExecutor(1)
gate = threading.Event()
first = pool.submit(gate.wait)
others = [pool.submit(print, 'no') for _ in range(3)]
pool.shutdown(wait=False, cancel_futures=True)
gate.set()
first.result()
print([other.cancelled() for other in others])

future = Future()
future.set_result(5)
print(future.result(), repr(future).split(' ', 3)[0], repr(future).rpartition(' state=')[2])
try:
    future.set_result(6)
except Exception as error:
    print(type(error).__name__)
try:
    ThreadPoolExecutor(0)
except ValueError as error:
    print(error)

# A sum in parts; more tasks than workers.
def part(start, end):
    return sum(range(start, end))
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(part, range(0, 10000, 100), range(100, 10100, 100))))
ThreadPoolExecutor(2).submit(time.sleep, 0.01)
print('end')
