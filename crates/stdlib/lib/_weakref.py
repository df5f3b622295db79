"""Weak references; the reference type itself is the VM's."""

import _operator
from _airlock import builtin_type

ref = ReferenceType = builtin_type('weakref')


def getweakrefcount(object, /):
    return len(getweakrefs(object))


def getweakrefs(object, /):
    found = []
    for reference in ReferenceType._references_to(object):
        if type(reference) is _ProxyReference:
            reference = reference.proxy()
        if reference is not None:
            found.append(reference)
    return found


def _remove_dead_weakref(table, key, /):
    found = table.get(key)
    if found is not None and found() is None:
        table.pop(key, None)


# What a proxy refers to its object with.
class _ProxyReference(ref):
    __slots__ = ('proxy',)


def proxy(object, callback=None, /):
    if isinstance(object, (ProxyType, CallableProxyType)):
        return object
    if callback is None:
        # One is enough.
        for reference in ReferenceType._references_to(object):
            if type(reference) is _ProxyReference and reference.__callback__ is None:
                existing = reference.proxy()
                if existing is not None:
                    return existing
    made = _new(CallableProxyType if callable(object) else ProxyType)
    proxied = ref(made)
    reference = _ProxyReference(object, None if callback is None else _caller(proxied, callback))
    reference.proxy = proxied
    _set(made, '_reference', reference)
    return made


_new = object.__new__
_set = object.__setattr__
_get = object.__getattribute__


# The callback receives the proxy, if that is still there.
def _caller(proxied, callback):
    def died(_):
        live = proxied()
        if live is not None:
            callback(live)

    return died


def _target(self):
    target = _get(self, '_reference')()
    if target is None:
        raise ReferenceError('weakly-referenced object no longer exists')
    return target


def _plain(value):
    return _target(value) if type(value) in (ProxyType, CallableProxyType) else value


class ProxyType:
    __slots__ = ('_reference', '__weakref__')
    __hash__ = None

    def __getattribute__(self, name):
        return getattr(_target(self), name)

    def __setattr__(self, name, value):
        setattr(_target(self), name, value)

    def __delattr__(self, name):
        delattr(_target(self), name)

    def __repr__(self):
        target = _target(self)
        return f'<weakproxy at {id(self):#x} to {type(target).__name__} at {id(target):#x}>'

    def __str__(self):
        return str(_target(self))

    def __bool__(self):
        return bool(_target(self))

    def __len__(self):
        return len(_target(self))

    def __iter__(self):
        return iter(_target(self))

    def __next__(self):
        target = _target(self)
        if not hasattr(type(target), '__next__'):
            raise TypeError('Weakref proxy referenced a non-iterator')
        return next(target)

    def __reversed__(self):
        return reversed(_target(self))

    def __bytes__(self):
        return _target(self).__bytes__()

    def __contains__(self, item):
        return item in _target(self)

    def __getitem__(self, key):
        return _target(self)[key]

    def __setitem__(self, key, value):
        _target(self)[key] = value

    def __delitem__(self, key):
        del _target(self)[key]

    def __int__(self):
        return int(_target(self))

    def __float__(self):
        return float(_target(self))

    def __index__(self):
        return _target(self).__index__()

    def __eq__(self, other):
        return _target(self) == _plain(other)

    def __ne__(self, other):
        return _target(self) != _plain(other)

    def __lt__(self, other):
        return _target(self) < _plain(other)

    def __le__(self, other):
        return _target(self) <= _plain(other)

    def __gt__(self, other):
        return _target(self) > _plain(other)

    def __ge__(self, other):
        return _target(self) >= _plain(other)

    def __add__(self, other):
        return _target(self) + _plain(other)

    def __radd__(self, other):
        return other + _target(self)

    def __sub__(self, other):
        return _target(self) - _plain(other)

    def __rsub__(self, other):
        return other - _target(self)

    def __mul__(self, other):
        return _target(self) * _plain(other)

    def __rmul__(self, other):
        return other * _target(self)

    def __truediv__(self, other):
        return _target(self) / _plain(other)

    def __rtruediv__(self, other):
        return other / _target(self)

    def __floordiv__(self, other):
        return _target(self) // _plain(other)

    def __rfloordiv__(self, other):
        return other // _target(self)

    def __mod__(self, other):
        return _target(self) % _plain(other)

    def __rmod__(self, other):
        return other % _target(self)

    def __divmod__(self, other):
        return divmod(_target(self), _plain(other))

    def __rdivmod__(self, other):
        return divmod(other, _target(self))

    def __pow__(self, other, modulus=None):
        return pow(_target(self), _plain(other), modulus)

    def __rpow__(self, other):
        return other ** _target(self)

    def __and__(self, other):
        return _target(self) & _plain(other)

    def __rand__(self, other):
        return other & _target(self)

    def __or__(self, other):
        return _target(self) | _plain(other)

    def __ror__(self, other):
        return other | _target(self)

    def __xor__(self, other):
        return _target(self) ^ _plain(other)

    def __rxor__(self, other):
        return other ^ _target(self)

    def __lshift__(self, other):
        return _target(self) << _plain(other)

    def __rlshift__(self, other):
        return other << _target(self)

    def __rshift__(self, other):
        return _target(self) >> _plain(other)

    def __rrshift__(self, other):
        return other >> _target(self)

    def __matmul__(self, other):
        return _target(self) @ _plain(other)

    def __rmatmul__(self, other):
        return other @ _target(self)

    def __neg__(self):
        return -_target(self)

    def __pos__(self):
        return +_target(self)

    def __invert__(self):
        return ~_target(self)

    def __abs__(self):
        return abs(_target(self))


ProxyType.__module__ = 'weakref'


# `proxy += other` names the result, not the proxy.
def _in_place(operator):
    return lambda self, other: operator(_target(self), _plain(other))


for _name in ('iadd', 'isub', 'imul', 'imatmul', 'itruediv', 'ifloordiv', 'imod', 'ipow', 'ilshift', 'irshift', 'iand',
              'ixor', 'ior'):
    setattr(ProxyType, f'__{_name}__', _in_place(getattr(_operator, _name)))


class CallableProxyType(ProxyType):
    __slots__ = ()

    def __call__(self, *args, **kwargs):
        return _target(self)(*args, **kwargs)


CallableProxyType.__module__ = 'weakref'
