# ABCs, virtual subclasses, collections.abc.
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sized, Mapping, Callable, MutableSequence

class Shape(ABC):
    @abstractmethod
    def area(self):
        ...
    @property
    @abstractmethod
    def name(self):
        ...
    def describe(self):
        return f"{self.name} {self.area()}"
class Square(Shape):
    def __init__(self, side):
        self.side = side
    def area(self):
        return self.side ** 2
    name = "square"
print(Square(3).describe(), isinstance(Square(1), Shape))
try:
    Shape()
except TypeError as error:
    print("abstract" in str(error))
class Ducky:
    def __len__(self):
        return 0
    def __iter__(self):
        return iter(())
print(isinstance(Ducky(), Sized), isinstance(Ducky(), Iterable), isinstance(5, Iterable), isinstance(len, Callable))
print(isinstance({}, Mapping), issubclass(list, MutableSequence), isinstance("x", MutableSequence))
@Shape.register
class Virtual:
    pass
print(issubclass(Virtual, Shape), isinstance(Virtual(), Shape))
class Stack(MutableSequence):
    def __init__(self, *items):
        self.items = list(items)
    def __getitem__(self, i):
        return self.items[i]
    def __setitem__(self, i, v):
        self.items[i] = v
    def __delitem__(self, i):
        del self.items[i]
    def __len__(self):
        return len(self.items)
    def insert(self, i, v):
        self.items.insert(i, v)
s = Stack(1, 2)
s.append(3)
s.extend([4, 5])
print(s.pop(), list(s), s.index(3), 4 in s, list(reversed(s)), s.count(1))
