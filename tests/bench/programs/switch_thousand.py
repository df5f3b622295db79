"""`await sleep(0)` with 1,000 tasks taking turns: nanoseconds per switch."""

import asyncio
import time


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def main():
    for _ in range(5):
        tasks = [asyncio.create_task(turns(20)) for _ in range(1000)]
        start = time.perf_counter()
        for task in tasks:
            await task
        print("@", (time.perf_counter() - start) / 20000 * 1e9)
