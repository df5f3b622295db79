# Coroutines, tasks, gather, sleep order.
import asyncio
async def work(name, delay):
    print("start", name)
    await asyncio.sleep(delay)
    print("end", name)
    return name.upper()
async def main():
    print(await work("solo", 0.001))
    results = await asyncio.gather(work("a", 0.03), work("b", 0.01), work("c", 0.02))
    print(results)
    task = asyncio.create_task(work("t", 0.001), name="mine")
    print(task.get_name(), task.done())
    print(await task, task.done(), task.result())
    done, pending = await asyncio.wait([asyncio.create_task(work("w", 0)), asyncio.create_task(work("x", 0.5))],
                                       return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending))
    for p in pending:
        p.cancel()
    return "finished"
print(asyncio.run(main()))
async def failing():
    raise ValueError("failed")
async def outer():
    results = await asyncio.gather(failing(), asyncio.sleep(0, "ok"), return_exceptions=True)
    print(results)
    try:
        await asyncio.gather(failing(), asyncio.sleep(0))
    except ValueError as error:
        print("caught", error)
asyncio.run(outer())
coro = work("never", 0)
coro.close()
print(asyncio.iscoroutinefunction(work), type(coro).__name__)
