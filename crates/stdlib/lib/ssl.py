"""Names of ssl, for those who import it in case they need it. Making a context
or an object of it is refused: there are no sockets to the outside."""

from enum import Enum as _Enum, IntEnum as _IntEnum, IntFlag as _IntFlag

HAS_SNI = HAS_ALPN = HAS_TLSv1_3 = False
OPENSSL_VERSION = 'none'
OPENSSL_VERSION_INFO = (0, 0, 0, 0, 0)
CHANNEL_BINDING_TYPES = []


class VerifyMode(_IntEnum):
    CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED = range(3)


class _SSLMethod(_IntEnum):
    PROTOCOL_TLS, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER = 2, 16, 17


class Options(_IntFlag):
    OP_NO_COMPRESSION, OP_NO_TICKET, OP_IGNORE_UNEXPECTED_EOF = 1 << 17, 1 << 14, 1 << 7


class TLSVersion(_IntEnum):
    MINIMUM_SUPPORTED, TLSv1_2, TLSv1_3, MAXIMUM_SUPPORTED = -2, 0x303, 0x304, -1


class Purpose(_Enum):
    SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
    CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'


for _enumeration in (VerifyMode, _SSLMethod, Options):
    globals().update(_enumeration.__members__)


class SSLError(OSError):
    pass


class SSLZeroReturnError(SSLError):
    pass


class SSLWantReadError(SSLError):
    pass


class SSLWantWriteError(SSLError):
    pass


class SSLSyscallError(SSLError):
    pass


class SSLEOFError(SSLError):
    pass


class SSLCertVerificationError(SSLError, ValueError):
    pass


CertificateError = SSLCertVerificationError


def _refused(*args, **kwargs):
    raise OSError(38, 'ssl is not available: there are no sockets to the outside here')


class SSLContext:
    __init__ = _refused


class SSLObject:
    __init__ = _refused


class SSLSocket:
    __init__ = _refused


class SSLSession:
    __init__ = _refused


class MemoryBIO:
    __init__ = _refused


create_default_context = get_server_certificate = _refused
