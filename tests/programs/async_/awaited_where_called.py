# A coroutine that is awaited where it is called has no object before it
# suspends; nothing of that may be seen.
import asyncio
import sys
import traceback


async def inner(what):
    if what == "waits":
        await asyncio.sleep(0)
    if what == "stops":
        raise StopIteration("at once")
    if what == "fails":
        raise ValueError("at once")
    if what == "looks":
        frame = sys._getframe()
        return frame.f_code.co_name, frame.f_back.f_code.co_name
    return what


class Object:
    async def method(self, what):
        answer = await inner(what)
        await asyncio.sleep(0)
        return answer


async def outer(what):
    five = 5

    async def nested(number):
        before = five + number
        await asyncio.sleep(0)
        return before, five + number

    return await nested(len(what)), await inner(what)


async def deep(count):
    return 0 if count == 0 else 1 + await deep(count - 1)


async def numbers(count):
    for number in range(count):
        yield await inner(number)


async def main():
    for what in "plain", "waits", "stops", "fails", "looks":
        for call in outer, Object().method:
            try:
                print(what, await call(what))
            except Exception as error:
                print(what, type(error).__name__, error, repr(error.__cause__))
                print([(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])
    print(await deep(100), [number async for number in numbers(3)])
    try:
        await deep(100_000)
    except RecursionError as error:
        print(str(error)[:32])

    task = asyncio.create_task(Object().method("waits"))
    await asyncio.sleep(0)
    coroutine = task.get_coro()
    awaited = coroutine.cr_await
    print(awaited.__qualname__, awaited.cr_running, awaited.cr_frame.f_lineno, coroutine.cr_frame.f_lineno)
    print(await task)
    try:
        coroutine.send(None)
    except RuntimeError as error:
        print(error)

    task = asyncio.create_task(outer("waits"))
    await asyncio.sleep(0)
    task.cancel("enough")
    try:
        await task
    except asyncio.CancelledError as error:
        print("cancelled", error.args, [frame.name for frame in traceback.extract_tb(error.__traceback__)][:2])


asyncio.run(main())
