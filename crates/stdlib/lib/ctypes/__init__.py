"""C's numbers with their sizes, for those who look at these; there is no C to call."""

from struct import calcsize as _calcsize, pack as _pack, unpack as _unpack


class _SimpleCData:
    _type_ = None

    def __init__(self, value=None):
        self.value = self._zero if value is None else value

    def __setattr__(self, name, value):
        object.__setattr__(self, name, self._stored(value) if name == 'value' else value)

    def __repr__(self):
        return f'{type(self).__name__}({self.value!r})'

    def __bool__(self):
        return bool(self.value)


class _Integer(_SimpleCData):
    _zero = 0

    @classmethod
    def _stored(cls, value):
        if not hasattr(value, '__index__'):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
        size = sizeof(cls)
        raw = (value.__index__() & (1 << 8 * size) - 1).to_bytes(size, 'little')
        return int.from_bytes(raw, 'little', signed=cls._type_.islower())


class _Real(_SimpleCData):
    _zero = 0.0

    @classmethod
    def _stored(cls, value):
        return _unpack('<' + cls._type_, _pack('<' + cls._type_, value))[0]


def _types(base, **codes):
    for name, code in codes.items():
        globals()[name] = type(name, (base,), {'_type_': code, '__module__': __name__})


_types(_Integer, c_byte='b', c_ubyte='B', c_short='h', c_ushort='H', c_int='i', c_uint='I', c_long='l', c_ulong='L',
       c_longlong='q', c_ulonglong='Q')
_types(_Real, c_float='f', c_double='d')
c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32 = c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint
c_int64, c_uint64, c_ssize_t, c_size_t = c_longlong, c_ulonglong, c_long, c_ulong


class c_bool(_SimpleCData):
    _type_ = '?'
    _zero = False
    _stored = staticmethod(bool)


class ArgumentError(Exception):
    pass


def sizeof(what, /):
    kind = getattr(what, '_type_', None)
    if not isinstance(kind, str):
        raise TypeError('this type has no size')
    # As for wasm32, whose longs have 32 bits.
    return 4 if kind in 'lL' else _calcsize('<' + kind)


class CDLL:
    def __init__(self, name=None, *args, **options):
        raise OSError(f'{name}: there are no libraries in C here')


PyDLL = CDLL


def __getattr__(name):
    raise AttributeError(f"module 'ctypes' has no attribute {name!r}: there is no C here")
