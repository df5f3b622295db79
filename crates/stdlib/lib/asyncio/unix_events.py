"""The event loop that programs get: CPython's base loop over the native core.

A loop that has a selector or a clock of its own, or turns in its own way,
turns by CPython's Python code instead.
"""

__all__ = ('SelectorEventLoop', 'EventLoop')

import signal

import _asyncio

from . import base_events
from . import events

_asyncio._derive_handles(events.Handle, events.TimerHandle, events._ThreadSafeHandle)

# Whoever overrides one of these is called by the code that turns the loop.
_TURNING = frozenset((
    '_run_once', 'time', 'call_soon', 'call_later', 'call_at', 'call_soon_threadsafe', '_call_soon', '_add_callback',
    '_process_events', '_write_to_self', '_check_closed', 'is_closed', 'is_running', 'stop', 'create_future',
))


class _Turns:
    """What code that turns a loop by itself takes for its selector: to wait
    there is to run one pass of the native loop."""

    def __init__(self, loop):
        self._loop = loop

    def select(self, timeout=None):
        self._loop._run_pass()
        return []


class _AirlockEventLoop(_asyncio.Loop, base_events.BaseEventLoop):
    _turns_natively = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not cls._turns_natively or not _TURNING.isdisjoint(cls.__dict__):
            _let_turn_in_python(cls)

    def __init__(self, selector=None):
        if selector is not None and self._turns_natively:
            _asyncio._become_python(self, _python_version(type(self)))
        base_events.BaseEventLoop.__init__(self)
        if self._turns_natively:
            self._selector = _Turns(self)
        else:
            _open_selector(self, selector)

    def create_task(self, coro, **kwargs):
        factory = self._task_factory
        if factory is not None:
            self._check_closed()
            return factory(self, coro, **kwargs)
        if self._turns_natively:
            return self._create_task_now(coro, **kwargs)
        return base_events.BaseEventLoop.create_task(self, coro, **kwargs)

    def run_forever(self):
        if not self._turns_natively:
            return base_events.BaseEventLoop.run_forever(self)
        self._run_forever_setup()
        try:
            self._run_loop()
        finally:
            self._run_forever_cleanup()

    def close(self):
        if self.is_running():
            raise RuntimeError('Cannot close a running event loop')
        if self.is_closed():
            return
        if self._turns_natively:
            self._close_now()
        else:
            self._selector.close()
        base_events.BaseEventLoop.close(self)

    def set_debug(self, enabled):
        if self._turns_natively:
            self._set_debug(enabled)
        base_events.BaseEventLoop.set_debug(self, enabled)

    def _process_events(self, event_list):
        for key, mask in event_list:
            if key.data is not None:
                self._add_callback(key.data)

    def _write_to_self(self):
        if not self._turns_natively:
            self._wakeup.send()

    def add_signal_handler(self, sig, callback, *args):
        signal.signal(sig, lambda signum, frame: self.call_soon_threadsafe(callback, *args))

    def remove_signal_handler(self, sig):
        signal.signal(sig, signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL)
        return True


def _let_turn_in_python(cls):
    cls._turns_natively = False
    if '__new__' not in cls.__dict__:
        cls.__new__ = lambda cls, *args, **kwargs: _asyncio._python_instance(cls)
    _asyncio._leave_native(cls)


def _python_version(cls):
    """A class like another whose loops turn by their Python code."""
    made = type(cls.__name__, (cls,), {'_turns_natively': False, '__module__': cls.__module__,
                                       '__qualname__': cls.__qualname__})
    return made


def _open_selector(loop, selector):
    import selectors
    loop._selector = selectors.DefaultSelector() if selector is None else selector
    loop._wakeup = selectors.Wakeup()
    read = events.Handle(loop._wakeup.receive, (), loop, None)
    try:
        loop._selector.register(loop._wakeup, selectors.EVENT_READ, read)
    except NotImplementedError:
        # A selector that has no files: nothing but its timeout ends its waits.
        pass


_AirlockEventLoop.__name__ = _AirlockEventLoop.__qualname__ = '_UnixSelectorEventLoop'


class _UnixDefaultEventLoopPolicy(events._BaseDefaultEventLoopPolicy):
    """UNIX event loop policy"""

    _loop_factory = _AirlockEventLoop


SelectorEventLoop = _AirlockEventLoop
_DefaultEventLoopPolicy = _UnixDefaultEventLoopPolicy
EventLoop = SelectorEventLoop
