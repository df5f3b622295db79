"""Sockets. What asyncio needs of this module at its import stands here; the rest, CPython's own module over
`_socket`, is run in this one's place once a program asks for it."""

import sys

import _airlock

error = OSError
timeout = TimeoutError
AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6 = 0, 1, 2, 10
SOCK_STREAM, SOCK_DGRAM = 1, 2
SOCK_NONBLOCK = 2048
AI_PASSIVE = 1
SOL_SOCKET, SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_BROADCAST, SO_KEEPALIVE, SO_REUSEPORT = 1, 2, 3, 4, 6, 9, 15
IPPROTO_TCP, IPPROTO_UDP, IPPROTO_IPV6, TCP_NODELAY, IPV6_V6ONLY = 6, 17, 41, 1, 26
has_ipv6 = True


def __getattr__(name):
    if name.startswith('__') and name != '__all__':
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    namespace = globals()
    del namespace['__getattr__']
    _, found, *_ = _airlock.find_module('_socket_module', sys.path)
    _airlock.exec_found(found, namespace)
    try:
        return namespace[name]
    except KeyError:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}') from None
