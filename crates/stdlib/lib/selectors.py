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


class DefaultSelector(BaseSelector):
    def register(self, fileobj, events, data=None):
        raise OSError(38, 'waiting for files is not available here')

    def unregister(self, fileobj):
        raise KeyError(f'{fileobj!r} is not registered')

    def select(self, timeout=None):
        import time
        if timeout is None:
            raise RuntimeError('nothing can wake a selector without a timeout here')
        time.sleep(max(timeout, 0))
        return []

    def get_map(self):
        return {}


SelectSelector = PollSelector = DefaultSelector
