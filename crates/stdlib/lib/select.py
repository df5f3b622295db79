"""Waiting for sockets of the network inside the engine."""

import errno
import os

from _socket import endpoint_of, wait_for_change

error = OSError
PIPE_BUF = 4096
POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDHUP = 1, 2, 4, 8, 16, 32, 8192
EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP = 1, 2, 4, 8, 16, 8192
EPOLLONESHOT, EPOLLET, EPOLL_CLOEXEC = 1 << 30, 1 << 31, 524288


def _number(file):
    if isinstance(file, int):
        fd = file
    else:
        try:
            fileno = file.fileno
        except AttributeError:
            raise TypeError('argument must be an int, or have a fileno() method.') from None
        fd = fileno()
        if not isinstance(fd, int):
            raise TypeError('fileno() returned a non-integer')
    if fd < 0:
        raise ValueError(f'file descriptor cannot be a negative integer ({fd})')
    return fd


def _state(fd):
    """The events that poll(2) would tell of a descriptor now."""
    if fd not in os._descriptors:
        return POLLIN | POLLOUT if fd in (0, 1, 2) else POLLNVAL
    try:
        endpoint = endpoint_of(fd)
    except OSError:
        # Files never make one wait.
        return POLLIN | POLLOUT
    return ((POLLIN if endpoint.readable() else 0) | (POLLOUT if endpoint.writable() else 0)
            | (POLLHUP if endpoint.hung_up() else 0) | (POLLERR if endpoint.error else 0))


def _wait(fds, found, timeout):
    """Waits until `found()` is not empty, or for so many seconds."""
    result = found()
    if result or timeout is not None and timeout <= 0:
        return result
    endpoints = [endpoint_of(fd) for fd in fds if fd in os._descriptors and not _is_file(fd)]
    wait_for_change(endpoints, found, timeout)
    return found()


def _is_file(fd):
    try:
        endpoint_of(fd)
    except OSError:
        return True
    return False


def select(rlist, wlist, xlist, timeout=None, /):
    if timeout is not None and not hasattr(timeout, '__float__') and not hasattr(timeout, '__index__'):
        raise TypeError('timeout must be a float or None')
    if timeout is not None and timeout < 0:
        raise ValueError('timeout must be non-negative')
    wanted = [[(_number(file), file) for file in files] for files in (rlist, wlist, xlist)]
    for fd in [fd for files in wanted for fd, _ in files]:
        if _state(fd) & POLLNVAL:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def found():
        ready = ([file for fd, file in wanted[0] if _state(fd) & (POLLIN | POLLHUP | POLLERR)],
                 [file for fd, file in wanted[1] if _state(fd) & (POLLOUT | POLLERR)],
                 [])
        return ready if any(ready) else ()

    return _wait([fd for files in wanted for fd, _ in files], found, timeout) or ([], [], [])


class _Polling:
    """What `poll` and `epoll` have in common: descriptors, each with the events that are asked for."""

    def __init__(self):
        self._masks = {}

    def register(self, fd, eventmask=POLLIN | POLLPRI | POLLOUT, /):
        self._masks[_number(fd)] = eventmask

    def modify(self, fd, eventmask, /):
        fd = _number(fd)
        if fd not in self._masks:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._masks[fd] = eventmask

    def unregister(self, fd, /):
        del self._masks[_number(fd)]

    def _found(self):
        always = POLLERR | POLLHUP | POLLNVAL
        ready = [(fd, _state(fd) & (mask | always)) for fd, mask in self._masks.items()]
        return [(fd, events) for fd, events in ready if events]


class poll(_Polling):
    def poll(self, timeout=None, /):
        if timeout is not None:
            timeout = None if timeout < 0 else timeout / 1000
        return _wait(list(self._masks), self._found, timeout)


class epoll(_Polling):
    def __init__(self, sizehint=-1, flags=0):
        if sizehint != -1 and sizehint <= 0:
            raise ValueError('negative sizehint')
        super().__init__()
        self.closed = False
        # It has a number of its own, as files have.
        self._fd = os._number_of(self)

    def _check(self):
        if self.closed:
            raise ValueError('I/O operation on closed epoll object')

    def fileno(self):
        self._check()
        return self._fd

    def close(self):
        if not self.closed:
            self.closed = True
            os._descriptors.pop(self._fd, None)

    def register(self, fd, eventmask=EPOLLIN | EPOLLPRI | EPOLLOUT):
        self._check()
        fd = _number(fd)
        if fd in self._masks:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        if _is_file(fd):
            known = fd in os._descriptors or fd in (0, 1, 2)
            raise OSError(errno.EPERM if known else errno.EBADF, os.strerror(errno.EPERM if known else errno.EBADF))
        super().register(fd, eventmask)

    def unregister(self, fd):
        self._check()
        if self._masks.pop(_number(fd), None) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def poll(self, timeout=None, maxevents=-1):
        self._check()
        if timeout is not None and timeout < 0:
            timeout = None
        # A descriptor that was closed leaves by itself.
        for fd in [fd for fd in self._masks if fd not in os._descriptors]:
            del self._masks[fd]
        ready = _wait(list(self._masks), self._found, timeout)
        for fd, _ in ready:
            if self._masks.get(fd, 0) & EPOLLONESHOT:
                self._masks[fd] = 0
        return ready[:maxevents] if maxevents > 0 else ready

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, *args):
        self.close()
