# Operators, containers, calls, attribute hooks.
import functools
class Vector:
    __slots__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __neg__(self):
        return self * -1
    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)
    def __hash__(self):
        return hash((self.x, self.y))
    def __bool__(self):
        return bool(self.x or self.y)
    def __abs__(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
    def __iter__(self):
        yield self.x
        yield self.y
    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y
v, w = Vector(1, 2), Vector(3, 4)
print(v + w, v * 2, 3 * v, -v, abs(w), v == Vector(1, 2), v != w, v @ w, list(v), bool(Vector(0, 0)))
print({v: "a"}[Vector(1, 2)], v in [w, Vector(1, 2)])
try:
    v + 1
except TypeError as error:
    print(error)
try:
    v.z = 1
except AttributeError:
    print("no z")
@functools.total_ordering
class Version:
    def __init__(self, *parts):
        self.parts = parts
    def __eq__(self, other):
        return self.parts == other.parts
    def __lt__(self, other):
        return self.parts < other.parts
print(Version(1, 2) < Version(1, 3), Version(2) >= Version(1, 9), max(Version(1), Version(3)).parts)
class Box:
    def __init__(self):
        self.items = {}
    def __len__(self):
        return len(self.items)
    def __getitem__(self, key):
        return self.items[key]
    def __setitem__(self, key, value):
        self.items[key] = value
    def __delitem__(self, key):
        del self.items[key]
    def __contains__(self, key):
        return key in self.items
    def __call__(self, *args):
        return args
    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return f"dynamic {name}"
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        return True
box = Box()
box["a"] = 1
del box["a"]
box["b"] = 2
print(len(box), box["b"], "b" in box, box(1, 2), box.anything)
with box:
    raise ValueError
class Acc:
    def __init__(self):
        self.log = []
    def __iadd__(self, item):
        self.log.append(item)
        return self
acc = Acc()
acc += 1
acc += 2
print(acc.log)
class Seq:
    def __getitem__(self, i):
        if i >= 3:
            raise IndexError
        return i * 10
print(list(Seq()), 20 in Seq(), [*Seq()])
