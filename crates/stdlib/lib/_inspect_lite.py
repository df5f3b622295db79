"""The few functions of `inspect` that asyncio and airlock use, without loading the rest of it."""

import functools
import sys
from collections.abc import Awaitable
from types import BuiltinFunctionType, CodeType, CoroutineType, FunctionType, GeneratorType, MethodType


def isfunction(object):
    return isinstance(object, FunctionType)


def ismethod(object):
    return isinstance(object, MethodType)


def isbuiltin(object):
    return isinstance(object, BuiltinFunctionType)


def iscoroutine(object):
    return isinstance(object, CoroutineType)


def isgenerator(object):
    return isinstance(object, GeneratorType)


def isawaitable(object):
    return (isinstance(object, CoroutineType)
            or isinstance(object, GeneratorType) and bool(object.gi_code.co_flags & 0x100)
            or isinstance(object, Awaitable))


def unwrap(func):
    seen = {id(func)}
    while hasattr(func, '__wrapped__'):
        func = func.__wrapped__
        if id(func) in seen:
            raise ValueError(f'wrapper loop when unwrapping {func!r}')
        seen.add(id(func))
    return func


def iscoroutinefunction(obj):
    full = sys.modules.get('inspect')
    if full is not None:
        return full.iscoroutinefunction(obj)
    return _has_flag(obj, 0x80)


def isasyncgenfunction(obj):
    return _has_flag(obj, 0x200)


def _has_flag(obj, flag):
    while isinstance(obj, MethodType):
        obj = obj.__func__
    obj = functools._unwrap_partial(obj)
    while isinstance(obj, MethodType):
        obj = obj.__func__
    code = getattr(obj, '__code__', None)
    return isinstance(obj, FunctionType) and isinstance(code, CodeType) and bool(code.co_flags & flag)
