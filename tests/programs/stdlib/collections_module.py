# python: 3.14
from collections import deque, Counter, defaultdict, OrderedDict, ChainMap, UserDict
d = deque([1, 2, 3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0); d.rotate(1)
print(d, d.pop(), d.popleft(), len(d), d[1], 3 in d, list(reversed(d)))
c = Counter("mississippi")
print(c.most_common(2), c["s"], c["z"], sum(c.values()), c - Counter("miss"), c & Counter("is"))
c.update("zz")
print(sorted(c.elements())[:4], dict(c)["z"])
groups = defaultdict(list)
for word in "apple avocado banana blueberry cherry".split():
    groups[word[0]].append(word)
print(dict(groups), groups["q"], len(groups))
o = OrderedDict(a=1, b=2, c=3)
o.move_to_end("a")
print(o, o.popitem(last=False), list(o), o == OrderedDict(c=3, a=1))
m = ChainMap({"a": 1}, {"a": 2, "b": 3})
print(m["a"], m["b"], sorted(m), m.new_child({"c": 1})["c"])
class Lower(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.lower(), value)
l = Lower(A=1)
l["B"] = 2
print(l, "a" in l)
d = {"b": 1, "a": 2}
print(sorted(d), sorted(d.items(), key=lambda kv: kv[1]), d | {"c": 3}, d.keys() & {"a"}, list(d.values()))
d.setdefault("z", []).append(1)
print(d, d.pop("z"), d.popitem(), {**d})
s = {1, 2, 3}
print(s | {4}, s & {2, 9}, s - {1}, s ^ {3, 4}, s <= {1, 2, 3, 4}, frozenset([1]) in {frozenset([1])})
s.add(9); s.discard(100); s.update([7, 8])
print(sorted(s), s.isdisjoint({100}), {1, 2} < {1, 2, 3})
