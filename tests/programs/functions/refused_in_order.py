"""Which of several mistakes a call, a subscript or a format is refused for."""


def positional(a, b=2, /, c=3):
    return a, b, c


class Sets:
    def __setitem__(self, key, value):
        print('set', key, value)


class Deletes(list):
    __setitem__ = None

    def __delitem__(self, key):
        print('del', key)


class Removes:
    def __delitem__(self, key):
        print('del', key)


class Text(str):
    pass


def delete(thing):
    del thing[1]


def store(thing):
    thing[1] = 2


for call in (
    lambda: positional(1, **{'a': 7}, z=6),
    lambda: positional(1, z=6, b=5, a=1),
    lambda: positional(1, z=6),
    lambda: positional(1, 2, 3, c=6, b=5),
    lambda: delete(Sets()),
    lambda: store(Sets()),
    lambda: delete(Removes()),
    lambda: store(Removes()),
    lambda: delete((1, 2)),
    lambda: store('text'),
    lambda: delete(Deletes()),
    lambda: f'{Text():x}',
):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
