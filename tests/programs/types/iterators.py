# Iterators that are copied, pickled, moved and asked how much is left; tables
# that change under them.
import array
import copy
import operator
import pickle
from collections import OrderedDict, deque


class Squares:
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, at):
        if not 0 <= at < self.count:
            raise IndexError(at)
        return at * at


class Stop(int):
    pass


sources = [[1, 2, 3, 4], (1, 2, 3, 4), 'aéb😀', b'abcd', bytearray(b'abcd'), array.array('h', [1, 2, 3, 4]),
           deque('abcd'), {1: 2, 3: 4, 5: 6, 7: 8}, Squares(4)]
for source in sources:
    it = iter(source)
    first = next(it)
    twin = copy.copy(it)
    stored = pickle.dumps(it) if type(source) is not Squares else None
    print(type(source).__name__, first, list(it), list(twin), list(pickle.loads(stored)) if stored else '', list(it))
for source in sources[:6] + [sources[8]]:
    it = reversed(source)
    print(type(source).__name__, next(it), list(copy.copy(it)), operator.length_hint(it, -1))
it = iter([1, 2, 3])
it.__setstate__(2)
print(list(it), it.__reduce__()[1], iter('abc').__reduce__()[1:], iter(()).__reduce__()[1:])
it = reversed([1, 2, 3])
it.__setstate__(0)
print(list(it), list(reversed((1, 2, 3))), list(reversed('aé')))
print([type(x).__name__ for x in (reversed([]), reversed(()), reversed({}), iter(Squares(1)), reversed(Squares(1)))])

upper = map(str.upper, ['a', 'b', 'c'])
next(upper)
print(list(copy.copy(upper)), list(copy.copy(filter(None, [0, 1, 2]))), list(copy.copy(enumerate('ab', 5))),
      list(copy.copy(zip([1, 2], 'ab'))), list(copy.copy(map(pow, [2, 3], [4, 5]))))

d = {0: 'a'}
try:
    for key in d:
        del d[0]
        d[0] = 'b'
except RuntimeError as error:
    print(error)
try:
    for key in d:
        d[key + 1] = 'c'
except RuntimeError as error:
    print(error)
d = dict.fromkeys(range(1000), 1)
while len(d) > 3:
    del d[next(iter(d))]
    d.popitem()
print(d, list(reversed(d)))
queue = OrderedDict((n, n) for n in range(5))
queue.move_to_end(0)
print(queue.popitem(last=False), queue.popitem(), list(queue))

dq = deque([1, 2, 3], maxlen=4)
print(dq.__reduce__()[:2], copy.deepcopy(dq), pickle.loads(pickle.dumps(dq)).maxlen)


class Changing:
    def __init__(self, target):
        self.target = target

    def __eq__(self, other):
        self.target.clear()
        return NotImplemented


left, right = [], []
left.append(Changing(right))
right.append(Changing(left))
print(left == right)
dq = deque()
dq.extend([Changing(dq), Changing(dq)])
try:
    print(3 in dq)
except RuntimeError as error:
    print(error)


class Counted(int):
    hashed = 0

    def __hash__(self):
        Counted.hashed += 1
        return int(self)


keys = dict.fromkeys(map(Counted, range(10)))
set(keys).difference(keys), dict.fromkeys(set(keys)), frozenset(keys) == set(keys), set(keys) ^ set(keys)
print(Counted.hashed)
first, second = OrderedDict([(1, 2), (3, 4)]), OrderedDict([(3, 4), (1, 2)])
first.label = 'x'
print(copy.copy(first).label, vars(first), first == second, first != second, first == dict(second))
nan, other = float('nan'), float('nan')
print(nan in [nan], nan in [other], len({nan, other, nan}), {nan: 1}[nan], [nan].count(nan), nan == nan)


class Slotted(OrderedDict):
    __slots__ = ('x',)


slotted = Slotted([(1, 2)])
slotted.x, slotted.y = 3, 4
print(copy.copy(slotted).x, pickle.loads(pickle.dumps(slotted)).y, vars(slotted))
from collections.abc import MutableSequence
print(isinstance(array.array('b'), MutableSequence), isinstance(deque(), MutableSequence))
