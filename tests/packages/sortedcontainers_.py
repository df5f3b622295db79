import random
from sortedcontainers import SortedDict, SortedKeyList, SortedList, SortedSet

random.seed(3)
items = [random.randrange(1000) for _ in range(3000)]
numbers = SortedList(items)
print(numbers[:5], numbers[-3:], numbers.bisect(500), numbers.count(items[0]), list(numbers.irange(10, 14)))
for item in items[:1000]:
    numbers.remove(item)
print(len(numbers), numbers == sorted(items[1000:]))
d = SortedDict({'b': 2, 'a': 1})
d['aa'] = 3
print(d, d.peekitem(0), d.keys()[-1], list(d.irange('aa')), d.popitem())
s = SortedSet([3, 1, 2]) | {7}
print(s, s[1:], s.index(7), s & {1, 7})
print(SortedKeyList('Banana apple Cherry'.split(), key=str.lower))
