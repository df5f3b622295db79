# dataclasses, enums, named tuples.
from dataclasses import dataclass, field, replace, asdict, astuple, fields, FrozenInstanceError
from enum import Enum, IntEnum, Flag, auto, unique
from collections import namedtuple
from typing import NamedTuple

@dataclass(order=True)
class Item:
    name: str
    price: float = 1.5
    tags: list = field(default_factory=list, compare=False)
    def total(self, n):
        return self.price * n
a, b = Item("a"), Item("b", 2.0, ["x"])
print(a, b, a < b, a == Item("a"), b.total(2), replace(b, price=9))
print(asdict(b), astuple(a), [f.name for f in fields(Item)])
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
p = Point(1)
try:
    p.x = 2
except FrozenInstanceError as error:
    print(type(error).__name__)
print(p, {p: 1}[Point(1, 0)], hash(p) == hash(Point(1)))
@dataclass
class Sub(Item):
    size: int = field(default=0, kw_only=True)
    def __post_init__(self):
        self.label = f"{self.name}-{self.size}"
print(Sub("s", size=3).label, Sub("s", size=3))
class Color(Enum):
    RED = 1
    GREEN = auto()
    ALIAS = 1
    @property
    def pretty(self):
        return self.name.lower()
print(Color.RED, Color(2), Color["RED"], Color.ALIAS is Color.RED, list(Color), Color.GREEN.pretty)
print(repr(Color.RED), Color.RED.value, isinstance(Color.RED, Color), len(Color))
try:
    Color(9)
except ValueError as error:
    print(error)
class Level(IntEnum):
    LOW = 1
    HIGH = 10
print(Level.HIGH > Level.LOW, Level.LOW + 1, sorted([Level.HIGH, Level.LOW]))
class Perm(Flag):
    R = auto()
    W = auto()
    RW = R | W
print(Perm.R | Perm.W, Perm.RW & Perm.W, Perm.R in Perm.RW, bool(Perm.R & Perm.W))
P = namedtuple("P", "x y", defaults=[0])
print(P(1), P(1, 2)._replace(x=5), P(3)._asdict(), P._fields, P(1) == (1, 0))
class Emp(NamedTuple):
    name: str
    id: int = 3
print(Emp("g"), Emp("h", 4).id)
