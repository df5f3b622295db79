# Generators as pipelines and trees.
def numbers(n):
    for i in range(n):
        print("make", i)
        yield i
def evens(source):
    for i in source:
        if i % 2 == 0:
            yield i
def squares(source):
    return (i * i for i in source)
print(list(squares(evens(numbers(5)))))
class Tree:
    def __init__(self, value, *children):
        self.value, self.children = value, children
    def __iter__(self):
        yield self.value
        for child in self.children:
            yield from child
t = Tree(1, Tree(2, Tree(3)), Tree(4))
print(list(t), sum(t), max(t), 3 in t)
def permutations(items):
    if not items:
        yield []
    for i, item in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [item] + rest
print(["".join(p) for p in permutations(list("abc"))])
def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in found):
            found.append(n)
            yield n
        n += 1
p = primes()
print([next(p) for _ in range(10)])
def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None:
            return average
        total += value
        count += 1
        average = total / count
a = averager()
next(a)
print(a.send(10), a.send(20))
try:
    a.send(None)
except StopIteration as stop:
    print(stop.value)
print(*map(lambda x, y: x + y, [1, 2], [10, 20]), *filter(None, [0, 1, "", "a"]))
def chunks(items, size):
    it = iter(items)
    while chunk := list(itertools.islice(it, size)):
        yield chunk
import itertools
print(list(chunks(range(7), 3)))
