# Condition, Event, Semaphore, Barrier, Timer.
import threading
import time

# Producer and consumer over a condition.
items = []
done = False
condition = threading.Condition()
log = []
def consumer(name):
    while True:
        with condition:
            while not items and not done:
                condition.wait()
            if not items:
                return
            item = items.pop(0)
        log.append(item)
consumers = [threading.Thread(target=consumer, args=(i,)) for i in range(3)]
for thread in consumers:
    thread.start()
for i in range(20):
    with condition:
        items.append(i)
        condition.notify()
    if i % 5 == 0:
        time.sleep(0.001)
with condition:
    done = True
    condition.notify_all()
for thread in consumers:
    thread.join()
print(sorted(log))

with condition:
    print(condition.wait(timeout=0.01), condition.wait_for(lambda: 7, timeout=1), condition.wait_for(lambda: 0, timeout=0.01))
for method in (condition.wait, condition.notify):
    try:
        method()
    except RuntimeError as error:
        print(error)
print(str(condition).startswith('<Condition('), condition._waiters)

event = threading.Event()
print(event.is_set(), event.wait(0.01))
threading.Timer(0.01, event.set).start()
print(event.wait(), event.is_set(), event.wait(0))
event.clear()
print(event.is_set())

semaphore = threading.Semaphore(2)
active = peak = 0
guard = threading.Lock()
def limited():
    global active, peak
    with semaphore:
        with guard:
            active += 1
            peak = max(peak, active)
        time.sleep(0.005)
        with guard:
            active -= 1
threads = [threading.Thread(target=limited) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(peak, active, semaphore._value)
print(semaphore.acquire(blocking=False), semaphore.acquire(timeout=0.01), semaphore.acquire(timeout=0.01))
semaphore.release(2)
bounded = threading.BoundedSemaphore(1)
try:
    bounded.release()
except ValueError as error:
    print(error)

arrived = []
barrier = threading.Barrier(3, action=lambda: arrived.append('all'))
def meet(i):
    time.sleep(i / 200)
    index = barrier.wait()
    arrived.append(index)
threads = [threading.Thread(target=meet, args=(i,)) for i in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(arrived[0], sorted(arrived[1:]), barrier.n_waiting, barrier.broken)
try:
    barrier.wait(0.01)
except threading.BrokenBarrierError:
    print('broken', barrier.broken)
barrier.reset()
print(barrier.broken)

timer = threading.Timer(60, print, ['not printed'])
timer.start()
timer.cancel()
timer.join()
print(timer.finished.is_set())

# Dining philosophers with ordered forks.
forks = [threading.Lock() for _ in range(5)]
meals = [0] * 5
def philosopher(i):
    first, second = sorted((i, (i + 1) % 5))
    for _ in range(10):
        with forks[first]:
            time.sleep(0)
            with forks[second]:
                meals[i] += 1
threads = [threading.Thread(target=philosopher, args=(i,)) for i in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(meals)
