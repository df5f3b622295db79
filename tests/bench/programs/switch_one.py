"""`await sleep(0)` with a single task: nanoseconds per switch."""

import asyncio
import time


async def main():
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(4000):
            await asyncio.sleep(0)
        print("@", (time.perf_counter() - start) / 4000 * 1e9)
