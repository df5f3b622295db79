"""Greenlets on the VM's own fibers.

The API is that of the package `greenlet` 3. A greenlet that is dropped
unfinished is not unwound: its fiber ends with the program.
"""

import sys

import _airlock_shell
import _asyncio
from _contextvars import Context

__all__ = ['greenlet', 'getcurrent', 'error', 'GreenletExit', 'gettrace', 'settrace']
__version__ = '3.2.4'

GREENLET_USE_GC = True
GREENLET_USE_TRACING = True
GREENLET_USE_CONTEXT_VARS = True


class error(Exception):
    """Something that greenlets cannot do."""


class GreenletExit(BaseException):
    """Ends a greenlet without reaching its parent as an exception."""


_trace = None


def settrace(callback):
    """Sets what is told of each switch, `callback(event, (origin, target))`; what was set before."""
    global _trace
    before, _trace = _trace, callback
    return before


def gettrace():
    return _trace


# The greenlet of each fiber.
_greenlets = {}


def getcurrent():
    """The greenlet that runs."""
    fiber = _airlock_shell.current_fiber()
    current = _greenlets.get(fiber)
    # A thread that has ended may leave its fiber's number to another.
    if current is None or current._thread != _airlock_shell.current_thread():
        current = _greenlets[fiber] = greenlet.__new__(greenlet)
        current._fiber = fiber
        current._started = True
        current._thread = _airlock_shell.current_thread()
        current._parent = None
    return current


class greenlet:
    """greenlet(run=None, parent=None): code that is switched to and from by hand."""

    GreenletExit = GreenletExit
    error = error
    getcurrent = staticmethod(getcurrent)
    settrace = staticmethod(settrace)
    gettrace = staticmethod(gettrace)

    _fiber = None
    _started = False
    _dead = False
    _context = None
    _thread = None

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, run=None, parent=None):
        if run is not None:
            self.run = run
        if parent is not None and not isinstance(parent, greenlet):
            raise TypeError(f"parent must be a greenlet, not {type(parent).__name__}")
        self._parent = getcurrent() if parent is None else parent
        self._thread = self._parent._thread

    @property
    def parent(self):
        return self._parent

    @parent.setter
    def parent(self, value):
        if not isinstance(value, greenlet):
            raise TypeError(f"GreenletParent: Expected None or a greenlet, not {type(value).__name__}"
                            if value is not None else 'parent must be a greenlet')
        at = value
        while at is not None:
            if at is self:
                raise ValueError('cyclic parent chain')
            at = at._parent
        if value._thread != self._thread:
            raise ValueError('parent cannot be on a different thread')
        self._parent = value

    @property
    def dead(self):
        return self._dead

    def __bool__(self):
        return self._started and not self._dead

    @property
    def gr_frame(self):
        return sys._getframe(1) if self._fiber == _airlock_shell.current_fiber() else None

    @property
    def gr_context(self):
        if self._fiber is not None and not self._dead:
            return _airlock_shell.fiber_context(self._fiber)
        return self._context

    @gr_context.setter
    def gr_context(self, context):
        if context is not None and not isinstance(context, Context):
            raise TypeError('greenlet context must be a contextvars.Context or None')
        if self._fiber is not None and not self._dead:
            _airlock_shell.set_fiber_context(self._fiber, context)
        else:
            self._context = context

    @gr_context.deleter
    def gr_context(self):
        raise AttributeError('can\'t delete context attribute')

    def switch(self, /, *args, **kwargs):
        """Goes on with this greenlet; what somebody switches back with."""
        return _switch(self, None, args, kwargs)

    def throw(self, type=GreenletExit, value=None, traceback=None, /):
        """Goes on with this greenlet, raising an exception in it."""
        if isinstance(type, BaseException):
            if value is not None:
                raise TypeError('instance exception may not have a separate value')
            exception = type
        elif isinstance(type, builtins_type) and issubclass(type, BaseException):
            exception = value if isinstance(value, type) else type() if value is None else type(value)
        else:
            raise TypeError(f'exceptions must be classes, or instances, not {builtins_type(type).__name__}')
        if traceback is not None:
            exception.__traceback__ = traceback
        return _switch(self, exception, (), {})

    def _main(self):
        """What the greenlet's fiber runs."""
        try:
            args, kwargs = self._first
            self._first = None
            result, exception = (self._run(*args, **kwargs),), None
        except GreenletExit as exit:
            result, exception = (exit,), None
        except BaseException as raised:
            result, exception = (), raised
        self._dead = True
        self._context = _airlock_shell.fiber_context(self._fiber)
        _greenlets.pop(self._fiber, None)
        target = _alive(self._parent)
        _told(self, target, exception)
        _airlock_shell.wake_fiber_first(target._fiber, (exception, result, {}))

    def __repr__(self):
        state = ' dead' if self._dead else ' current active started' if self is getcurrent() and self._parent is not None \
            else ' current active started main' if self is getcurrent() else ' suspended active started' if self._started \
            else ' pending'
        return f'<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} (otid={id(self._thread):#x}){state}>'


builtins_type = type


def _alive(target):
    while target._dead:
        target = target._parent
    return target


def _told(origin, target, exception):
    if _trace is not None:
        _trace('switch' if exception is None else 'throw', (origin, target))


def _answer(message):
    exception, args, kwargs = message
    if exception is not None:
        raise exception
    if kwargs:
        return (args, kwargs) if args else kwargs
    return args[0] if len(args) == 1 else args


def _switch(target, exception, args, kwargs):
    current = getcurrent()
    if target._thread != current._thread:
        raise error('cannot switch to a different thread')
    while not target and target._parent is not None:
        if not target._dead:
            if exception is None:
                return _start(current, target, args, kwargs)
            # What is thrown into a greenlet that has not begun ends it.
            target._started = target._dead = True
            if isinstance(exception, GreenletExit):
                exception, args = None, (exception,)
        elif isinstance(exception, GreenletExit):
            exception, args = None, (exception,)
        target = target._parent
    if target is current:
        return _answer((exception, args, kwargs))
    _told(current, target, exception)
    return _answer(_pass_to(current, target, (exception, args, kwargs)))


def _start(current, target, args, kwargs):
    # What names the function may raise, before anything has begun.
    run = target.run
    if target._started:
        return _switch(target, None, args, kwargs)
    target.__dict__.pop('run', None)
    target._run = run
    target._started = True
    target._first = args, kwargs
    target._fiber = fiber = _airlock_shell.spawn_fiber(target._main, 'greenlet')
    _greenlets[fiber] = target
    if target._context is not None:
        _airlock_shell.set_fiber_context(fiber, target._context)
    _told(current, target, None)
    _airlock_shell.hurry_fiber(fiber)
    return _answer(_airlock_shell.park_greenlet())


def _pass_to(current, target, message):
    """Wakes the target and waits to be woken. From sequential code that a
    task runs on a greenlet, back to the task: that is a crossing."""
    crossing = None
    if target is current._parent and _asyncio._get_running_loop() is not None and not _airlock_shell.in_crossing():
        crossing = _airlock_shell.enter_crossing(sys._getframe(3).f_code.co_name)
    try:
        _airlock_shell.wake_fiber_first(target._fiber, message)
        return _airlock_shell.park_greenlet()
    finally:
        if crossing is not None:
            _airlock_shell.leave_crossing(crossing, False)
