"""The event loop that programs get: CPython's base loop over the native core."""

__all__ = ('SelectorEventLoop', 'EventLoop')

import signal

import _asyncio

from . import base_events
from . import events

# The handles that the native loop makes.
events.Handle = _asyncio.Handle
events.TimerHandle = _asyncio.TimerHandle


class _Turns:
    """What code that turns a loop by itself takes for its selector: to wait
    there is to run one pass of the native loop."""

    def __init__(self, loop):
        self._loop = loop

    def select(self, timeout=None):
        self._loop._run_pass()
        return []


class _AirlockEventLoop(_asyncio.Loop, base_events.BaseEventLoop):
    def __init__(self, selector=None):
        base_events.BaseEventLoop.__init__(self)
        self._selector = _Turns(self)

    def create_task(self, coro, **kwargs):
        factory = self._task_factory
        if factory is None:
            return self._create_task_now(coro, **kwargs)
        self._check_closed()
        return factory(self, coro, **kwargs)

    def run_forever(self):
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
        self._close_now()
        base_events.BaseEventLoop.close(self)

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def add_signal_handler(self, sig, callback, *args):
        signal.signal(sig, lambda signum, frame: self.call_soon_threadsafe(callback, *args))

    def remove_signal_handler(self, sig):
        signal.signal(sig, signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL)
        return True


_AirlockEventLoop.__name__ = _AirlockEventLoop.__qualname__ = '_UnixSelectorEventLoop'


class _UnixDefaultEventLoopPolicy(events._BaseDefaultEventLoopPolicy):
    """UNIX event loop policy"""

    _loop_factory = _AirlockEventLoop


SelectorEventLoop = _AirlockEventLoop
_DefaultEventLoopPolicy = _UnixDefaultEventLoopPolicy
EventLoop = SelectorEventLoop
