"""Sockets over a network inside the engine: what one program binds, its own threads and loops can reach.

Nothing goes outside. Delivery is immediate and in order; buffers are as large as Linux's on loopback, so a
sender waits where it would wait there. The states and errors follow Linux, see socket(7) and tcp(7).
"""

import errno
import os
import time

from _thread import allocate_lock
from collections import deque

error = OSError
timeout = TimeoutError
has_ipv6 = True


class herror(OSError):
    pass


class gaierror(OSError):
    pass


herror.__module__ = gaierror.__module__ = 'socket'

AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET = 1, 2, 3, 5
SOCK_NONBLOCK, SOCK_CLOEXEC = 2048, 524288
MSG_OOB, MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_NOSIGNAL = 1, 2, 64, 256, 16384
AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_V4MAPPED, AI_ADDRCONFIG, AI_NUMERICSERV = 1, 2, 4, 8, 32, 1024
NI_NUMERICHOST, NI_NUMERICSERV, NI_DGRAM = 1, 2, 16
EAI_BADFLAGS, EAI_NONAME, EAI_FAMILY, EAI_SOCKTYPE, EAI_SERVICE = -1, -2, -6, -7, -8
SOL_SOCKET, SOL_TCP, SOL_UDP, SOL_IP = 1, 6, 17, 0
SO_DEBUG, SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_DONTROUTE, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF = 1, 2, 3, 4, 5, 6, 7, 8
SO_KEEPALIVE, SO_LINGER, SO_REUSEPORT, SO_RCVTIMEO, SO_SNDTIMEO, SO_ACCEPTCONN = 9, 13, 15, 20, 21, 30
SO_PROTOCOL, SO_DOMAIN = 38, 39
IPPROTO_IP, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6 = 0, 1, 6, 17, 41
TCP_NODELAY, TCP_MAXSEG, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT = 1, 2, 4, 5, 6, 18
IP_TOS, IP_TTL, IPV6_V6ONLY = 1, 2, 26
SOMAXCONN = 4096
INADDR_ANY, INADDR_LOOPBACK, INADDR_BROADCAST, INADDR_NONE = 0, 0x7F000001, 0xFFFFFFFF, 0xFFFFFFFF
SHUT_RD, SHUT_WR, SHUT_RDWR = 0, 1, 2

# Bytes that wait between a sender and a receiver before the sender must.
_BUFFER = 2 << 20
# What one datagram may hold over IP.
_DATAGRAM = 65507
_FIRST_FREE_PORT, _LAST_FREE_PORT = 32768, 60999

_default_timeout = None
_bound = {}
_next_port = _FIRST_FREE_PORT
_SERVICES = {'ftp': 21, 'ssh': 22, 'telnet': 23, 'smtp': 25, 'domain': 53, 'http': 80, 'pop3': 110, 'ntp': 123,
             'imap': 143, 'https': 443}


def _fail(code):
    return OSError(code, os.strerror(code))


class _Endpoint:
    """What a descriptor of a socket stands for."""

    def __init__(self, family, kind, proto):
        self.family = family
        self.kind = kind
        self.proto = proto
        self.options = {}
        self.name = None
        self.peer_name = None
        # The other end of a stream; a datagram socket has only its name.
        self.peer = None
        self.incoming = bytearray() if kind == SOCK_STREAM else deque()
        self.backlog = None
        # No more will come; no more may be sent; the other end is gone and said so.
        self.ended = False
        self.shut = False
        self.reset = False
        self.is_open = True
        self.error = 0
        self.nonblocking = False
        # Locks of the threads that wait for a change, and calls to make at one.
        self.waiting = []
        self.watchers = []

    def changed(self):
        waiting, self.waiting = self.waiting, []
        for lock in waiting:
            lock.release()
        for watcher in list(self.watchers):
            watcher()

    def readable(self):
        """Whether a reader need not wait."""
        if self.backlog is not None:
            return bool(self.backlog)
        return bool(self.incoming) or self.ended or self.reset or bool(self.error)

    def writable(self):
        if self.kind != SOCK_STREAM:
            return True
        if self.backlog is not None:
            return False
        peer = self.peer
        return peer is None or self.shut or not peer.is_open or len(peer.incoming) < _BUFFER

    def hung_up(self):
        if self.kind != SOCK_STREAM or self.backlog is not None:
            return False
        return self.peer is None or self.shut and self.ended

    # As open files have them, for `os.read` and its like.

    def read(self, size):
        return self.receive(size, 0, 0.0 if self.nonblocking else None)[0]

    def write(self, data):
        return self.send(data, 0.0 if self.nonblocking else None)

    def close(self):
        if not self.is_open:
            return
        self.is_open = False
        self.unbind()
        for waiting in self.backlog or ():
            waiting.close()
        peer = self.peer
        if peer is not None and peer.is_open:
            peer.ended = True
            peer.changed()
        self.changed()

    # Names.

    def key(self, host, port):
        return self.family, self.kind, host, port

    def bind(self, name):
        if self.name is not None:
            raise _fail(errno.EINVAL)
        if self.family == AF_UNIX:
            if name in _bound:
                raise _fail(errno.EADDRINUSE)
            _bound[name] = self
            self.name = name
            return
        host, port = name[:2]
        if port == 0:
            port = _free_port(self, host)
        elif self.is_taken(host, port):
            raise _fail(errno.EADDRINUSE)
        self.name = (host, port, *name[2:])
        if not (self.options.get((SOL_SOCKET, SO_REUSEPORT)) and self.key(host, port) in _bound):
            _bound[self.key(host, port)] = self

    def is_taken(self, host, port):
        wildcard = '::' if self.family == AF_INET6 else '0.0.0.0'
        for (family, kind, other, number), endpoint in [item for item in _bound.items() if isinstance(item[0], tuple)]:
            if number == port and kind == self.kind and family == self.family:
                if host in (wildcard, other) or other == wildcard:
                    shared = (SOL_SOCKET, SO_REUSEPORT)
                    return not (self.options.get(shared) and endpoint.options.get(shared))
        return False

    def unbind(self):
        if self.name is None:
            return
        key = self.name if self.family == AF_UNIX else self.key(*self.name[:2])
        if _bound.get(key) is self:
            del _bound[key]

    def bind_anywhere(self, towards):
        if self.name is None and self.family != AF_UNIX:
            host = towards[0] if self.kind == SOCK_STREAM else _any_host(self.family)
            self.bind((host, 0, *towards[2:]))

    # Streams.

    def listen(self, backlog):
        if self.kind != SOCK_STREAM:
            raise _fail(errno.EOPNOTSUPP)
        if self.peer is not None:
            raise _fail(errno.EINVAL)
        if self.name is None and self.family != AF_UNIX:
            self.bind((_any_host(self.family), 0) if self.family == AF_INET else (_any_host(self.family), 0, 0, 0))
        if self.backlog is None:
            self.backlog = deque()

    def accept(self, timeout):
        if self.backlog is None:
            raise _fail(errno.EINVAL)
        self.wait(self.readable, timeout)
        if not self.backlog:
            raise _fail(errno.EBADF)
        return self.backlog.popleft()

    def connect(self, name):
        """The number of the error there was, or 0."""
        if self.kind == SOCK_DGRAM:
            self.peer_name = name
            self.bind_anywhere(name)
            return 0
        if self.peer is not None:
            return errno.EISCONN
        listener = _listener(self.family, self.kind, name)
        if listener is None:
            return errno.ENOENT if self.family == AF_UNIX and name not in _bound else errno.ECONNREFUSED
        self.bind_anywhere(name)
        other = _Endpoint(self.family, self.kind, self.proto)
        other.name = name
        self.meet(other)
        listener.backlog.append(other)
        listener.changed()
        return 0

    def meet(self, other):
        self.peer, other.peer = other, self
        self.peer_name, other.peer_name = other.name, self.name
        self.changed()

    def send(self, data, timeout):
        """How many bytes found room."""
        if self.kind == SOCK_DGRAM:
            if self.peer_name is None:
                raise _fail(errno.EDESTADDRREQ)
            return self.send_to(data, self.peer_name)
        if self.shut:
            raise _fail(errno.EPIPE)
        if self.peer is None:
            raise _fail(errno.ENOTCONN)
        self.wait(self.writable, timeout)
        peer = self.peer
        if self.shut or not self.is_open:
            raise _fail(errno.EPIPE)
        if not peer.is_open:
            # The first bytes that nobody takes are answered by a reset.
            if self.reset:
                raise _fail(errno.EPIPE)
            self.reset = True
            return len(data)
        taken = min(len(data), _BUFFER - len(peer.incoming))
        was_empty = not peer.incoming
        peer.incoming += data[:taken]
        if was_empty:
            peer.changed()
        return taken

    def receive(self, size, flags, timeout):
        """Bytes, and where they came from."""
        if self.kind == SOCK_STREAM and (self.peer is None or self.backlog is not None):
            raise _fail(errno.ENOTCONN)
        self.wait(self.readable, 0.0 if flags & MSG_DONTWAIT else timeout)
        if self.error:
            self.error, code = 0, self.error
            raise _fail(code)
        incoming = self.incoming
        if not incoming:
            return b'', self.peer_name
        if self.kind != SOCK_STREAM:
            data, name = incoming[0]
            if not flags & MSG_PEEK:
                incoming.popleft()
            return data[:size], name
        data = bytes(incoming[:size])
        if not flags & MSG_PEEK:
            was_full = len(incoming) >= _BUFFER
            del incoming[:size]
            if was_full and self.peer is not None:
                self.peer.changed()
        return data, self.peer_name

    def shut_down(self, how):
        if self.peer is None and self.backlog is None and self.peer_name is None:
            raise _fail(errno.ENOTCONN)
        if how not in (SHUT_RD, SHUT_WR, SHUT_RDWR):
            raise _fail(errno.EINVAL)
        if how != SHUT_WR:
            self.ended = True
        if how != SHUT_RD and not self.shut:
            self.shut = True
            if self.peer is not None:
                self.peer.ended = True
                self.peer.changed()
        self.changed()

    # Datagrams.

    def send_to(self, data, name):
        if len(data) > _DATAGRAM:
            raise _fail(errno.EMSGSIZE)
        self.bind_anywhere(name)
        receiver = _listener(self.family, self.kind, name)
        if receiver is not None and (receiver.peer_name is None or receiver.peer_name == self.name):
            sender = self.name
            if self.family != AF_UNIX and sender[0] == _any_host(self.family):
                sender = (name[0], *sender[1:])
            receiver.incoming.append((bytes(data), sender))
            receiver.changed()
        return len(data)

    # Waiting.

    def wait(self, is_ready, timeout):
        """Returns once it is ready; `timeout` in seconds, 0.0 not to wait, None for ever."""
        if is_ready() or not self.is_open:
            return
        if timeout == 0.0:
            raise _fail(errno.EAGAIN)
        wait_for_change([self], lambda: is_ready() or not self.is_open, timeout)
        if not self.is_open:
            raise _fail(errno.EBADF)
        if not is_ready():
            raise TimeoutError('timed out')


def wait_for_change(endpoints, is_ready, timeout):
    """Waits until something has changed for the better, or for so many seconds."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        lock = allocate_lock()
        lock.acquire()
        for endpoint in endpoints:
            endpoint.waiting.append(lock)
        try:
            # Looked at after the lock is in its place, so that no change is missed.
            if is_ready():
                return
            left = -1 if deadline is None else deadline - time.monotonic()
            if deadline is not None and left <= 0:
                return
            lock.acquire(True, left)
        finally:
            for endpoint in endpoints:
                if lock in endpoint.waiting:
                    endpoint.waiting.remove(lock)


def endpoint_of(fd):
    """What a descriptor stands for; anything else than a socket is an error."""
    found = os._descriptor(fd)
    if not isinstance(found, _Endpoint):
        raise _fail(errno.ENOTSOCK)
    return found


def _any_host(family):
    return '::' if family == AF_INET6 else '0.0.0.0'


def _free_port(endpoint, host):
    global _next_port
    for _ in range(_LAST_FREE_PORT - _FIRST_FREE_PORT):
        port = _next_port
        _next_port = port + 1 if port < _LAST_FREE_PORT else _FIRST_FREE_PORT
        if not endpoint.is_taken(host, port):
            return port
    raise _fail(errno.EADDRINUSE)


def _listener(family, kind, name):
    """Who is bound to a name: a listening stream, or a datagram socket."""
    if family == AF_UNIX:
        found = _bound.get(name)
    else:
        host, port = name[:2]
        if host == _any_host(family):
            host = _loopback(family)
        found = _bound.get((family, kind, host, port)) or _bound.get((family, kind, _any_host(family), port))
        if found is None and family == AF_INET:
            # A socket of IPv6 bound to every address takes IPv4 too.
            found = _bound.get((AF_INET6, kind, '::', port))
            if found is not None and found.options.get((IPPROTO_IPV6, IPV6_V6ONLY)):
                found = None
    if found is not None and kind == SOCK_STREAM and found.backlog is None:
        return None
    return found


def _loopback(family):
    return '::1' if family == AF_INET6 else '127.0.0.1'


# Addresses.


def inet_aton(text, /):
    parts = text.split('.')
    if not 1 <= len(parts) <= 4 or not all([part.isascii() and part.isdigit() for part in parts]):
        raise OSError('illegal IP address string passed to inet_aton')
    *front, last = [int(part) for part in parts]
    if any([part > 255 for part in front]) or last >= 256 ** (4 - len(front)):
        raise OSError('illegal IP address string passed to inet_aton')
    return bytes(front) + last.to_bytes(4 - len(front))


def inet_ntoa(packed, /):
    packed = bytes(packed)
    if len(packed) != 4:
        raise OSError('packed IP wrong length')
    return '.'.join([str(byte) for byte in packed])


def inet_pton(family, text, /):
    if family == AF_INET and text.count('.') == 3:
        try:
            return inet_aton(text)
        except OSError:
            pass
    elif family == AF_INET6:
        import ipaddress
        try:
            return ipaddress.IPv6Address(text).packed
        except ValueError:
            pass
    elif family != AF_INET:
        raise _fail(errno.EAFNOSUPPORT)
    raise OSError('illegal IP address string passed to inet_pton')


def inet_ntop(family, packed, /):
    packed = bytes(packed)
    if family == AF_INET:
        if len(packed) != 4:
            raise ValueError('invalid length of packed IP address string')
        return inet_ntoa(packed)
    if family != AF_INET6:
        raise ValueError(f'unknown address family {family}')
    if len(packed) != 16:
        raise ValueError('invalid length of packed IP address string')
    import ipaddress
    return str(ipaddress.IPv6Address(packed))


def _is_packed(family, host):
    try:
        inet_pton(family, host)
    except OSError:
        return False
    return True


def gethostname():
    return 'localhost'


def _resolve(host, family):
    """The addresses of a host's name: of this machine, or a number itself."""
    if isinstance(host, (bytes, bytearray)):
        host = host.decode('ascii')
    if host in ('localhost', gethostname(), 'localhost.localdomain', 'ip6-localhost'):
        found = [(AF_INET6, '::1')] if family == AF_INET6 else [(AF_INET, '127.0.0.1')]
        return found
    if _is_packed(AF_INET, host) and family in (AF_UNSPEC, AF_INET):
        return [(AF_INET, host)]
    if ':' in host and _is_packed(AF_INET6, host) and family in (AF_UNSPEC, AF_INET6):
        return [(AF_INET6, host)]
    if _is_packed(AF_INET, host) or ':' in host and _is_packed(AF_INET6, host):
        raise gaierror(-9, 'Address family for hostname not supported')
    raise gaierror(EAI_NONAME, 'Name or service not known')


def _port_of(port, numeric=False):
    if port is None:
        return 0
    if isinstance(port, (bytes, bytearray)):
        port = port.decode('ascii')
    if isinstance(port, str):
        if port.isdigit():
            return int(port)
        if not port:
            return 0
        if numeric or port not in _SERVICES:
            raise gaierror(EAI_SERVICE, 'Servname not supported for ai_socktype')
        return _SERVICES[port]
    if not isinstance(port, int):
        raise OSError('Int or String expected')
    return port


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    if family not in (AF_UNSPEC, AF_INET, AF_INET6):
        raise gaierror(EAI_FAMILY, 'ai_family not supported')
    number = _port_of(port, flags & AI_NUMERICSERV)
    if host is None or host == '':
        if port is None:
            raise gaierror(EAI_NONAME, 'Name or service not known')
        families = [family] if family else [AF_INET, AF_INET6] if flags & AI_PASSIVE else [AF_INET6, AF_INET]
        pick = _any_host if flags & AI_PASSIVE else _loopback
        found = [(one, pick(one)) for one in families]
    elif flags & AI_NUMERICHOST and not (_is_packed(AF_INET, host) or _is_packed(AF_INET6, host)):
        raise gaierror(EAI_NONAME, 'Name or service not known')
    else:
        found = _resolve(host, family)
    kinds = [(kind, number) for kind, number in ((SOCK_STREAM, IPPROTO_TCP), (SOCK_DGRAM, IPPROTO_UDP),
                                                 (SOCK_RAW, IPPROTO_IP))
             if type in (0, kind) and proto in (0, number)]
    if not kinds:
        raise gaierror(EAI_SOCKTYPE, 'ai_socktype not supported')
    name = (host or '') if flags & AI_CANONNAME else ''
    return [(one, kind, protocol, name, (address, number) if one == AF_INET else (address, number, 0, 0))
            for one, address in found for kind, protocol in kinds]


def getnameinfo(address, flags, /):
    host, port = address[:2]
    service = str(port)
    if not flags & NI_NUMERICSERV:
        service = next((name for name, number in _SERVICES.items() if number == port), service)
    if not flags & NI_NUMERICHOST and host in ('127.0.0.1', '::1'):
        host = 'localhost'
    return host, service


def gethostbyname(name, /):
    return _resolve(name, AF_INET)[0][1] if name else '0.0.0.0'


def gethostbyname_ex(name, /):
    return name, [], [gethostbyname(name)]


def gethostbyaddr(name, /):
    address = _resolve(name, AF_UNSPEC)[0][1]
    if address not in ('127.0.0.1', '::1'):
        raise herror(1, 'Unknown host')
    return 'localhost', [], [address]


def getservbyname(name, protocol='tcp', /):
    try:
        return _SERVICES[name]
    except KeyError:
        raise OSError('service/proto not found') from None


def getservbyport(port, protocol='tcp', /):
    for name, number in _SERVICES.items():
        if number == port:
            return name
    raise OSError('port/proto not found')


def getprotobyname(name, /):
    try:
        return {'ip': 0, 'icmp': 1, 'tcp': 6, 'udp': 17, 'ipv6': 41}[name]
    except KeyError:
        raise OSError('protocol not found') from None


def if_nameindex():
    return [(1, 'lo')]


def if_nametoindex(name, /):
    if name != 'lo':
        raise OSError('no interface with this name')
    return 1


def if_indextoname(index, /):
    if index != 1:
        raise _fail(errno.ENXIO)
    return 'lo'


def htons(x, /):
    if x < 0:
        raise OverflowError("htons: can't convert negative Python int to C 16-bit unsigned integer")
    if x > 0xFFFF:
        raise OverflowError('htons: Python int too large to convert to C 16-bit unsigned integer')
    return (x & 0xFF) << 8 | x >> 8


ntohs = htons


def htonl(x, /):
    if not 0 <= x <= 0xFFFFFFFF:
        raise OverflowError("int larger than 32 bits" if x > 0 else "can't convert negative value to unsigned int")
    return int.from_bytes(x.to_bytes(4, 'little'))


ntohl = htonl


def getdefaulttimeout():
    return _default_timeout


def setdefaulttimeout(timeout, /):
    global _default_timeout
    _default_timeout = _seconds(timeout)


def _seconds(value):
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, '__float__') and not hasattr(value, '__index__'):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    value = float(value)
    if value < 0:
        raise ValueError('Timeout value out of range')
    return value


def close(fd, /):
    os.close(fd)


def dup(fd, /):
    return os._number_of(endpoint_of(fd))


def socketpair(family=AF_UNIX, type=SOCK_STREAM, proto=0, /):
    kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)
    one, other = _Endpoint(family, kind, proto), _Endpoint(family, kind, proto)
    one.name = other.name = ''
    one.meet(other)
    if kind != SOCK_STREAM:
        # Each is the other's only correspondent; they need names to find each other.
        one.name, other.name = f'\0{id(one)}', f'\0{id(other)}'
        _bound[one.name], _bound[other.name] = one, other
        one.peer_name, other.peer_name = other.name, one.name
    return [socket(family, type, proto, os._number_of(endpoint)) for endpoint in (one, other)]


def pipe():
    """The numbers of the reading and the writing end, as `os.pipe` gives them."""
    reading, writing = _Endpoint(AF_UNIX, SOCK_STREAM, 0), _Endpoint(AF_UNIX, SOCK_STREAM, 0)
    reading.meet(writing)
    reading.shut = writing.ended = True
    # A writer whose reader is gone learns it at once.
    writing.reset = True
    return os._number_of(reading), os._number_of(writing)


class socket:
    """The C part of a socket; `socket.socket` is made of it."""

    __slots__ = ('_endpoint', '_fd', '_timeout')

    def __init__(self, family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None):
        if fileno is not None:
            if not isinstance(fileno, int):
                raise TypeError(f"'{fileno.__class__.__name__}' object cannot be interpreted as an integer")
            if fileno < 0:
                raise ValueError('negative file descriptor')
            self._endpoint = endpoint_of(fileno)
            self._fd = fileno
        else:
            family = AF_INET if family == -1 else int(family)
            kind = SOCK_STREAM if type == -1 else int(type) & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)
            if family not in (AF_INET, AF_INET6, AF_UNIX):
                raise _fail(errno.EAFNOSUPPORT)
            if kind not in (SOCK_STREAM, SOCK_DGRAM):
                raise _fail(errno.EPROTONOSUPPORT if kind != SOCK_RAW else errno.EPERM)
            self._endpoint = _Endpoint(family, kind, max(int(proto), 0))
            self._fd = os._number_of(self._endpoint)
        self._timeout = 0.0 if type != -1 and int(type) & SOCK_NONBLOCK else _default_timeout

    @property
    def family(self):
        return self._endpoint.family

    @property
    def type(self):
        return self._endpoint.kind

    @property
    def proto(self):
        return self._endpoint.proto

    @property
    def timeout(self):
        return self._timeout

    def fileno(self):
        return self._fd

    def detach(self):
        fd, self._fd = self._fd, -1
        return fd

    def close(self):
        fd, self._fd = self._fd, -1
        if fd >= 0:
            endpoint = os._descriptors.pop(fd, None)
            if endpoint is not None and endpoint not in os._descriptors.values():
                endpoint.close()

    def _checked(self):
        if self._fd < 0:
            raise _fail(errno.EBADF)
        return self._endpoint

    def settimeout(self, value, /):
        self._timeout = _seconds(value)

    def gettimeout(self):
        return self._timeout

    def setblocking(self, flag, /):
        self._timeout = None if flag else 0.0

    def getblocking(self):
        return self._timeout != 0.0

    def setsockopt(self, level, option, value, optlen=None, /):
        if value is None:
            value = optlen
        elif not isinstance(value, int):
            value = bytes(value)
        self._checked().options[level, option] = value

    def getsockopt(self, level, option, buflen=0, /):
        endpoint = self._checked()
        if level == SOL_SOCKET:
            if option == SO_ERROR:
                endpoint.error, code = 0, endpoint.error
                return code
            known = {SO_TYPE: endpoint.kind, SO_PROTOCOL: endpoint.proto, SO_DOMAIN: endpoint.family,
                     SO_ACCEPTCONN: int(endpoint.backlog is not None)}
            if option in known:
                return known[option]
        default = _BUFFER if level == SOL_SOCKET and option in (SO_SNDBUF, SO_RCVBUF) else 0
        value = endpoint.options.get((level, option), default)
        if isinstance(value, int) and level == SOL_SOCKET and option in (SO_SNDBUF, SO_RCVBUF):
            return value * 2 if (level, option) in endpoint.options else value
        if buflen and isinstance(value, int):
            return value.to_bytes(min(buflen, 4), 'little')
        return value

    def _address(self, address, caller):
        family = self._endpoint.family
        if family == AF_UNIX:
            return os.fsdecode(address)
        if not isinstance(address, tuple):
            raise TypeError(f'{caller}(): AF_INET address must be tuple, not {address.__class__.__name__}')
        if len(address) < 2 or len(address) > (4 if family == AF_INET6 else 2):
            raise TypeError(f'{caller}(): AF_INET address must be a pair (host, port)')
        host, port = address[:2]
        if not isinstance(host, (str, bytes, bytearray)):
            raise TypeError(f'str, bytes or bytearray expected, not {host.__class__.__name__}')
        if not isinstance(port, int):
            raise TypeError(f"'{port.__class__.__name__}' object cannot be interpreted as an integer")
        if not 0 <= port <= 65535:
            raise OverflowError(f'{caller}(): port must be 0-65535.')
        if host in ('', b''):
            host = _any_host(family)
        elif host == '<broadcast>':
            host = '255.255.255.255'
        else:
            host = _resolve(host, family)[0][1]
        return (host, port) if family == AF_INET else (host, port, *(tuple(address[2:]) + (0, 0))[:2])

    @staticmethod
    def _is_here(endpoint, name):
        host = name[0]
        return endpoint.family == AF_UNIX or host.startswith('127.') or host in ('0.0.0.0', '::', '::1')

    def bind(self, address, /):
        endpoint = self._checked()
        name = self._address(address, 'bind')
        if not self._is_here(endpoint, name):
            raise _fail(errno.EADDRNOTAVAIL)
        endpoint.bind(name)

    def listen(self, backlog=128, /):
        self._checked().listen(backlog)

    def _accept(self):
        endpoint = self._checked().accept(self._timeout)
        return os._number_of(endpoint), endpoint.peer_name if endpoint.peer_name is not None else ''

    def connect(self, address, /):
        code = self._connect(address)
        if code:
            raise _fail(code)

    def connect_ex(self, address, /):
        return self._connect(address)

    def _connect(self, address):
        endpoint = self._checked()
        name = self._address(address, 'connect')
        if not self._is_here(endpoint, name):
            return errno.ENETUNREACH
        code = endpoint.connect(name)
        if self._timeout != 0.0 or endpoint.kind != SOCK_STREAM or endpoint.family == AF_UNIX or code == errno.EISCONN:
            return code
        # The answer of the other side is not waited for.
        endpoint.error = code
        return errno.EINPROGRESS

    def getsockname(self):
        endpoint = self._checked()
        if endpoint.name is not None:
            return endpoint.name
        return {AF_UNIX: '', AF_INET: ('0.0.0.0', 0)}.get(endpoint.family, ('::', 0, 0, 0))

    def getpeername(self):
        endpoint = self._checked()
        if endpoint.peer is None and endpoint.peer_name is None:
            raise _fail(errno.ENOTCONN)
        return endpoint.peer_name if endpoint.peer_name is not None else ''

    def send(self, data, flags=0, /):
        return self._checked().send(self._bytes(data), 0.0 if flags & MSG_DONTWAIT else self._timeout)

    @staticmethod
    def _bytes(data):
        if isinstance(data, bytes):
            return data
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        return bytes(memoryview(data))

    def sendall(self, data, flags=0, /):
        endpoint = self._checked()
        data = self._bytes(data)
        deadline = None if not self._timeout else time.monotonic() + self._timeout
        at = 0
        while True:
            timeout = self._timeout if deadline is None else max(deadline - time.monotonic(), 1e-9)
            at += endpoint.send(data[at:at + _BUFFER] if at or len(data) > _BUFFER else data, timeout)
            if at >= len(data):
                return

    def sendto(self, data, *args):
        if not 1 <= len(args) <= 2:
            raise TypeError(f'sendto() takes 2 or 3 arguments ({len(args) + 1} given)')
        endpoint = self._checked()
        name = self._address(args[-1], 'sendto')
        if endpoint.kind == SOCK_STREAM:
            return endpoint.send(self._bytes(data), self._timeout)
        if not self._is_here(endpoint, name):
            raise _fail(errno.ENETUNREACH)
        return endpoint.send_to(self._bytes(data), name)

    def _received(self, size, flags):
        if size < 0:
            raise ValueError('negative buffersize in recv')
        return self._checked().receive(size, flags, self._timeout)

    def recv(self, size, flags=0, /):
        data, _ = self._received(size, flags)
        if flags & MSG_WAITALL:
            while len(data) < size and (more := self._received(size - len(data), flags)[0]):
                data += more
        return data

    def recvfrom(self, size, flags=0, /):
        data, name = self._received(size, flags)
        return data, None if self._endpoint.kind == SOCK_STREAM else name

    def recv_into(self, buffer, nbytes=0, flags=0):
        return self._into(buffer, nbytes, flags)[0]

    def recvfrom_into(self, buffer, nbytes=0, flags=0):
        return self._into(buffer, nbytes, flags)

    def _into(self, buffer, nbytes, flags):
        view = memoryview(buffer).cast('B')
        if nbytes < 0:
            raise ValueError('negative buffersize in recv_into')
        if nbytes > len(view):
            raise ValueError('buffer too small for requested bytes')
        data, name = self._received(nbytes or len(view), flags)
        view[:len(data)] = data
        return len(data), name

    def shutdown(self, how, /):
        self._checked().shut_down(how)

    def __repr__(self):
        return (f'<socket object, fd={self._fd}, family={self.family:d}, type={self.type:d}, proto={self.proto}>')


SocketType = socket

__all__ = [name for name in globals()
           if name[0] != '_' and name not in ('allocate_lock', 'deque', 'endpoint_of', 'errno', 'os', 'pipe', 'time',
                                              'wait_for_change')]
