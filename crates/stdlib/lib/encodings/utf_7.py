"""UTF-7 (RFC 2152): text in ASCII, with stretches of base64 over UTF-16."""

import codecs

_DIGITS = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
# What stands for itself: all of printable ASCII but `+`, `\` and `~`, and white space.
_DIRECT = frozenset(range(32, 127)) - frozenset(b'+\\~') | frozenset(b'\t\n\r')


def encode(input, errors='strict'):
    out = bytearray()
    shifted = False
    bits = held = 0
    for char in input:
        code = ord(char)
        if code in _DIRECT:
            if shifted:
                if bits:
                    out.append(_DIGITS[held << 6 - bits & 63])
                if code in _VALUES or char == '-':
                    out += b'-'
                shifted = False
                bits = held = 0
            out.append(code)
            continue
        if not shifted:
            if char == '+':
                out += b'+-'
                continue
            out += b'+'
            shifted = True
        for unit in _units(code):
            held = held << 16 | unit
            bits += 16
            while bits >= 6:
                bits -= 6
                out.append(_DIGITS[held >> bits & 63])
            held &= (1 << bits) - 1
    if shifted:
        if bits:
            out.append(_DIGITS[held << 6 - bits & 63])
        out += b'-'
    return bytes(out), len(input)


def _units(code):
    if code < 0x10000:
        return (code,)
    code -= 0x10000
    return 0xD800 | code >> 10, 0xDC00 | code & 0x3FF


class _Reader:
    """Reads bytes; stops before a stretch that has not ended, unless these are the last."""

    def __init__(self, data, errors, final):
        self.data, self.errors, self.final = bytes(data), errors, final
        self.out = []

    def fail(self, start, end, reason):
        error = UnicodeDecodeError('utf7', self.data, start, end, reason)
        text, at = codecs.lookup_error(self.errors)(error)
        self.out.append(text)
        return at if at >= 0 else len(self.data) + at

    def read(self):
        at, data = 0, self.data
        while at < len(data):
            byte = data[at]
            if byte == 0x2B:
                after = self.stretch(at)
                if after is None:
                    return at
                at = after
            elif byte < 128:
                self.out.append(chr(byte))
                at += 1
            else:
                at = self.fail(at, at + 1, 'unexpected special character')
        return at

    def stretch(self, start):
        """Reads a stretch of base64 from its `+`; where it ends, None if it does not."""
        data, at = self.data, start + 1
        if at < len(data) and data[at] == 0x2D:
            self.out.append('+')
            return at + 1
        units, bits, held = [], 0, 0
        while at < len(data) and data[at] in _VALUES:
            held = held << 6 | _VALUES[data[at]]
            bits += 6
            at += 1
            if bits >= 16:
                bits -= 16
                units.append(held >> bits)
                held &= (1 << bits) - 1
        if at == len(data) and not self.final:
            return None
        text = b''.join(unit.to_bytes(2, 'little') for unit in units).decode('utf-16-le', 'surrogatepass')
        if at == start + 1 and at < len(data):
            return self.fail(start, at + 1, 'ill-formed sequence')
        half = len(units) > 0 and 0xD800 <= units[-1] < 0xDC00
        self.out.append(text[:-1] if half and at == len(data) else text)
        if at == len(data):
            whole = bits < 6 and not held and not half
            return at if whole else self.fail(start, at, 'unterminated shift sequence')
        if bits >= 6:
            return self.fail(start, at + 1, 'partial character in shift sequence')
        if held:
            return self.fail(start, at + 1, 'non-zero padding bits in shift sequence')
        return at + (data[at] == 0x2D)


def _decode(input, errors='strict', final=False):
    reader = _Reader(input, errors, final)
    read = reader.read()
    return ''.join(reader.out), read


def decode(input, errors='strict'):
    return _decode(input, errors, True)


class IncrementalEncoder(codecs.IncrementalEncoder):
    def encode(self, input, final=False):
        return encode(input, self.errors)[0]


class IncrementalDecoder(codecs.BufferedIncrementalDecoder):
    _buffer_decode = staticmethod(_decode)


class StreamWriter(codecs.StreamWriter):
    encode = staticmethod(encode)


class StreamReader(codecs.StreamReader):
    decode = staticmethod(_decode)


def getregentry():
    return codecs.CodecInfo(
        name='utf-7', encode=encode, decode=decode, incrementalencoder=IncrementalEncoder,
        incrementaldecoder=IncrementalDecoder, streamreader=StreamReader, streamwriter=StreamWriter)
