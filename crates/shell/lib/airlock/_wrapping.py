"""`wrap`: what is asynchronous in a thing, made synchronous."""

import functools
import types

import _airlock_shell
import _inspect_lite as inspect

from ._adapters import adapter_for, cross, far_kind


def wrap(obj, adapter=None):
    """Makes what is asynchronous in `obj` synchronous: a module, a class, an
    instance, a function, an async iterator or an async context manager.

    The original stays reachable as `.aio`.
    """
    chosen = None if adapter is None else adapter_for(adapter)
    if isinstance(obj, types.ModuleType):
        return _Module(obj, chosen)
    if isinstance(obj, (_Module, _Object, _Iterator, _Context)) or isinstance(type(obj), _WrappedType):
        return obj
    if isinstance(obj, type):
        return _wrap_class(obj, chosen) if _is_async_class(obj) else obj
    if inspect.isfunction(obj) or inspect.ismethod(obj) or inspect.isbuiltin(obj) or isinstance(obj, functools.partial):
        return _wrap_function(obj, chosen)
    if _is_async_class(type(obj)) and not inspect.isawaitable(obj) and not isinstance(obj, types.AsyncGeneratorType):
        return _wrap_instance(obj, _wrap_class(type(obj), chosen))
    return _adapt(obj, chosen, type(obj).__name__)


def _wrap_function(function, adapter):
    name = getattr(function, '__name__', 'call')

    def call(*args, **kwargs):
        if _may_be_far(adapter):
            far = far_kind(adapter)
            if far is not None:
                return _far().call(far, function, tuple(map(_original, args)), kwargs, name, adapter)
        return _adapt(function(*args, **kwargs), adapter, name)

    try:
        functools.update_wrapper(call, function)
    except (AttributeError, TypeError):
        pass
    call.aio = function
    return call


# What a call into the core gave, made usable by the shell.
_adapt = _airlock_shell.adapt
_may_be_far = _airlock_shell.may_be_far
_airlock_shell.cross_natively(_wrap_function)


def _adapt_rare(value, adapter, name):
    """As `_adapt`, of what is neither a coroutine nor plain data."""
    if inspect.isawaitable(value):
        value = cross(value, name, adapter)
    return _adapt_result(value, adapter)


def _adapt_result(value, adapter):
    cls = type(value)
    if cls.__module__ in _wrapped_modules and _is_async_class(cls):
        return _wrap_instance(value, _wrap_class(cls, adapter))
    if hasattr(cls, '__anext__'):
        return _Iterator(value, adapter)
    if hasattr(cls, '__aenter__') and not hasattr(cls, '__enter__'):
        return _Context(value, adapter)
    return value


_airlock_shell.adapt_with(_adapt_rare, _adapt_result)
_wrapped_modules = set()


class _Module:
    """A module whose asynchronous members are synchronous."""

    def __init__(self, module, adapter):
        self.__dict__['aio'] = module
        self.__dict__['_airlock_adapter'] = adapter
        self.__dict__['__doc__'] = module.__doc__
        self.__dict__['__name__'] = module.__name__
        _wrapped_modules.add(module.__name__)

    def __getattr__(self, name):
        value = getattr(self.aio, name)
        far = far_kind(self._airlock_adapter)
        if far is not None and not callable(value) and not isinstance(value, types.ModuleType):
            return _far().module_attribute(far, self.aio.__name__, name, self._airlock_adapter)
        value = _wrap_member(value, self._airlock_adapter)
        if callable(value):
            self.__dict__[name] = value
        return value

    def __setattr__(self, name, value):
        setattr(self.aio, name, value)
        self.__dict__.pop(name, None)

    def __dir__(self):
        return dir(self.aio)

    def __repr__(self):
        return f'<airlock over {self.aio!r}>'


def _wrap_member(value, adapter):
    if isinstance(value, types.ModuleType):
        return value
    if isinstance(value, type):
        if value.__module__ in _wrapped_modules and _is_async_class(value):
            return _wrap_class(value, adapter)
        return value
    if inspect.isfunction(value) or inspect.ismethod(value):
        return _wrap_function(value, adapter)
    return _adapt_result(value, adapter)


# Classes.

_PLAIN_MODULES = ('builtins', 'abc', 'typing', 'enum')

# Names of a class that its wrapper has its own way.
_OWN = {
    '__new__', '__init__', '__dict__', '__weakref__', '__slots__', '__getattr__', '__getattribute__',
    '__setattr__', '__delattr__', '__del__', '__init_subclass__', '__subclasshook__', '__class_getitem__',
    '__set_name__', '__await__', '__reduce__', '__reduce_ex__', '__getstate__', '__setstate__', '__class__',
    '__aenter__', '__aexit__', '__aiter__', '__anext__', '__hash__', '__repr__', '__annotate_func__',
}


def _is_async_class(cls):
    if issubclass(cls, BaseException):
        return False
    for base in cls.__mro__:
        if base.__module__ in _PLAIN_MODULES:
            continue
        for value in vars(base).values():
            function = getattr(value, '__func__', value)
            # What a decorator made of an async function counts as well: with
            # `asynccontextmanager` that is a plain function.
            function = getattr(function, '__wrapped__', function)
            if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
                return True
    return False


class _WrappedType(type):
    """The class of wrapped classes."""

    def __call__(cls, *args, **kwargs):
        adapter = cls.__dict__['_airlock_adapter']
        far = far_kind(adapter)
        if far is not None:
            return _far().call(far, cls.aio, tuple(map(_original, args)), kwargs, cls.__name__, adapter)
        return _wrap_instance(cls.aio(*args, **kwargs), cls)

    def __getattr__(cls, name):
        return _wrap_member(getattr(cls.__dict__['aio'], name), cls.__dict__['_airlock_adapter'])

    def __instancecheck__(cls, instance):
        return isinstance(_original(instance), cls.aio)

    def __subclasscheck__(cls, other):
        return issubclass(other.aio if isinstance(other, _WrappedType) else other, cls.aio)

    @property
    def __signature__(cls):
        from inspect import signature
        return signature(cls.aio)

    def __repr__(cls):
        return f'<airlock over {cls.aio!r}>'


_classes = {}


def _wrap_class(cls, adapter):
    wrapped = _classes.get((cls, adapter))
    if wrapped is None:
        wrapped = _classes[cls, adapter] = _make_class(cls, adapter)
    return wrapped


def _make_class(cls, adapter):
    members = {}
    for base in reversed(cls.__mro__[:-1]):
        if base.__module__ not in _PLAIN_MODULES:
            members.update(vars(base))
    namespace = {'aio': cls, '_airlock_adapter': adapter, '__doc__': cls.__doc__, '__module__': cls.__module__,
                 '__qualname__': cls.__qualname__}
    for name, value in members.items():
        if name in _OWN or name in namespace:
            continue
        if isinstance(value, types.FunctionType):
            namespace[name] = _make_method(value, name, adapter)
        elif isinstance(value, property):
            namespace[name] = _make_property(value, name, adapter)
    if '__aenter__' in members:
        namespace['__enter__'] = _enter
        namespace['__exit__'] = _exit
    if '__aiter__' in members:
        namespace['__iter__'] = _iterate
    if '__anext__' in members:
        namespace['__next__'] = _next
    return _WrappedType(cls.__name__, (_Object,), namespace)


def _make_method(function, name, adapter):
    def method(self, /, *args, **kwargs):
        if _is_far(self.aio):
            return self.aio._airlock_call(name, tuple(map(_original, args)), kwargs)
        return _adapt(getattr(self.aio, name)(*map(_original, args), **kwargs), adapter, name)

    functools.update_wrapper(method, function)
    method.aio = function
    return method


def _make_property(value, name, adapter):
    def read(self):
        return _adapt(getattr(self.aio, name), adapter, name)

    def write(self, new):
        setattr(self.aio, name, new)

    return property(read, write if value.fset is not None else None, doc=value.__doc__)


def _far():
    """What calls another VM; loaded by those who need it."""
    from . import _far
    return _far


def _is_far(value):
    """Whether it stands for a thing of another process."""
    return hasattr(type(value), '_airlock_far')


def _original(value):
    return value.aio if isinstance(type(value), _WrappedType) else value


def _wrap_instance(value, cls):
    instance = object.__new__(cls)
    object.__setattr__(instance, 'aio', value)
    return instance


class _Object:
    """An instance whose asynchronous methods are synchronous."""

    def __getattr__(self, name):
        if name == 'aio':
            raise AttributeError(name)
        return _wrap_member(getattr(self.aio, name), type(self)._airlock_adapter)

    def __setattr__(self, name, value):
        setattr(self.aio, name, value)

    def __delattr__(self, name):
        delattr(self.aio, name)

    def __dir__(self):
        return dir(self.aio)

    def __eq__(self, other):
        return self.aio == _original(other)

    def __hash__(self):
        return hash(self.aio)

    def __repr__(self):
        return repr(self.aio)


def _enter(self):
    adapter = type(self)._airlock_adapter
    if _is_far(self.aio):
        value = self.aio._airlock_call('__aenter__')
        return self if value is self.aio else value
    value = cross(type(self.aio).__aenter__(self.aio), type(self.aio).__name__, adapter)
    return self if value is self.aio else _adapt_result(value, adapter)


def _exit(self, *exc_info):
    if _is_far(self.aio):
        return self.aio._airlock_call('__aexit__', _without_frames(exc_info))
    return cross(type(self.aio).__aexit__(self.aio, *exc_info), type(self.aio).__name__,
                 type(self)._airlock_adapter)


def _without_frames(exc_info):
    """As another process can have it."""
    return *exc_info[:2], None


def _iterate(self):
    if _is_far(self.aio):
        iterator = self.aio._airlock_call('__aiter__')
        return self if iterator is self.aio else iterator
    iterator = type(self.aio).__aiter__(self.aio)
    return self if iterator is self.aio else _Iterator(iterator, type(self)._airlock_adapter)


def _next(self):
    try:
        if _is_far(self.aio):
            return self.aio._airlock_call('__anext__')
        return _adapt(type(self.aio).__anext__(self.aio), type(self)._airlock_adapter, type(self.aio).__name__)
    except StopAsyncIteration:
        raise StopIteration from None


# Iterators and context managers.


class _Iterator:
    """An async iterator read by plain `for`: one crossing for each item.

    What is left of it is closed by `close`, at the end of a `with`, or with
    the loop.
    """

    def __init__(self, iterator, adapter):
        self.aio = iterator
        self._adapter = adapter
        self._name = getattr(iterator, '__name__', type(iterator).__name__)
        self._given = 0
        self._ended = False

    def __iter__(self):
        return self

    def __next__(self):
        return self._step('__anext__')

    def send(self, value):
        return self._step('asend', value)

    def throw(self, *exc_info):
        return self._step('athrow', *exc_info)

    def _step(self, step, *args):
        if self._ended:
            raise StopIteration
        if self._given and getattr(self.aio, 'ag_frame', self) is None:
            # Closed by a loop that ended between two items.
            _airlock_shell.generator_lost(self._name, self._given)
        try:
            if _is_far(self.aio):
                return self.aio._airlock_call(step, args)
            item = _adapt(getattr(self.aio, step)(*args), self._adapter, self._name)
        except StopAsyncIteration:
            self._ended = True
            raise StopIteration from None
        self._given += 1
        return item

    def close(self):
        if _is_far(self.aio) and not self._ended:
            self._ended = True
            self.aio._airlock_call('aclose')
            return
        close = getattr(self.aio, 'aclose', None)
        if close is not None and not self._ended:
            self._ended = True
            cross(close(), self._name, self._adapter)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __repr__(self):
        return f'<airlock over {self.aio!r}>'


class _Context:
    """An async context manager entered by plain `with`."""

    def __init__(self, manager, adapter):
        self.aio = manager
        self._adapter = adapter
        self._name = getattr(getattr(manager, 'func', None), '__name__', type(manager).__name__)

    def __enter__(self):
        if _is_far(self.aio):
            value = self.aio._airlock_call('__aenter__')
            return self if value is self.aio else value
        value = cross(type(self.aio).__aenter__(self.aio), self._name, self._adapter)
        return self if value is self.aio else _adapt_result(value, self._adapter)

    def __exit__(self, *exc_info):
        if _is_far(self.aio):
            return self.aio._airlock_call('__aexit__', _without_frames(exc_info))
        return cross(type(self.aio).__aexit__(self.aio, *exc_info), self._name, self._adapter)

    def __getattr__(self, name):
        return _wrap_member(getattr(self.aio, name), self._adapter)

    def __repr__(self):
        return f'<airlock over {self.aio!r}>'
