"""fib(24), recursively: nanoseconds for the whole."""

import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


async def main():
    for _ in range(40):
        start = time.perf_counter()
        assert fib(24) == 46368
        print("@", (time.perf_counter() - start) * 1e9)
