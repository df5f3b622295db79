"""Special methods that are no functions of Python: they do not get the instance."""

from typing import NewType


def count():
    yield 1
    yield 2


class Items:
    __next__ = count().__next__
    __call__ = print
    __len__ = [1, 2].__len__
    __getitem__ = {'a': 1}.__getitem__
    __repr__ = 'seen'.__str__

    def __iter__(self):
        return self


items = Items()
items(5)
print(len(items), items['a'], repr(items))
print(next(items), list(items))

UserId = NewType('UserId', int)
print(UserId(5), UserId.__supertype__, UserId.__name__)
