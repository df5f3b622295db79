"""All ways to place seven queens, by permutations from a generator: nanoseconds for the whole."""

import time


def permutations(items, length):
    """Those of `itertools`, in Python."""
    indices = list(range(len(items)))
    cycles = list(range(len(items), len(items) - length, -1))
    yield tuple(items[at] for at in indices[:length])
    while True:
        for at in reversed(range(length)):
            cycles[at] -= 1
            if cycles[at] == 0:
                indices[at:] = indices[at + 1 :] + indices[at : at + 1]
                cycles[at] = len(items) - at
            else:
                other = -cycles[at]
                indices[at], indices[other] = indices[other], indices[at]
                yield tuple(items[place] for place in indices[:length])
                break
        else:
            return


def placements(size):
    columns = range(size)
    for rows in permutations(columns, size):
        if size == len({rows[at] + at for at in columns}) == len({rows[at] - at for at in columns}):
            yield rows


async def main():
    for _ in range(21):
        start = time.perf_counter()
        found = sum(1 for _ in placements(7))
        print("@", (time.perf_counter() - start) * 1e9)
        assert found == 40, found
