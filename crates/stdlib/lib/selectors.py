"""Selectors over nothing: they can only wait."""

from abc import ABCMeta, abstractmethod
from collections import namedtuple

EVENT_READ = 1
EVENT_WRITE = 2
SelectorKey = namedtuple('SelectorKey', ['fileobj', 'fd', 'events', 'data'])


class BaseSelector(metaclass=ABCMeta):
    @abstractmethod
    def register(self, fileobj, events, data=None):
        raise NotImplementedError

    @abstractmethod
    def unregister(self, fileobj):
        raise NotImplementedError

    def modify(self, fileobj, events, data=None):
        self.unregister(fileobj)
        return self.register(fileobj, events, data)

    @abstractmethod
    def select(self, timeout=None):
        raise NotImplementedError

    def close(self):
        pass

    @abstractmethod
    def get_map(self):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


class Wakeup:
    """What ends the wait of selectors that it is registered with: the one
    thing that becomes readable here."""

    def __init__(self):
        self._waiting = []
        self._sent = False

    def fileno(self):
        return -1

    def send(self):
        self._sent = True
        for event in self._waiting:
            event.set()

    def receive(self):
        self._sent = False


class DefaultSelector(BaseSelector):
    def __init__(self):
        self._keys = {}
        self._event = None

    def register(self, fileobj, events, data=None):
        if not isinstance(fileobj, Wakeup):
            raise OSError(38, 'waiting for files is not available here')
        if fileobj in self._keys:
            raise KeyError(f'{fileobj!r} is already registered')
        if self._event is None:
            import threading
            self._event = threading.Event()
        key = self._keys[fileobj] = SelectorKey(fileobj, -1, events, data)
        fileobj._waiting.append(self._event)
        return key

    def unregister(self, fileobj):
        try:
            key = self._keys.pop(fileobj)
        except KeyError:
            raise KeyError(f'{fileobj!r} is not registered') from None
        fileobj._waiting.remove(self._event)
        return key

    def select(self, timeout=None):
        if timeout is None or timeout > 0:
            self._wait(timeout)
        if self._event is not None:
            self._event.clear()
        return [(key, EVENT_READ) for key in self._keys.values() if key.fileobj._sent]

    def _wait(self, timeout):
        if self._event is not None:
            if not any([key.fileobj._sent for key in self._keys.values()]):
                self._event.wait(timeout)
            return
        import time
        if timeout is None:
            raise RuntimeError('nothing can wake a selector without a timeout here')
        time.sleep(timeout)

    def close(self):
        for wakeup in list(self._keys):
            self.unregister(wakeup)

    def get_map(self):
        return self._keys


SelectSelector = PollSelector = DefaultSelector
