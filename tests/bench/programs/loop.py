"""A million steps of integer arithmetic: nanoseconds for the whole."""

import time


def steps(count):
    total = 0
    number = 0
    while number < count:
        total = total + number
        number = number + 1
    return total


async def main():
    for _ in range(20):
        start = time.perf_counter()
        assert steps(1000000) == 499999500000
        print("@", (time.perf_counter() - start) * 1e9)
