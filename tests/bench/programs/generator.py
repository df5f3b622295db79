"""Items from a generator: nanoseconds each."""

import time


def numbers(count):
    for number in range(count):
        yield number


async def main():
    for _ in range(25):
        start = time.perf_counter()
        for _ in numbers(200000):
            pass
        print("@", (time.perf_counter() - start) / 200000 * 1e9)
