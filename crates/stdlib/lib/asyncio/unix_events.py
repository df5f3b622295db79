"""The event loop that programs get: CPython's base loop over the native core.

A loop that has a selector or a clock of its own, or turns in its own way,
turns by CPython's Python code instead.
"""

__all__ = ('SelectorEventLoop', 'EventLoop')

import collections
import contextvars
import os
import signal
import sys
import threading
import time
import weakref

import _asyncio

from . import base_events
from . import constants
from . import coroutines
from . import events
from . import exceptions
from . import runners
from .log import logger

_asyncio._derive_handles(events.Handle, events.TimerHandle, events._ThreadSafeHandle)

# On the virtual clock instructions have a price, and what CPython does costs
# what CPython's code costs.
_PRICED = _asyncio._is_priced()

# Whoever overrides one of these is called by the code that turns the loop.
_TURNING = frozenset((
    '_run_once', 'time', 'call_soon', 'call_later', 'call_at', 'call_soon_threadsafe', '_call_soon', '_add_callback',
    '_process_events', '_write_to_self', '_check_closed', 'is_closed', 'is_running', 'stop', 'create_future',
))


class _Turns:
    """The selector of a loop that turns natively. Code that turns such a loop
    by itself runs one pass of it where it would wait."""

    def __init__(self, loop):
        self._loop = loop
        self._sockets = None

    def select(self, timeout=None):
        self._loop._run_pass()
        return []

    def close(self):
        if self._sockets is not None:
            self._sockets.close()

    # What a selector has for sockets, once there are any.
    def __getattr__(self, name):
        if self._sockets is None:
            from ._sockets import Readiness
            self._sockets = Readiness(self._loop)
        return getattr(self._sockets, name)


class _Made:
    """An attribute of a loop that is made when it is first asked for."""

    def __init__(self, make):
        self._make = make

    def __set_name__(self, owner, name):
        self._name = name

    def __get__(self, loop, owner=None):
        if loop is None:
            return self
        made = loop.__dict__[self._name] = self._make(loop)
        return made


_NO_GENERATORS = ()


class _AirlockEventLoop(_asyncio.Loop, base_events.BaseEventLoop):
    _turns_natively = True

    # What `BaseEventLoop.__init__` gives each loop.
    _timer_cancelled_count = 0
    _closed = False
    _ready = _Made(lambda loop: collections.deque())
    _scheduled = _Made(lambda loop: [])
    _default_executor = None
    _internal_fds = 0
    _clock_resolution = time.get_clock_info('monotonic').resolution
    _exception_handler = None
    _debug = False
    _old_agen_hooks = None
    slow_callback_duration = 0.1
    _current_handle = None
    _task_factory = None
    _coroutine_origin_tracking_enabled = False
    _coroutine_origin_tracking_saved_depth = None
    _asyncgens = _NO_GENERATORS
    _asyncgens_shutdown_called = False
    _executor_shutdown_called = False
    _selector = _Made(_Turns)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not cls._turns_natively or not _TURNING.isdisjoint(cls.__dict__):
            _let_turn_in_python(cls)

    def __init__(self, selector=None):
        if selector is not None and self._turns_natively:
            _asyncio._become_python(self, _python_version(type(self)))
        if not self._turns_natively:
            base_events.BaseEventLoop.__init__(self)
            _open_selector(self, selector)
        elif _PRICED:
            base_events.BaseEventLoop.__init__(self)
        elif coroutines._is_debug_mode():
            self.set_debug(True)

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
        if not self._turns_natively or _PRICED:
            if self._turns_natively:
                self._close_now()
            else:
                self._close_self_pipe()
            self._selector.close()
            base_events.BaseEventLoop.close(self)
            return
        self._close_now()
        if '_selector' in self.__dict__:
            self._selector.close()
        if self._debug:
            logger.debug('Close %r', self)
        self._closed = self._executor_shutdown_called = True
        executor = self._default_executor
        if executor is not None:
            self._default_executor = None
            executor.shutdown(wait=False)

    def set_debug(self, enabled):
        if self._turns_natively:
            self._set_debug(enabled)
        base_events.BaseEventLoop.set_debug(self, enabled)

    def _asyncgen_firstiter_hook(self, agen):
        if self._asyncgens is _NO_GENERATORS:
            self._asyncgens = weakref.WeakSet()
        base_events.BaseEventLoop._asyncgen_firstiter_hook(self, agen)

    def _write_to_self(self):
        if not self._turns_natively:
            self._csock.send(b'\0')

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
    _learn_sockets()
    loop._selector = selectors.DefaultSelector() if selector is None else selector
    try:
        loop._make_self_pipe()
    except NotImplementedError:
        # A selector that has no files: nothing but its timeout ends its waits.
        pass


def _learn_sockets():
    from . import _sockets
    _sockets.teach(_AirlockEventLoop)


def _method_for_sockets(name):
    """Stands for a method that is loaded when it, or one like it, is first called."""
    def method(self, *args, **kwargs):
        _learn_sockets()
        return getattr(self, name)(*args, **kwargs)
    method.__name__ = method.__qualname__ = name
    return method


for _name in ('_make_socket_transport', '_make_datagram_transport', '_make_ssl_transport', '_start_serving',
              '_stop_serving', '_process_events', '_close_self_pipe', '_add_reader', '_remove_reader', '_add_writer',
              '_remove_writer', 'add_reader', 'remove_reader', 'add_writer', 'remove_writer', 'sock_recv',
              'sock_recv_into', 'sock_recvfrom', 'sock_recvfrom_into', 'sock_sendall', 'sock_sendto', 'sock_connect',
              'sock_accept', '_sendfile_native', 'create_unix_connection', 'create_unix_server'):
    setattr(_AirlockEventLoop, _name, _method_for_sockets(_name))


def _end_of_run():
    # The name is for tracebacks.
    def run_until_complete(future):
        if not future.done():
            raise RuntimeError('Event loop stopped before Future completed.')
        return future.result()
    return run_until_complete


_asyncio._complete_with(_AirlockEventLoop, base_events.BaseEventLoop, base_events._run_until_complete_cb, _end_of_run())
_AirlockEventLoop.__name__ = _AirlockEventLoop.__qualname__ = '_UnixSelectorEventLoop'


class _UnixDefaultEventLoopPolicy(events._BaseDefaultEventLoopPolicy):
    """UNIX event loop policy"""

    _loop_factory = _AirlockEventLoop


# Its name is for tracebacks.
def run(main):
    """What `asyncio.run` does with a `Runner`, for a coroutine."""
    loop = events.new_event_loop()
    events.set_event_loop(loop)
    handlers = signal._handlers
    interrupts = 0
    interrupt = None
    try:
        task = loop.create_task(main, context=contextvars.copy_context())
        if (handlers.get(2, signal.default_int_handler) is signal.default_int_handler
                and threading.current_thread() is threading.main_thread()):
            def interrupt(signum, frame):
                nonlocal interrupts
                interrupts += 1
                _cancel_or_raise(task, interrupts)
            handlers[2] = interrupt
        try:
            return loop.run_until_complete(task)
        except exceptions.CancelledError:
            _tell_interrupt(task, interrupts)
            raise
        finally:
            if interrupt is not None and handlers.get(2) is interrupt:
                handlers[2] = signal.default_int_handler
    finally:
        _shut_down(loop)


def _shut_down(loop):
    try:
        runners._cancel_all_tasks(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor(constants.THREAD_JOIN_TIMEOUT))
    finally:
        events.set_event_loop(None)
        loop.close()


def _cancel_or_raise(task, interrupts):
    """The first interrupt of a run cancels its task."""
    if interrupts == 1 and not task.done():
        task.cancel()
        task.get_loop().call_soon_threadsafe(lambda: None)
        return
    raise KeyboardInterrupt()


def _tell_interrupt(task, interrupts):
    """The task of a run was cancelled: if only by an interrupt, that is told."""
    if interrupts > 0:
        uncancel = getattr(task, 'uncancel', None)
        if uncancel is not None and uncancel() == 0:
            raise KeyboardInterrupt()


def _run_natively(in_python):
    give = _end_of_run()

    def interrupt(signum, frame):
        _cancel_or_raise(*_asyncio._note_interrupt())

    # The name is for tracebacks.
    def run(task):
        try:
            return give(task)
        except exceptions.CancelledError:
            _tell_interrupt(task, _asyncio._interrupts(task))
            raise

    _asyncio._run_with(_AirlockEventLoop, _UnixDefaultEventLoopPolicy, os.environ._data, 'PYTHONASYNCIODEBUG',
                       signal._handlers, signal.default_int_handler, interrupt, in_python, _shut_down, run)
    runners._run_now = _asyncio._run_now


runners._run_now = None if _PRICED else run
if not _PRICED and not sys.flags.dev_mode:
    _run_natively(run)
del run
SelectorEventLoop = _AirlockEventLoop
_DefaultEventLoopPolicy = _UnixDefaultEventLoopPolicy
EventLoop = SelectorEventLoop
