# Locks, events, queues, semaphores, conditions.
import asyncio
async def worker(name, queue, results):
    while True:
        item = await queue.get()
        await asyncio.sleep(0.001)
        results.append((name, item * item))
        queue.task_done()
async def main():
    queue = asyncio.Queue()
    results = []
    workers = [asyncio.create_task(worker(f"w{i}", queue, results)) for i in range(3)]
    for i in range(6):
        queue.put_nowait(i)
    await queue.join()
    for w in workers:
        w.cancel()
    print(sorted(value for _, value in results))
    lock = asyncio.Lock()
    log = []
    async def critical(n):
        async with lock:
            log.append(f"in {n}")
            await asyncio.sleep(0)
            log.append(f"out {n}")
    await asyncio.gather(*(critical(i) for i in range(3)))
    print(log, lock.locked())
    event = asyncio.Event()
    async def waiter():
        await event.wait()
        return "released"
    tasks = [asyncio.create_task(waiter()) for _ in range(2)]
    await asyncio.sleep(0)
    event.set()
    print(await asyncio.gather(*tasks))
    semaphore = asyncio.Semaphore(2)
    active = peak = 0
    async def limited():
        nonlocal active, peak
        async with semaphore:
            active += 1
            peak = max(peak, active)
            await asyncio.sleep(0.001)
            active -= 1
    await asyncio.gather(*(limited() for _ in range(6)))
    print("peak", peak)
    condition = asyncio.Condition()
    ready = []
    async def consumer():
        async with condition:
            await condition.wait_for(lambda: ready)
            return ready.pop()
    c = asyncio.create_task(consumer())
    await asyncio.sleep(0)
    async with condition:
        ready.append("item")
        condition.notify_all()
    print(await c)
    pq = asyncio.PriorityQueue()
    for n in (3, 1, 2):
        await pq.put(n)
    print([pq.get_nowait() for _ in range(3)], pq.empty())
asyncio.run(main())
