"""Filling, changing and emptying dicts, lists and sets: nanoseconds for the whole."""

import time


def dicts(count):
    table = {}
    for number in range(count):
        table[number * 7919 % 65537] = number
    for key in range(0, 65537, 3):
        if key in table:
            del table[key]
    words = {}
    for number in range(count):
        word = f"k{number % 500}"
        words[word] = words.get(word, 0) + 1
    pairs = {(key % 10, key // 10): value for key, value in table.items()}
    return len(table) + sum(words.values()) + len(pairs) + pairs.get((1, 1), 0)


def lists(count):
    stack = []
    for number in range(count):
        stack.append(number * 31 % 1009)
        if number % 3 == 2:
            stack.pop()
    stack.sort()
    halves = [value // 2 for value in stack if value % 2 == 0]
    halves.reverse()
    by_key = sorted(zip(halves, range(len(halves))), key=lambda pair: (pair[1] % 10, pair[0]))
    window = stack[:100]
    for value in stack:
        window.insert(50, value)
        del window[0]
    return sum(window) + by_key[-1][0] + sum(first * second for first, second in by_key)


def sets(count):
    left = {number * 3 for number in range(count)}
    right = set(range(0, count, 2))
    both = left & right
    both |= {-number for number in left if number % 5 == 0}
    for number in range(0, count, 4):
        both.discard(number)
    return len(both) + len(left - right) + len(left ^ right)


async def main():
    for _ in range(21):
        start = time.perf_counter()
        result = dicts(20000) + lists(20000) + sets(20000)
        print("@", (time.perf_counter() - start) * 1e9)
        assert result == 3733223276, result
