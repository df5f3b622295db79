# Queues between threads.
import queue
import threading
import time

tasks = queue.Queue(maxsize=3)
results = []
def worker():
    while True:
        item = tasks.get()
        if item is None:
            tasks.task_done()
            return
        results.append(item * item)
        tasks.task_done()
threads = [threading.Thread(target=worker) for _ in range(3)]
for thread in threads:
    thread.start()
for i in range(20):
    tasks.put(i)
tasks.join()
for _ in threads:
    tasks.put(None)
for thread in threads:
    thread.join()
print(sorted(results), tasks.qsize(), tasks.empty(), tasks.full())

for attempt in (tasks.get_nowait, lambda: tasks.get(timeout=0.01)):
    try:
        attempt()
    except queue.Empty as error:
        print('Empty', error.args)
for i in range(3):
    tasks.put_nowait(i)
for attempt in (lambda: tasks.put_nowait(9), lambda: tasks.put(9, timeout=0.01)):
    try:
        attempt()
    except queue.Full:
        print('Full')
try:
    tasks.get(timeout=-1)
except ValueError as error:
    print(error)

lifo = queue.LifoQueue()
for i in 'abc':
    lifo.put(i)
print([lifo.get() for _ in range(3)])
priority = queue.PriorityQueue()
for item in [(3, 'c'), (1, 'a'), (2, 'b')]:
    priority.put(item)
print([priority.get()[1] for _ in range(3)])

simple = queue.SimpleQueue()
simple.put(1)
print(simple.qsize(), simple.get(), simple.empty())
try:
    simple.get(block=False)
except queue.Empty:
    print('Empty')
threading.Timer(0.01, simple.put, ['later']).start()
print(simple.get(timeout=5))

# A pipeline of stages.
def stage(source, target, function):
    while (item := source.get()) is not None:
        target.put(function(item))
    target.put(None)
first, second, third = queue.Queue(), queue.Queue(2), queue.Queue()
stages = [threading.Thread(target=stage, args=(first, second, lambda x: x + 1)),
          threading.Thread(target=stage, args=(second, third, lambda x: x * 10))]
for thread in stages:
    thread.start()
for i in range(8):
    first.put(i)
first.put(None)
print(list(iter(third.get, None)))
for thread in stages:
    thread.join()

# A pipe that is slow at one end keeps its order.
pipe = queue.Queue(1)
seen = []
def slow():
    while (item := pipe.get()) is not None:
        time.sleep(0.001)
        seen.append(item)
thread = threading.Thread(target=slow)
thread.start()
for i in range(10):
    pipe.put(i)
pipe.put(None)
thread.join()
print(seen)
