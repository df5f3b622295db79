"""Compression by deflate, in the zlib, gzip and raw forms."""

import _airlock
import _zlib
from binascii import crc32
from operator import index

DEFLATED, DEF_BUF_SIZE, DEF_MEM_LEVEL, MAX_WBITS = 8, 16384, 8, 15
Z_NO_COMPRESSION, Z_BEST_SPEED, Z_BEST_COMPRESSION, Z_DEFAULT_COMPRESSION = 0, 1, 9, -1
Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED = 0, 1, 2, 3, 4
Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH, Z_BLOCK, Z_TREES = range(7)
ZLIB_VERSION = ZLIB_RUNTIME_VERSION = '1.3.1'
__version__ = '1.0'


class error(Exception):
    pass


error.__module__ = 'zlib'


def adler32(data, value=1, /):
    return _zlib.adler32(data, value)


# The form that `wbits` asks for.
def _form(wbits):
    if -15 <= wbits <= -8:
        return 'raw'
    if wbits == 0 or 8 <= wbits <= 15:
        return 'zlib'
    if 24 <= wbits <= 31:
        return 'gzip'
    if 40 <= wbits <= 47:
        return 'any'
    raise ValueError('Invalid initialization option')


# What is no size or level, or too large, as the C code refuses it.
def _int(value):
    value = index(value)
    if not -2 ** 63 <= value < 2 ** 63:
        raise OverflowError('Python int too large to convert to C ssize_t')
    return value


def _level(level):
    level = _int(level)
    if not -1 <= level <= 9:
        raise error('Bad compression level')
    return level


def _bytes(data):
    if isinstance(data, (str, int)):
        raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
    return bytes(memoryview(data))


def _wrap(form, level, data):
    return _head(form, level) + _zlib.deflate(data, 6 if level == -1 else level) + _tail(
        form, adler32(data) if form == 'zlib' else crc32(data), len(data))


def _head(form, level):
    if form == 'raw':
        return b''
    if form == 'zlib':
        return {0: b'\x78\x01', 1: b'\x78\x01', -1: b'\x78\x9c', 6: b'\x78\x9c'}.get(
            level, b'\x78\x5e' if level < 6 else b'\x78\xda')
    return b'\x1f\x8b\x08\0\0\0\0\0\0\x03'


def _tail(form, checksum, length):
    if form == 'raw':
        return b''
    if form == 'zlib':
        return checksum.to_bytes(4)
    return checksum.to_bytes(4, 'little') + (length & 0xFFFFFFFF).to_bytes(4, 'little')


def compress(data, /, level=-1, wbits=MAX_WBITS):
    level = _level(level)
    try:
        form = _compressed_form(_int(wbits))
    except ValueError as failure:
        raise error('Bad compression level') from None
    return _wrap(form, level, _bytes(data))


# Compression does not look for the form.
def _compressed_form(wbits):
    if wbits == 0 or wbits >= 40:
        raise ValueError('Invalid initialization option')
    return _form(wbits)


def decompress(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE):
    if _int(bufsize) < 0:
        raise ValueError('bufsize must be non-negative')
    made = _Decompress(_int(wbits))
    output = made.decompress(data)
    if not made.eof:
        raise error('Error -5 while decompressing data: incomplete or truncated stream')
    return output


class _Compress:
    """Keeps all until it is flushed; only then does it need a stream that goes on."""

    def __init__(self, level, wbits):
        self._level = _level(level)
        self._form = _compressed_form(_int(wbits))
        self._data = bytearray()
        self._is_finished = False
        self._deflater = None

    def compress(self, data, /):
        if self._is_finished:
            raise error('Error -2 while compressing data: inconsistent stream state')
        self._data += _bytes(data)
        return b''

    def flush(self, mode=Z_FINISH, /):
        if self._is_finished:
            raise error('Error -2 while finishing compression: inconsistent stream state')
        if mode == Z_NO_FLUSH:
            return b''
        self._is_finished = mode == Z_FINISH
        data = bytes(self._data)
        self._data.clear()
        if self._deflater is not None:
            return self._more(data, mode)
        if mode == Z_FINISH:
            return _wrap(self._form, self._level, data)
        self._deflater = _zlib.deflater(6 if self._level == -1 else self._level)
        self._sum, self._length = 1 if self._form == 'zlib' else 0, 0
        return _head(self._form, self._level) + self._more(data, mode)

    def _more(self, data, mode):
        self._sum = adler32(data, self._sum) if self._form == 'zlib' else crc32(data, self._sum)
        self._length += len(data)
        output = _zlib.deflate_more(self._deflater, data, mode)
        return output + _tail(self._form, self._sum, self._length) if mode == Z_FINISH else output

    def copy(self):
        if self._is_finished:
            raise ValueError('Inconsistent stream state')
        if self._deflater is not None:
            raise NotImplementedError('a compressor cannot be copied here once it was flushed')
        other = object.__new__(_Compress)
        other.__dict__.update(self.__dict__)
        other._data = bytearray(self._data)
        return other

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle 'zlib.Compress' object")


def compressobj(level=-1, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY,
                zdict=None):
    if zdict is not None:
        raise NotImplementedError('dictionaries are not available here')
    if _int(method) != DEFLATED or not 1 <= _int(memLevel) <= 9 or not 0 <= _int(strategy) <= 4:
        raise ValueError('Invalid initialization option')
    try:
        return _Compress(level, wbits)
    except error:
        raise ValueError('Invalid initialization option') from None


class _Decompress:
    def __init__(self, wbits):
        self._form = _form(wbits)
        self._inflater = _zlib.inflater()
        self._pending = b''
        self._in_body = self._form == 'raw'
        self._in_trailer = False
        self._sum = None
        self._length = 0
        self.unused_data = b''
        self.unconsumed_tail = b''
        self.eof = False

    # Skips the header; whether all of it is there.
    def _header(self):
        data = self._pending
        if self._form == 'any':
            if len(data) < 2:
                return False
            self._form = 'gzip' if data[:2] == b'\x1f\x8b' else 'zlib'
        if self._form == 'zlib':
            if len(data) < 2:
                return False
            if data[0] & 15 != 8 or (data[0] << 8 | data[1]) % 31:
                raise error('Error -3 while decompressing data: incorrect header check')
            self._pending, self._sum = data[2:], 1
            return True
        if data[:2] != b'\x1f\x8b'[:len(data)]:
            raise error('Error -3 while decompressing data: incorrect header check')
        if len(data) < 10:
            return False
        flags, at = data[3], 10
        if flags & 4:
            if len(data) < at + 2:
                return False
            at += 2 + int.from_bytes(data[at:at + 2], 'little')
        for flag in (8, 16):
            if flags & flag:
                at = data.find(b'\0', at) + 1
                if not at:
                    return False
        if flags & 2:
            at += 2
        if len(data) < at:
            return False
        self._pending, self._sum = data[at:], 0
        return True

    def decompress(self, data, /, max_length=0):
        max_length = _int(max_length)
        if max_length < 0:
            raise ValueError('max_length must be non-negative')
        if self.eof:
            self.unused_data += _bytes(data)
            return b''
        self._pending += _bytes(data)
        output = b''
        if not self._in_body and not self._in_trailer:
            if not self._header():
                return b''
            self._in_body = True
        if self._in_body:
            found = _zlib.feed(self._inflater, self._pending, max_length)
            if found is None:
                raise error('Error -3 while decompressing data: invalid block type')
            output, consumed, done = found
            self._pending = self._pending[consumed:]
            if self._form == 'zlib':
                self._sum = adler32(output, self._sum)
            elif self._form == 'gzip':
                self._sum = crc32(output, self._sum)
            self._length += len(output)
            if done:
                self._in_body, self._in_trailer = False, True
        if self._in_trailer:
            size = {'raw': 0, 'zlib': 4, 'gzip': 8}[self._form]
            if len(self._pending) >= size:
                trailer = self._pending[:size]
                if self._form == 'zlib' and int.from_bytes(trailer) != self._sum:
                    raise error('Error -3 while decompressing data: incorrect data check')
                if self._form == 'gzip' and int.from_bytes(trailer[:4], 'little') != self._sum:
                    raise error('Error -3 while decompressing data: incorrect data check')
                self.eof = True
                self.unused_data, self._pending = self._pending[size:], b''
        # With a limit, the caller gives the rest again.
        self.unconsumed_tail = b''
        if max_length and self._in_body and self._pending:
            self.unconsumed_tail, self._pending = self._pending, b''
        return output

    def flush(self, length=DEF_BUF_SIZE, /):
        if _int(length) <= 0:
            raise ValueError('length must be greater than zero')
        tail, self.unconsumed_tail = self.unconsumed_tail, b''
        return self.decompress(tail)

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle 'zlib.Decompress' object")


def decompressobj(wbits=MAX_WBITS, zdict=b''):
    if zdict:
        raise NotImplementedError('dictionaries are not available here')
    return _Decompress(wbits)


class _ZlibDecompressor:
    def __init__(self, wbits=MAX_WBITS, zdict=b''):
        self._made = decompressobj(wbits, zdict)
        self.needs_input = True

    @property
    def eof(self):
        return self._made.eof

    @property
    def unused_data(self):
        return self._made.unused_data

    def decompress(self, data, max_length=-1):
        if self.eof:
            raise EOFError('End of stream already reached')
        output = self._made.decompress(self._made.unconsumed_tail + bytes(data), max(max_length, 0))
        self.needs_input = not self.eof and not self._made.unconsumed_tail
        return output


_Compress.__name__ = _Compress.__qualname__ = 'Compress'
_Decompress.__name__ = _Decompress.__qualname__ = 'Decompress'
_airlock.as_if_native(_Compress, _Decompress, _ZlibDecompressor)
