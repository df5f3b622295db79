"""Items from an async generator that does not wait: nanoseconds each."""

import time


async def numbers(count):
    for number in range(count):
        yield number


async def main():
    for _ in range(15):
        start = time.perf_counter()
        async for _ in numbers(200000):
            pass
        print("@", (time.perf_counter() - start) / 200000 * 1e9)
