"""An imperative shell over an event-driven core.

`core = airlock.wrap(core)` makes what is asynchronous in `core` usable from
plain sequential code: each such use is one crossing through the adapter that
the page, the command line or `airlock.use(key)` chose.
"""

import asyncio
import atexit
import builtins
import functools
import types

import _airlock_shell
import _inspect_lite as inspect
from _airlock_shell import ledger

__all__ = ['wrap', 'use', 'ledger', 'adapters']
__version__ = '0.1.0'

_OFFERED = {
    'direct': 'no adapter: the core alone, on the loop',
    'run': 'asyncio.run() for each call',
    'runner': 'one loop, run_until_complete() for each call',
    'greenlet': 'the shell is parked while the loop turns, as gevent does it',
}
_NOT_YET = {
    'nested': 'the re-entrant loop is not built yet',
    'thread': 'the loop in its own thread is not built yet',
    'pool': 'the thread pool is not built yet',
    'process': 'the process pool is not built yet',
    'jspi': "the browser's own stack switching is not built yet",
}


def adapters():
    """The adapters by key: True, or the reason why one is not offered."""
    offered = {key: True for key in _OFFERED}
    return offered | _NOT_YET


def _check(key):
    if key in _NOT_YET:
        raise ValueError(f'the adapter {key!r} is not offered here: {_NOT_YET[key]}')
    if key not in _OFFERED:
        known = ', '.join(_OFFERED)
        raise ValueError(f'unknown adapter {key!r}; there are {known}')
    return key


def use(key):
    """Chooses the adapter for what is wrapped without one of its own."""
    global _adapter
    _adapter = _ADAPTERS[_check(key)]


# The adapters: each drives one awaitable to its end.


def _cross_direct(awaitable, name):
    if hasattr(awaitable, 'close'):
        awaitable.close()
    raise RuntimeError(
        f"the adapter 'direct' makes no crossings, so {name}() cannot be called from the shell; "
        "choose another adapter")


async def _await(awaitable):
    return await awaitable


def _coroutine(awaitable):
    return awaitable if inspect.iscoroutine(awaitable) else _await(awaitable)


def _cross_run(awaitable, name):
    crossing = _airlock_shell.enter_crossing(name)
    raised = True
    try:
        result = asyncio.run(_coroutine(awaitable))
        raised = False
        return result
    finally:
        _airlock_shell.leave_crossing(crossing, raised)


class _Persistent:
    """A loop that lives from the first crossing to the shell's end."""

    def __init__(self):
        self.loop = None

    def get(self):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            atexit.register(self.close)
        return self.loop

    def close(self):
        loop, self.loop = self.loop, None
        if loop is None or loop.is_closed():
            return
        asyncio.runners._cancel_all_tasks(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


_persistent = _Persistent()


def _cross_runner(awaitable, name):
    crossing = _airlock_shell.enter_crossing(name)
    raised = True
    try:
        result = _persistent.get().run_until_complete(_coroutine(awaitable))
        raised = False
        return result
    finally:
        _airlock_shell.leave_crossing(crossing, raised)


class _Greenlet:
    """The shell's greenlet and the loop that turns on a fiber of its own."""

    def __init__(self):
        self.loop = None
        self.task = None

    def start(self):
        loop = self.loop = asyncio.new_event_loop()
        loop._set_cooperative(True)
        _airlock_shell.spawn_fiber(loop.run_forever)
        # The loop's fiber runs until it waits for the first time.
        _airlock_shell.yield_fiber()
        self.task = _airlock_shell.greenlet_task(loop)
        atexit.register(self.close)

    def close(self):
        loop, self.loop = self.loop, None
        if loop is None:
            return
        loop.stop()
        while loop.is_running():
            _airlock_shell.yield_fiber()
        loop._set_cooperative(False)
        asyncio._set_running_loop(None)
        asyncio.runners._cancel_all_tasks(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


_greenlet = _Greenlet()


def _cross_greenlet(awaitable, name):
    if _greenlet.loop is None:
        _greenlet.start()
    if not inspect.iscoroutine(awaitable) and not hasattr(awaitable, 'send'):
        awaitable = _await(awaitable)
    return _airlock_shell.greenlet_await(_greenlet.task, awaitable, name)


_ADAPTERS = {
    'direct': _cross_direct,
    'run': _cross_run,
    'runner': _cross_runner,
    'greenlet': _cross_greenlet,
}
# What the page or the command line chose.
_adapter = _ADAPTERS.get(getattr(builtins, '__airlock_adapter__', 'runner'), _cross_runner)


def _cross(awaitable, name, adapter=None):
    return (adapter or _adapter)(awaitable, name)


# Wrapping.


def wrap(obj, adapter=None):
    """Makes what is asynchronous in `obj` synchronous: a module, a class, an
    instance, a function, an async iterator or an async context manager.

    The original stays reachable as `.aio`.
    """
    chosen = None if adapter is None else _ADAPTERS[_check(adapter)]
    return _wrap(obj, chosen)


def _wrap(obj, adapter):
    if isinstance(obj, (_Module, _Class, _Object)):
        return obj
    if isinstance(obj, types.ModuleType):
        return _Module(obj, adapter)
    if isinstance(obj, type):
        return _Class(obj, adapter) if _is_async_class(obj) else obj
    if inspect.iscoroutinefunction(obj):
        return _wrap_coroutine_function(obj, adapter)
    if inspect.isfunction(obj) or inspect.ismethod(obj) or inspect.isbuiltin(obj) or inspect.isasyncgenfunction(obj):
        return _wrap_function(obj, adapter)
    return _adapt(obj, adapter, getattr(type(obj), '__name__', 'object'))


def _wrap_coroutine_function(function, adapter):
    name = getattr(function, '__name__', 'call')
    if adapter is None:
        def call(*args, **kwargs):
            return _adapter(function(*args, **kwargs), name)
    else:
        def call(*args, **kwargs):
            return adapter(function(*args, **kwargs), name)
    functools.update_wrapper(call, function)
    call.aio = function
    return call


def _wrap_function(function, adapter):
    name = getattr(function, '__name__', 'call')

    def call(*args, **kwargs):
        return _adapt(function(*args, **kwargs), adapter, name)

    try:
        functools.update_wrapper(call, function)
    except (AttributeError, TypeError):
        pass
    call.aio = function
    return call


def _adapt(value, adapter, name):
    """What a call into the core gave, made usable by the shell."""
    if inspect.isawaitable(value):
        return _adapt_result(_cross(value, name, adapter), adapter)
    return _adapt_result(value, adapter)


def _adapt_result(value, adapter):
    cls = type(value)
    if hasattr(cls, '__anext__'):
        return _Iterator(value, adapter)
    if hasattr(cls, '__aenter__') and not hasattr(cls, '__enter__'):
        return _Context(value, adapter)
    if cls.__module__ in _wrapped_modules and _is_async_class(cls):
        return _Object(value, adapter)
    return value


_wrapped_modules = set()


def _is_async_class(cls):
    if issubclass(cls, BaseException):
        return False
    for base in cls.__mro__:
        if base.__module__ in ('builtins', 'abc', 'typing', 'enum'):
            continue
        for value in vars(base).values():
            function = getattr(value, '__func__', value)
            if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
                return True
    return False


class _Module:
    """A module whose asynchronous members are synchronous."""

    def __init__(self, module, adapter):
        self.__dict__['aio'] = module
        self.__dict__['_airlock_adapter'] = adapter
        self.__dict__['__doc__'] = module.__doc__
        self.__dict__['__name__'] = module.__name__
        _wrapped_modules.add(module.__name__)

    def __getattr__(self, name):
        value = _wrap_member(getattr(self.aio, name), self._airlock_adapter)
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
            return _Class(value, adapter)
        return value
    if inspect.iscoroutinefunction(value):
        return _wrap_coroutine_function(value, adapter)
    if inspect.isfunction(value) or inspect.ismethod(value):
        return _wrap_function(value, adapter)
    return _adapt_result(value, adapter)


class _Class:
    """A class whose instances' asynchronous methods are synchronous."""

    def __init__(self, cls, adapter):
        self.aio = cls
        self._airlock_adapter = adapter
        self.__name__ = cls.__name__
        self.__doc__ = cls.__doc__

    def __call__(self, *args, **kwargs):
        return _adapt_result(self.aio(*args, **kwargs), self._airlock_adapter)

    def __getattr__(self, name):
        return _wrap_member(getattr(self.aio, name), self._airlock_adapter)

    def __instancecheck__(self, instance):
        return isinstance(getattr(instance, 'aio', instance), self.aio)

    def __repr__(self):
        return f'<airlock over {self.aio!r}>'


class _Object:
    """An instance whose asynchronous methods are synchronous."""

    def __init__(self, value, adapter):
        self.__dict__['aio'] = value
        self.__dict__['_airlock_adapter'] = adapter

    def __getattr__(self, name):
        return _wrap_member(getattr(self.aio, name), self._airlock_adapter)

    def __setattr__(self, name, value):
        setattr(self.aio, name, value)

    def __iter__(self):
        if hasattr(type(self.aio), '__aiter__'):
            return _Iterator(type(self.aio).__aiter__(self.aio), self._airlock_adapter)
        return iter(self.aio)

    def __enter__(self):
        return _Context(self.aio, self._airlock_adapter).__enter__()

    def __exit__(self, *exc_info):
        return _Context(self.aio, self._airlock_adapter).__exit__(*exc_info)

    def __len__(self):
        return len(self.aio)

    def __getitem__(self, key):
        return self.aio[key]

    def __contains__(self, item):
        return item in self.aio

    def __bool__(self):
        return bool(self.aio)

    def __eq__(self, other):
        return self.aio == getattr(other, 'aio', other)

    def __hash__(self):
        return hash(self.aio)

    def __repr__(self):
        return repr(self.aio)


class _Iterator:
    """An async iterator read by plain `for`: one crossing for each item."""

    def __init__(self, iterator, adapter):
        self.aio = iterator
        self._adapter = adapter
        self._name = getattr(iterator, '__name__', type(iterator).__name__)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return _adapt_result(_cross(self.aio.__anext__(), self._name, self._adapter), self._adapter)
        except StopAsyncIteration:
            raise StopIteration from None

    def send(self, value):
        try:
            return _cross(self.aio.asend(value), self._name, self._adapter)
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self):
        close = getattr(self.aio, 'aclose', None)
        if close is not None:
            _cross(close(), self._name, self._adapter)

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
        self._name = type(manager).__name__

    def __enter__(self):
        enter = type(self.aio).__aenter__
        value = _cross(enter(self.aio), self._name, self._adapter)
        if value is self.aio:
            return _Object(value, self._adapter)
        return _adapt_result(value, self._adapter)

    def __exit__(self, *exc_info):
        leave = type(self.aio).__aexit__
        return _cross(leave(self.aio, *exc_info), self._name, self._adapter)

    def __getattr__(self, name):
        return _wrap_member(getattr(self.aio, name), self._adapter)
