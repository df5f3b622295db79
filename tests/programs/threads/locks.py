# Locks: mutual exclusion, timeouts, misuse.
import threading
import time
import _thread

lock = threading.Lock()
print(lock.locked(), lock.acquire(), lock.locked())
print(lock.acquire(False), lock.acquire(blocking=False), lock.acquire(timeout=0.01))
lock.release()
try:
    lock.release()
except RuntimeError as error:
    print('RuntimeError:', error)
for args in [(False, 1), (True, -2), (True, 'x'), (True, 1e20), (True, float('nan'))]:
    try:
        lock.acquire(*args)
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__ + ':', error if args[1] != -2 else 'negative')
with lock as entered:
    print(entered, lock.locked(), repr(lock).split(' at ')[0])
print(lock.locked(), repr(lock).split(' at ')[0])

# Many threads, one counter; each step could be interrupted.
counter = 0
def work(steps):
    global counter
    for _ in range(steps):
        with lock:
            value = counter
            if value % 97 == 0:
                time.sleep(0)
            counter = value + 1

threads = [threading.Thread(target=work, args=(500,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(counter)

# One who waits gets the lock when it is released elsewhere.
order = []
gate = threading.Lock()
gate.acquire()
def waiter(name):
    with gate:
        order.append(name)
waiting = [threading.Thread(target=waiter, args=(name,)) for name in 'abc']
for thread in waiting:
    thread.start()
    time.sleep(0.01)
print(order)
gate.release()
for thread in waiting:
    thread.join()
print(order)

# A timed wait that ends by release, and one that does not.
gate.acquire()
threading.Timer(0.02, gate.release).start()
print(gate.acquire(timeout=5))
start = time.monotonic()
print(gate.acquire(timeout=0.05), 0.04 < time.monotonic() - start < 1)
gate.release()
print(gate.acquire(timeout=0.05))

# Any thread may release a lock.
handed = threading.Lock()
handed.acquire()
thread = threading.Thread(target=handed.release)
thread.start()
thread.join()
print(handed.locked())

rlock = threading.RLock()
print(rlock.acquire(), rlock.acquire(), rlock._recursion_count(), rlock._is_owned())
print(repr(rlock).startswith('<locked _thread.RLock object owner='), 'count=2' in repr(rlock))
rlock.release()
def try_it():
    print(rlock.acquire(blocking=False), rlock._is_owned(), rlock._recursion_count())
    try:
        rlock.release()
    except RuntimeError as error:
        print(error)
thread = threading.Thread(target=try_it)
thread.start()
thread.join()
state = rlock._release_save()
print(state[0], rlock._is_owned())
rlock._acquire_restore(state)
print(rlock._is_owned())
rlock.release()
try:
    rlock.release()
except RuntimeError as error:
    print(error)

class Special(type(threading.RLock())):
    def hello(self):
        with self:
            return 'hello'
print(Special().hello())
print(isinstance(lock, _thread.LockType), threading.ThreadError is RuntimeError, _thread.TIMEOUT_MAX)
