import time
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(2)


def inner():
    return 1


def outer():
    time.sleep(0.002)
    return pool.submit(inner).result()


# Look at the two threads: both wait for a call that only one of them
# could make. A third worker, or a pool of its own for inner(), helps.
calls = [pool.submit(outer) for _ in range(2)]
print(sum(call.result() for call in calls))
