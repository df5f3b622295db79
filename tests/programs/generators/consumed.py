"""Generators taken whole by built-in functions, and pairs unpacked by loops."""


def each(items):
    for item in items:
        yield item


def delegating(items):
    yield from each(items)
    return "ignored"


class Plus:
    def __add__(self, other):
        return self

    __radd__ = __add__

    def __repr__(self):
        return "Plus"


# Every consumer sees the same items, in order.
for make in (each, delegating):
    print(list(make("abc")), tuple(make("abc")), "".join(make("abc")), sorted(make("cab")), set(make("aa")))
    print(dict(make([(1, 2), (3, 4)])), max(make([1, 3, 2])), min(make([2, 1, 3])), bytes(make([65, 66])))
    for items in [], [1, 2, 3], [1, 2.5], [0.5, True, 2**100], [2**47 - 1, 2**47 - 1, 1], [1, Plus(), 2], [0.5, Plus()]:
        print(sum(make(items)), sum(make(items), 0.25), end="; ")
    print(sum(map(lambda x: x * 2, make([1, 2, 3]))), sum((x for x in make([])), 7))

# No more items are taken than decide.
class Truth:
    def __init__(self, truth):
        self.truth = truth

    def __bool__(self):
        print("asked", end=" ")
        return self.truth


class Odd:
    def __bool__(self):
        raise ValueError("neither")


for make in (each, delegating):
    for items in [], [1, 0, 2], [0, "", None], [1, "x", [0]], [Truth(True), 0, 1], [Truth(False), 1, 0], [0, 1, Odd()]:
        for decide in any, all:
            rest = make(items)
            print(decide(rest), len(list(rest)), end="; ")
    try:
        all(make([1, Odd(), 2]))
    except ValueError as error:
        print(error)
print(any(x > 2 for x in range(5)), all(map(len, ["a", "b"])), any(filter(None, [0, 0])))

# An item that cannot be added ends the sum there; what is left stays.
rest = each([1, 2, "three", 4])
try:
    sum(rest)
except TypeError as error:
    print(error, list(rest))


# Exceptions pass through the consumer, and the generator is over.
def failing():
    try:
        yield 1
        raise KeyError("inside")
    finally:
        print("left")


for consume in (sum, list, sorted, tuple):
    generator = failing()
    try:
        consume(generator)
    except KeyError as error:
        print(consume.__name__, error, list(generator))


# A generator that runs cannot be resumed from within.
def own():
    yield 1
    try:
        next(running)
    except ValueError as error:
        print(error)
    yield 2


for consume in (sum, list):
    running = own()
    print(consume(running), list(running))

# Loops that unpack pairs: lengths that differ, ends, other counts, changes on the way.
for index, item in enumerate("ab", 5):
    print(index, item, end=" ")
for index, item in enumerate(each([7, 8])):
    print(index, item, end=" ")
for left, right in zip([1, 2, 3], range(2)):
    print(left, right, end=" ")
numbers = iter([1, 2, 3, 4, 5])
for left, right in zip(numbers, numbers):
    print(left, right, end=" ")
shorter = iter((1, 2))
longer = iter([1, 2, 3, 4])
for left, right in zip(longer, shorter):
    pass
print(list(longer), left, right)
try:
    for left, right in zip([1, 2], (1,), strict=True):
        pass
except ValueError as error:
    print(error)
table = {"a": 1, "b": 2, "c": 3}
del table["b"]
for key, value in table.items():
    print(key, value, end=" ")
try:
    for key, value in table.items():
        table[value] = key
except RuntimeError as error:
    print(error)
try:
    for one, two in enumerate([(1, 2)]), [1]:
        pass
except ValueError as error:
    print(error)
for pair in enumerate("z"):
    first, second = pair
    print(pair, first, second)

# Short formats of numbers, and what is not short.
for number in 0, 7, -42, 123456, True:
    print(f"[{number:>6}] [{number:<6}] [{number:6}] [{number:3d}] [{number:06}] [{number:^7}] [{number:+d}] [{number:12}]")
for number in 0.0, -0.0, 0.125, 2.5, -1e20, 1 / 3:
    print(f"[{number:.2f}] [{number:.0f}] [{number:.9f}] [{number:8.2f}] [{number:.3e}] [{number}]")
print(f"{float('nan'):.2f} {float('-inf'):.1f}", str(12), str(-0.5), repr(1e16), str(True), str(), str(b"x"))
print("banana".replace("a", "o"), "banana".replace("a", "o", 2), "banana".replace("x", "y"), "ä".replace("ä", "a"))
print("it's 3rd-rate o'clock".title(), "-7".zfill(4), "7".zfill(1), "abc".startswith(""), "abc".endswith("bc"))
