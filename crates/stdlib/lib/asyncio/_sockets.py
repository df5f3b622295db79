"""What the event loop knows of sockets: CPython's code for it, and a selector that turns the native loop.

It is loaded when a loop first has to do with one.
"""

import errno
import os
import selectors
import weakref

from _socket import endpoint_of
from _thread import get_ident

from . import selector_events

# What the native loop does in its own way.
_OWN = frozenset((
    '__init__', '__module__', '__doc__', '__qualname__', '__firstlineno__', '__static_attributes__', '__dict__',
    '__weakref__', 'close', '_write_to_self',
))


def teach(cls):
    """Gives a class of loops the methods that CPython's has for sockets."""
    for name, value in vars(selector_events.BaseSelectorEventLoop).items():
        if name not in _OWN:
            setattr(cls, name, value)
    cls._transports = property(_transports)
    cls.create_unix_connection = create_unix_connection
    cls.create_unix_server = create_unix_server


def _transports(loop):
    if '_socket_transports' not in loop.__dict__:
        loop._socket_transports = weakref.WeakValueDictionary()
    return loop._socket_transports


class _Watch:
    """Calls a handle of a loop in each pass in which a socket is ready for it, as select(2) would tell."""

    def __init__(self, loop, handle, endpoint, is_ready):
        self._loop = loop
        self._handle = handle
        self._endpoint = endpoint
        self._is_ready = is_ready
        self._is_posted = False
        endpoint.watchers.append(self.look)
        self.look()

    def close(self):
        self._handle = None
        self._endpoint.watchers.remove(self.look)

    def look(self):
        if self._is_posted or self._handle is None or not self._is_ready() or self._loop.is_closed():
            return
        self._is_posted = True
        if self._loop._thread_id in (None, get_ident()):
            self._loop.call_soon(self._run)
        else:
            self._loop.call_soon_threadsafe(self._run)

    def _run(self):
        self._is_posted = False
        handle = self._handle
        if handle is not None and not handle.cancelled() and self._is_ready():
            handle._run()
        self.look()


class Readiness(selectors._BaseSelectorImpl):
    """The sockets that a native loop watches, in the form of a selector."""

    def __init__(self, loop):
        super().__init__()
        self._loop = loop
        self._watches = {}

    def register(self, fileobj, events, data=None):
        key = super().register(fileobj, events, data)
        try:
            endpoint = endpoint_of(key.fd)
        except OSError as error:
            super().unregister(fileobj)
            # Files are always ready, so epoll(7) refuses them.
            raise error if error.errno == errno.EBADF else PermissionError(1, 'Operation not permitted') from None
        ready = (lambda: endpoint.readable() or endpoint.hung_up(),
                 lambda: endpoint.writable() or bool(endpoint.error))
        self._watches[key.fd] = [_Watch(self._loop, handle, endpoint, is_ready)
                                 for handle, is_ready in zip(data, ready) if handle is not None]
        return key

    def unregister(self, fileobj):
        key = super().unregister(fileobj)
        for watch in self._watches.pop(key.fd):
            watch.close()
        return key

    def modify(self, fileobj, events, data=None):
        self.unregister(fileobj)
        return self.register(fileobj, events, data)

    def close(self):
        for key in list(self.get_map().values()):
            self.unregister(key.fileobj)
        super().close()

    def select(self, timeout=None):
        raise NotImplementedError


async def create_unix_connection(self, protocol_factory, path=None, *, ssl=None, sock=None, server_hostname=None,
                                 ssl_handshake_timeout=None, ssl_shutdown_timeout=None):
    import socket
    if ssl or server_hostname is not None:
        raise ValueError('ssl is not available: there are no sockets to the outside here')
    if path is not None and sock is not None:
        raise ValueError('path and sock can not be specified at the same time')
    if path is not None:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await self.sock_connect(sock, os.fspath(path))
        except BaseException:
            sock.close()
            raise
    elif sock is None:
        raise ValueError('no path and sock were specified')
    else:
        _check_unix_stream(sock)
        sock.setblocking(False)
    return await self._create_connection_transport(sock, protocol_factory, None, None)


async def create_unix_server(self, protocol_factory, path=None, *, sock=None, backlog=100, ssl=None,
                             ssl_handshake_timeout=None, ssl_shutdown_timeout=None, start_serving=True,
                             cleanup_socket=True):
    import socket
    from . import base_events
    from . import tasks
    if ssl is not None:
        raise ValueError('ssl is not available: there are no sockets to the outside here')
    if path is not None and sock is not None:
        raise ValueError('path and sock can not be specified at the same time')
    if path is not None:
        path = os.fspath(path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.bind(path)
        except OSError as error:
            sock.close()
            raise OSError(error.errno, f'Address {path!r} is already in use') from None
    elif sock is None:
        raise ValueError('path was not specified, and no sock specified')
    else:
        _check_unix_stream(sock)
    sock.setblocking(False)
    server = base_events.Server(self, [sock], protocol_factory, None, backlog, ssl_handshake_timeout,
                                ssl_shutdown_timeout)
    if start_serving:
        server._start_serving()
        await tasks.sleep(0)
    return server


def _check_unix_stream(sock):
    import socket
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        raise ValueError(f'A UNIX Domain Stream Socket was expected, got {sock!r}')
