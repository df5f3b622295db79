"""Names of sockets. There is no network of this kind here: making a socket is refused."""

error = OSError
timeout = TimeoutError


class herror(OSError):
    pass


class gaierror(OSError):
    pass


AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_RAW = 1, 2, 3
MSG_PEEK, MSG_DONTWAIT = 2, 64
AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST = 1, 2, 4
SOCK_NONBLOCK, SOCK_CLOEXEC = 2048, 524288
SOL_SOCKET, SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_KEEPALIVE, SO_REUSEPORT = 1, 2, 3, 4, 6, 9, 15
IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6, TCP_NODELAY, IPV6_V6ONLY = 0, 6, 17, 41, 1, 26
SOMAXCONN = 4096
INADDR_ANY, INADDR_LOOPBACK = 0, 0x7F000001
SHUT_RD, SHUT_WR, SHUT_RDWR = 0, 1, 2
EAI_NONAME, EAI_FAMILY = -2, -6
has_ipv6 = False
_default_timeout = None
_GLOBAL_DEFAULT_TIMEOUT = object()


class socket:
    """Cannot be made."""

    def __init__(self, family=-1, type=-1, proto=-1, fileno=None):
        raise OSError(97, 'sockets are not available here')


SocketType = socket


def _refused(*args, **kwargs):
    raise OSError(97, 'sockets are not available here')


create_connection = create_server = socketpair = fromfd = getaddrinfo = getnameinfo = gethostbyname = _refused
gethostbyaddr = gethostbyname_ex = getservbyname = inet_pton = inet_ntop = inet_ntoa = _refused


def inet_aton(text):
    parts = text.split('.')
    if len(parts) != 4 or not all([part.isdigit() and int(part) < 256 for part in parts]):
        raise OSError('illegal IP address string passed to inet_aton')
    return bytes([int(part) for part in parts])


def gethostname():
    return 'localhost'


def getfqdn(name=''):
    return name or 'localhost'


def getdefaulttimeout():
    return _default_timeout


def setdefaulttimeout(timeout):
    global _default_timeout
    _default_timeout = timeout


def has_dualstack_ipv6():
    return False


def htons(x, /):
    return (x & 0xFF) << 8 | (x >> 8) & 0xFF


ntohs = htons


def htonl(x, /):
    return int.from_bytes(x.to_bytes(4, 'little'))


ntohl = htonl


def __getattr__(name):
    from enum import IntEnum, IntFlag
    prefixes = {'AddressFamily': (IntEnum, 'AF_'), 'SocketKind': (IntEnum, 'SOCK_'), 'MsgFlag': (IntFlag, 'MSG_'),
                'AddressInfo': (IntFlag, 'AI_')}
    if name not in prefixes:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    kind, prefix = prefixes[name]
    members = {key: value for key, value in globals().items() if key.startswith(prefix)}
    made = globals()[name] = kind(name, members, module=__name__)
    return made
