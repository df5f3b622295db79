"""Keyword arguments may have the name that a built-in type gives its receiver."""
import types


class Own(dict):
    pass


class Items(list):
    def __init__(self, **given):
        print(sorted(given.items()))


print(dict(cls=1, self=2), Own(cls=3), types.SimpleNamespace(cls=4))
Items(cls=5)
print({}.__class__(self=7), dict([('a', 1)], cls=8))
print('{cls} {self}'.format(cls=9, self=10))
try:
    list(cls=11)
except TypeError as error:
    print(type(error).__name__)
