"""Pancake flips over all permutations of eight: nanoseconds for the whole."""

import time


def fannkuch(size):
    """Checksum and the most flips that any permutation takes."""
    order = list(range(size))
    counts = [0] * size
    most = checksum = number = 0
    depth = size
    while True:
        while depth > 1:
            counts[depth - 1] = depth
            depth -= 1
        if order[0]:
            pile = order[:]
            flips = 0
            while first := pile[0]:
                pile[: first + 1] = pile[first::-1]
                flips += 1
            if flips > most:
                most = flips
            checksum += -flips if number % 2 else flips
        while True:
            if depth == size:
                return checksum, most
            order.insert(depth, order.pop(0))
            counts[depth] -= 1
            if counts[depth] > 0:
                break
            depth += 1
        number += 1


async def main():
    for _ in range(11):
        start = time.perf_counter()
        result = fannkuch(8)
        print("@", (time.perf_counter() - start) * 1e9)
        assert result == (1616, 22), result
