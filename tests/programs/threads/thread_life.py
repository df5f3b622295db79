# Threads from start to end.
import sys
import threading
import time

main = threading.main_thread()
print(main.name, main.is_alive(), threading.current_thread() is main, main.ident == threading.get_ident())

def work(a, b=2, *rest, key=None):
    thread = threading.current_thread()
    print('in', thread.name, a, b, rest, key, thread.is_alive(), thread.daemon, thread.ident == threading.get_ident())

thread = threading.Thread(target=work, args=(1, 2, 3), kwargs={'key': 'k'}, name='worker')
print(thread.ident, thread.is_alive(), thread)
try:
    thread.join()
except RuntimeError as error:
    print(error)
thread.start()
thread.join()
print(thread.is_alive(), repr(thread).split(' ')[0:2], thread.ident != main.ident)
try:
    thread.start()
except RuntimeError as error:
    print(error)
try:
    threading.current_thread().join()
except RuntimeError as error:
    print(error)

class Counter(threading.Thread):
    def __init__(self, count):
        super().__init__()
        self.count = count
        self.total = 0
    def run(self):
        for i in range(self.count):
            self.total += i
            time.sleep(0)

counters = [Counter(n) for n in (10, 100, 3)]
for counter in counters:
    counter.start()
for counter in counters:
    counter.join()
print([counter.total for counter in counters])
print([threading.Thread(target=work).name, threading.Thread().name])

# join with a timeout
def long():
    time.sleep(0.05)
thread = threading.Thread(target=long, daemon=True)
thread.start()
thread.join(0.001)
print(thread.is_alive(), threading.active_count(), len(threading.enumerate()))
thread.join()
print(thread.is_alive(), threading.active_count())

# Busy threads are interrupted.
stop = False
spins = 0
def spin():
    global spins
    while not stop:
        spins += 1
thread = threading.Thread(target=spin)
thread.start()
deadline = time.monotonic() + 0.05
while time.monotonic() < deadline:
    pass
stop = True
thread.join()
print(spins > 0)

# Exceptions do not leave the thread.
def failing():
    raise ValueError('in thread')
seen = []
def hook(args):
    seen.append((args.exc_type.__name__, str(args.exc_value), args.thread.name, args.exc_traceback is not None))
threading.excepthook = hook
for target in (failing, sys.exit, lambda: 1 / 0):
    thread = threading.Thread(target=target, name='t-' + target.__name__)
    thread.start()
    thread.join()
print(seen)
threading.excepthook = threading.__excepthook__

# Sleeping threads overlap.
def nap(seconds, out):
    time.sleep(seconds)
    out.append(seconds)
out = []
start = time.monotonic()
threads = [threading.Thread(target=nap, args=(s / 100, out)) for s in (9, 3, 6, 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(out, time.monotonic() - start < 0.18)

# What the end of the program waits for.
def late():
    time.sleep(0.03)
    print('late, but waited for')
def never():
    time.sleep(30)
    print('never')
threading.Thread(target=late).start()
threading.Thread(target=never, daemon=True).start()
print('main ends')
