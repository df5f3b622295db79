"""The event loop that programs get: CPython's base loop over the host's clock."""

__all__ = ('SelectorEventLoop', 'EventLoop')

import _thread
import signal

from . import base_events
from . import events


class _Waiter:
    """Stands where a selector would: waits for a time or for another thread."""

    def __init__(self):
        self._bell = _thread.allocate_lock()
        self._bell.acquire()

    def select(self, timeout=None):
        if self._bell.acquire(True, -1 if timeout is None else max(timeout, 0)):
            pass
        return ()

    def ring(self):
        try:
            self._bell.release()
        except RuntimeError:
            # It rings already.
            pass

    def close(self):
        pass


class _AirlockEventLoop(base_events.BaseEventLoop):
    def __init__(self, selector=None):
        super().__init__()
        self._selector = _Waiter()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        self._selector.ring()

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
