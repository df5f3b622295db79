"""Names of ssl, for those who import it in case they need it. A context can be
made and set up, as libraries do beforehand; what would use it is refused:
there are no sockets to the outside."""

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
    """Settings for a connection that cannot be made."""

    sslsocket_class = sslobject_class = None
    check_hostname = False
    post_handshake_auth = False
    keylog_filename = None

    def __init__(self, protocol=_SSLMethod.PROTOCOL_TLS):
        self.protocol = _SSLMethod(protocol)
        self.check_hostname = self.protocol == _SSLMethod.PROTOCOL_TLS_CLIENT
        self.verify_mode = VerifyMode(2 if self.check_hostname else 0)
        self.options = Options(0)
        self.minimum_version = TLSVersion.TLSv1_2
        self.maximum_version = TLSVersion.MAXIMUM_SUPPORTED

    def set_alpn_protocols(self, alpn_protocols):
        pass

    def set_ciphers(self, ciphers):
        pass

    def load_default_certs(self, purpose=Purpose.SERVER_AUTH):
        pass

    load_verify_locations = load_cert_chain = wrap_socket = wrap_bio = _refused


class SSLObject:
    __init__ = _refused


class SSLSocket:
    __init__ = _refused


class SSLSession:
    __init__ = _refused


class MemoryBIO:
    __init__ = _refused


def create_default_context(purpose=Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
    client = purpose is Purpose.SERVER_AUTH
    context = SSLContext(_SSLMethod.PROTOCOL_TLS_CLIENT if client else _SSLMethod.PROTOCOL_TLS_SERVER)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    return context


def _create_unverified_context(protocol=None, **kwargs):
    context = SSLContext(_SSLMethod.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = VerifyMode.CERT_NONE
    return context


_create_default_https_context = create_default_context
_create_stdlib_context = _create_unverified_context
get_server_certificate = _refused
