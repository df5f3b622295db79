"""`from __future__ import annotations`: texts, also through decorators."""
from __future__ import annotations

import functools
import inspect


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@logged
def area(width: float, height: "float" = 1, *rest: Unknown, unit: str | None = None) -> list[float]:
    return [width * height]


print(area.__annotations__, inspect.signature(area))


@functools.singledispatch
def show(value):
    return 'something'


@show.register
def _(value: int):
    return 'an int'


@show.register
def _(value: list):
    return 'a list'


print(show(1), show([]), show('x'))


class Tree:
    left: Tree
    size: int = 0

    def grow(self, by: Tree) -> Tree: ...


print(Tree.__annotations__, Tree.grow.__annotations__)
area.__annotations__['width'] = int
print(area.__annotations__['width'], logged(len).__name__)
