# Threads, locks, events, thread-local data, pools.
import threading, queue, time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
counter = 0
lock = threading.Lock()
def add(n):
    global counter
    for _ in range(n):
        with lock:
            counter += 1
threads = [threading.Thread(target=add, args=(100,)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(counter, threads[0].is_alive(), threading.current_thread().name, threading.active_count())
q = queue.Queue()
def producer():
    for i in range(3):
        q.put(i)
        time.sleep(0.001)
    q.put(None)
threading.Thread(target=producer, daemon=True).start()
items = []
while (item := q.get()) is not None:
    items.append(item)
print(items)
event = threading.Event()
def waiter():
    print("waited", event.wait(5))
t = threading.Thread(target=waiter, name="waiter")
t.start()
event.set()
t.join()
local = threading.local()
local.x = 1
def check():
    print(hasattr(local, "x"))
t = threading.Thread(target=check)
t.start(); t.join()
with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(lambda x: x * x, range(5))))
    future = pool.submit(lambda: 1 / 0)
    print(type(future.exception()).__name__)
    futures = [pool.submit(pow, 2, n) for n in range(3)]
    print(sorted(f.result() for f in as_completed(futures)))
condition = threading.Condition()
ready = []
def consumer():
    with condition:
        while not ready:
            condition.wait()
        print("consumed", ready.pop())
t = threading.Thread(target=consumer)
t.start()
with condition:
    ready.append("item")
    condition.notify()
t.join()
barrier = threading.Barrier(2)
t = threading.Thread(target=barrier.wait)
t.start()
barrier.wait()
t.join()
print("semaphore", threading.Semaphore(1).acquire(blocking=False), threading.RLock().acquire())
timer = threading.Timer(0.001, lambda: print("timer"))
timer.start()
timer.join()
class Worker(threading.Thread):
    def run(self):
        self.result = "ran"
w = Worker()
w.start()
w.join()
print(w.result)
