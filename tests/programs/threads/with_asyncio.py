# Threads and event loops together.
import asyncio
import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor

# A loop in a thread of its own, used from the main thread.
loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever, name='loop')
thread.start()

async def work(n):
    await asyncio.sleep(n / 1000)
    return n, threading.current_thread().name

futures = [asyncio.run_coroutine_threadsafe(work(n), loop) for n in (3, 1, 2)]
print([future.result() for future in futures])

async def fail():
    raise ValueError('in the loop')
try:
    asyncio.run_coroutine_threadsafe(fail(), loop).result()
except ValueError as error:
    print(error)

slow = asyncio.run_coroutine_threadsafe(asyncio.sleep(60), loop)
try:
    slow.result(timeout=0.01)
except TimeoutError:
    print('timeout', slow.cancel())
done = threading.Event()
loop.call_soon_threadsafe(done.set)
print(done.wait(5))
loop.call_soon_threadsafe(loop.stop)
thread.join()
loop.close()
print(thread.is_alive(), loop.is_closed())

# Blocking calls from a loop.
name = contextvars.ContextVar('name', default='none')
def blocking(seconds):
    time.sleep(seconds)
    return name.get(), threading.current_thread() is threading.main_thread()

async def main():
    name.set('main')
    start = time.monotonic()
    results = await asyncio.gather(*(asyncio.to_thread(blocking, 0.02) for _ in range(4)))
    print(results, time.monotonic() - start < 0.079)
    running = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as pool:
        print(await running.run_in_executor(pool, blocking, 0))
        print(await asyncio.gather(*(running.run_in_executor(pool, pow, n, 2) for n in range(5))))
    try:
        await asyncio.to_thread(lambda: 1 / 0)
    except ZeroDivisionError as error:
        print(error)

    # A thread hands results to the loop as they come.
    queue = asyncio.Queue()
    def produce():
        for i in range(5):
            time.sleep(0.001)
            running.call_soon_threadsafe(queue.put_nowait, i)
        running.call_soon_threadsafe(queue.put_nowait, None)
    producer = threading.Thread(target=produce)
    producer.start()
    items = []
    while (item := await queue.get()) is not None:
        items.append(item)
    producer.join()
    print(items)

    event = asyncio.Event()
    threading.Timer(0.005, running.call_soon_threadsafe, [event.set]).start()
    await asyncio.wait_for(event.wait(), 5)
    print('event')

    ticks = 0
    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1
    ticker = asyncio.create_task(tick())
    await asyncio.to_thread(time.sleep, 0.1)
    print(ticks > 2)
    ticker.cancel()

asyncio.run(main())

# One loop in each of several threads.
def run(n, out):
    async def inner():
        await asyncio.sleep(0.001)
        return n * n
    out[n] = asyncio.run(inner())
out = {}
threads = [threading.Thread(target=run, args=(n, out)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(out.items()))
try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)
