"""Two tasks and two queues, one item going back and forth: nanoseconds per round trip."""

import asyncio
import time


async def echo(inbox, outbox):
    while (item := await inbox.get()) is not None:
        await outbox.put(item)


async def main():
    for _ in range(5):
        there, back = asyncio.Queue(), asyncio.Queue()
        task = asyncio.create_task(echo(there, back))
        start = time.perf_counter()
        for number in range(2000):
            await there.put(number)
            assert await back.get() == number
        print("@", (time.perf_counter() - start) / 2000 * 1e9)
        await there.put(None)
        await task
