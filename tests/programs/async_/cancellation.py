# Cancelling, timeouts, shield.
import asyncio
async def patient(name):
    try:
        print(name, "waits")
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print(name, "cancelled", error)
        raise
    finally:
        print(name, "cleans up")
async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        return "survived"
async def main():
    task = asyncio.create_task(patient("a"))
    await asyncio.sleep(0)
    task.cancel("reason")
    try:
        await task
    except asyncio.CancelledError:
        print("main saw it", task.cancelled())
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    print(await task)
    try:
        await asyncio.wait_for(patient("b"), 0.01)
    except asyncio.TimeoutError:
        print("timed out")
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
    except TimeoutError:
        print("timeout block")
    inner = asyncio.create_task(asyncio.sleep(0.02, "inner done"))
    try:
        await asyncio.wait_for(asyncio.shield(inner), 0.001)
    except asyncio.TimeoutError:
        print("shielded", inner.done())
    print(await inner)
    async with asyncio.timeout(None) as t:
        t.reschedule(asyncio.get_running_loop().time() + 1)
    print(t.expired())
asyncio.run(main())
