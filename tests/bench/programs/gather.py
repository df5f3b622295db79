"""Create and gather 10,000 tasks that do nothing: nanoseconds per task."""

import asyncio
import time


async def nothing():
    return 1


async def main():
    for _ in range(5):
        start = time.perf_counter()
        results = await asyncio.gather(*[asyncio.create_task(nothing()) for _ in range(10000)])
        print("@", (time.perf_counter() - start) / 10000 * 1e9)
        assert sum(results) == 10000
