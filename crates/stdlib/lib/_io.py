"""Streams: text and bytes in memory, and files read and written as a whole."""

import sys

import _airlock

DEFAULT_BUFFER_SIZE = 131072
BlockingIOError = BlockingIOError


class UnsupportedOperation(OSError, ValueError):
    pass


UnsupportedOperation.__module__ = 'io'


def text_encoding(encoding, stacklevel=2, /):
    return 'utf-8' if encoding is None else encoding


class _IOBase:
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self._closed = False
        return self

    def _unsupported(self, name):
        raise UnsupportedOperation(name)

    def seek(self, offset, whence=0, /):
        self._unsupported('seek')

    def tell(self):
        return self.seek(0, 1)

    def truncate(self, size=None, /):
        self._unsupported('truncate')

    def flush(self):
        self._checkClosed()

    def close(self):
        if not self._closed:
            try:
                self.flush()
            finally:
                self._closed = True

    @property
    def closed(self):
        return self._closed

    def seekable(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return False

    def _checkClosed(self, msg=None):
        if self.closed:
            raise ValueError('I/O operation on closed file.' if msg is None else msg)

    def _checkReadable(self):
        if not self.readable():
            raise UnsupportedOperation('not readable')

    def _checkWritable(self):
        if not self.writable():
            raise UnsupportedOperation('not writable')

    def _checkSeekable(self):
        if not self.seekable():
            raise UnsupportedOperation('not seekable')

    def fileno(self):
        self._unsupported('fileno')

    def isatty(self):
        self._checkClosed()
        return False

    def __enter__(self):
        self._checkClosed()
        return self

    def __exit__(self, *args):
        self.close()

    def readline(self, size=-1, /):
        if size is None:
            size = -1
        line = bytearray()
        while size < 0 or len(line) < size:
            byte = self.read(1)
            if not byte:
                break
            line += byte
            if line.endswith(b'\n'):
                break
        return bytes(line)

    def __iter__(self):
        self._checkClosed()
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readlines(self, hint=None, /):
        if hint is None or hint <= 0:
            return list(self)
        lines, size = [], 0
        for line in self:
            lines.append(line)
            size += len(line)
            if size >= hint:
                break
        return lines

    def writelines(self, lines, /):
        self._checkClosed()
        for line in lines:
            self.write(line)

    def __del__(self):
        pass


class _RawIOBase(_IOBase):
    def read(self, size=-1, /):
        if size is None or size < 0:
            return self.readall()
        buffer = bytearray(size)
        count = self.readinto(buffer)
        if count is None:
            return None
        return bytes(buffer[:count])

    def readall(self):
        parts = []
        while data := self.read(DEFAULT_BUFFER_SIZE):
            parts.append(data)
        return b''.join(parts)

    def readinto(self, buffer, /):
        self._unsupported('readinto')

    def write(self, data, /):
        self._unsupported('write')


class _BufferedIOBase(_IOBase):
    def read(self, size=-1, /):
        self._unsupported('read')

    def read1(self, size=-1, /):
        return self.read(size)

    def readinto(self, buffer, /):
        data = self.read(len(buffer))
        buffer[:len(data)] = data
        return len(data)

    readinto1 = readinto

    def write(self, data, /):
        self._unsupported('write')

    def detach(self):
        self._unsupported('detach')


class _TextIOBase(_IOBase):
    encoding = None
    newlines = None
    errors = None

    def read(self, size=-1, /):
        self._unsupported('read')

    def write(self, text, /):
        self._unsupported('write')

    def readline(self, size=-1, /):
        self._unsupported('readline')

    def detach(self):
        self._unsupported('detach')


class BytesIO(_BufferedIOBase):
    def __init__(self, initial_bytes=b''):
        self._data = bytearray(b'' if initial_bytes is None else initial_bytes)
        self._at = 0

    def getvalue(self):
        self._checkClosed()
        return bytes(self._data)

    def getbuffer(self):
        self._checkClosed()
        return memoryview(self._data)

    def close(self):
        self._closed = True

    def read(self, size=-1, /):
        self._checkClosed()
        if size is None or size < 0:
            end = len(self._data)
        else:
            end = min(len(self._data), self._at + size)
        data = bytes(self._data[self._at:end])
        self._at = max(self._at, end)
        return data

    def peek(self, size=0, /):
        return bytes(self._data[self._at:self._at + (size or DEFAULT_BUFFER_SIZE)])

    def readline(self, size=-1, /):
        self._checkClosed()
        end = self._data.find(b'\n', self._at) + 1
        if end == 0:
            end = len(self._data)
        if size is not None and size >= 0:
            end = min(end, self._at + size)
        return self.read(max(0, end - self._at))

    def write(self, data, /):
        self._checkClosed()
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        data = bytes(data)
        if not data:
            return 0
        end = self._at + len(data)
        if self._at > len(self._data):
            self._data += bytes(self._at - len(self._data))
        self._data[self._at:end] = data
        self._at = end
        return len(data)

    def seek(self, offset, whence=0, /):
        self._checkClosed()
        if whence == 0:
            if offset < 0:
                raise ValueError(f'negative seek value {offset!r}')
            self._at = offset
        elif whence == 1:
            self._at = max(0, self._at + offset)
        elif whence == 2:
            self._at = max(0, len(self._data) + offset)
        else:
            raise ValueError(f'invalid whence ({whence}, should be 0, 1 or 2)')
        return self._at

    def tell(self):
        self._checkClosed()
        return self._at

    def truncate(self, size=None, /):
        self._checkClosed()
        if size is None:
            size = self._at
        elif size < 0:
            raise ValueError(f'negative size value {size}')
        del self._data[size:]
        return size

    def readable(self):
        self._checkClosed()
        return True

    writable = seekable = readable


class FileIO(_RawIOBase):
    """A file of the host, held whole in memory while it is open."""

    def __init__(self, file, mode='r', closefd=True, opener=None):
        import os
        if opener is not None:
            flags = {'r': 0, 'w': 577, 'a': 1089, 'x': 193}[mode[0]] | (2 if '+' in mode else 0)
            found = opener(file, flags)
            if not isinstance(found, int):
                raise TypeError('expected integer from opener')
            name, file = file, found
        if isinstance(file, int):
            # Shares what lies in memory with the descriptor.
            self.__dict__.update(os._descriptor(file).__dict__)
            self._number = file if closefd else None
            self.name = name if opener is not None else file
            return
        self.name = file
        self._number = None
        self._path = os.fspath(os.path.abspath(file))
        self._reads = 'r' in mode or '+' in mode
        self._writes = mode.strip('b') != 'r'
        self.mode = mode if 'b' in mode else mode.replace('r', 'rb', 1)
        self._changed = False
        self.closefd = closefd
        try:
            if 'w' in mode:
                data = b''
                _airlock.write_file(self._path, b'')
            else:
                if 'x' in mode and os.path.exists(self._path):
                    raise FileExistsError(17, 'File exists', file)
                data = _airlock.read_file(self._path)
        except FileNotFoundError:
            if 'r' in mode:
                raise FileNotFoundError(2, 'No such file or directory', file) from None
            data = b''
            _airlock.write_file(self._path, b'')
        self._memory = BytesIO(data)
        if 'a' in mode:
            self._memory.seek(0, 2)
        self._append = 'a' in mode

    def readable(self):
        self._checkClosed()
        return self._reads

    def writable(self):
        self._checkClosed()
        return self._writes

    def seekable(self):
        self._checkClosed()
        return True

    def _from(self):
        self._checkClosed()
        if not self._reads:
            raise UnsupportedOperation('not readable')
        return self._memory

    def read(self, size=-1, /):
        return self._from().read(size)

    def readall(self):
        return self._from().read()

    def readinto(self, buffer, /):
        return self._from().readinto(buffer)

    def readline(self, size=-1, /):
        return self._from().readline(size)

    def write(self, data, /):
        self._checkClosed()
        if not self._writes:
            raise UnsupportedOperation('not writable')
        if self._append:
            self._memory.seek(0, 2)
        self._changed = True
        return self._memory.write(data)

    def seek(self, offset, whence=0, /):
        self._checkClosed()
        return self._memory.seek(offset, whence)

    def tell(self):
        self._checkClosed()
        return self._memory.tell()

    def truncate(self, size=None, /):
        self._checkWritable()
        self._changed = True
        return self._memory.truncate(size)

    def flush(self):
        self._checkClosed()
        if self._changed:
            _airlock.write_file(self._path, self._memory.getvalue())
            self._changed = False

    def fileno(self):
        import os
        self._checkClosed()
        if self._number is None:
            self._number = os._number_of(self)
        return self._number

    def close(self):
        if not self._closed:
            try:
                self.flush()
            finally:
                self._closed = True
                if self._number is not None:
                    import os
                    os._descriptors.pop(self._number, None)

    def __repr__(self):
        return f'<_io.FileIO name={self.name!r} mode={self.mode!r} closefd={self.closefd}>'


class _Buffered(_BufferedIOBase):
    """Nothing is gained by buffering what is in memory."""

    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        self.raw = raw

    def read(self, size=-1, /):
        if size is None or size < 0:
            self._checkClosed()
            return self.raw.readall() if hasattr(self.raw, 'readall') else self.raw.read()
        return self.raw.read(size) or b''

    def read1(self, size=-1, /):
        return self.read(size)

    def peek(self, size=0, /):
        at = self.raw.tell()
        data = self.raw.read(size or DEFAULT_BUFFER_SIZE)
        self.raw.seek(at)
        return data

    def readline(self, size=-1, /):
        return self.raw.readline(size)

    def write(self, data, /):
        self._checkClosed('write to closed file' if self.raw.closed else None)
        return self.raw.write(data)

    def seek(self, offset, whence=0, /):
        return self.raw.seek(offset, whence)

    def tell(self):
        return self.raw.tell()

    def truncate(self, size=None, /):
        return self.raw.truncate(size)

    def flush(self):
        self.raw.flush()

    def close(self):
        self.raw.close()

    @property
    def closed(self):
        return self.raw.closed

    @property
    def name(self):
        return self.raw.name

    @property
    def mode(self):
        return self.raw.mode

    def seekable(self):
        return self.raw.seekable()

    def readable(self):
        return self.raw.readable()

    def writable(self):
        return self.raw.writable()

    def fileno(self):
        return self.raw.fileno()

    def isatty(self):
        return self.raw.isatty()

    def detach(self):
        raw, self.raw = self.raw, None
        return raw

    def __repr__(self):
        name = getattr(self, 'name', None)
        kind = type(self).__qualname__
        return f'<_io.{kind}>' if name is None else f'<_io.{kind} name={name!r}>'


class BufferedReader(_Buffered):
    pass


class BufferedWriter(_Buffered):
    pass


class BufferedRandom(_Buffered):
    pass


class BufferedRWPair(_BufferedIOBase):
    def __init__(self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE):
        self.reader = reader
        self.writer = writer

    def read(self, size=-1, /):
        return self.reader.read(size)

    def write(self, data, /):
        return self.writer.write(data)

    def readable(self):
        return self.reader.readable()

    def writable(self):
        return self.writer.writable()

    def flush(self):
        self.writer.flush()

    def close(self):
        self.writer.close()
        self.reader.close()

    @property
    def closed(self):
        return self.writer.closed


class StandardBuffer(_BufferedIOBase):
    """The bytes of `sys.stdout` and its like."""

    def __init__(self, stream):
        self._stream = stream
        self.name = stream.name

    def writable(self):
        return self._stream.writable()

    def readable(self):
        return self._stream.readable()

    def write(self, data, /):
        self._stream.write(bytes(data).decode('utf-8', 'backslashreplace'))
        return len(data)

    def read(self, size=-1, /):
        return self._stream.read(size).encode()

    def readline(self, size=-1, /):
        return self._stream.readline(size).encode()

    def flush(self):
        self._stream.flush()

    def fileno(self):
        return self._stream.fileno()

    def close(self):
        pass


class IncrementalNewlineDecoder:
    def __init__(self, decoder, translate, errors='strict'):
        self.decoder = decoder
        self.translate = translate
        self.errors = errors
        self._pending = False
        self._seen = 0

    def decode(self, input, final=False):
        text = input if self.decoder is None else self.decoder.decode(input, final)
        if self._pending and (text or final):
            text = '\r' + text
            self._pending = False
        if text.endswith('\r') and not final:
            text = text[:-1]
            self._pending = True
        crlf = text.count('\r\n')
        self._seen |= (text.count('\n') > crlf and 1) | (text.count('\r') > crlf and 2) | (crlf and 4)
        if self.translate:
            text = text.replace('\r\n', '\n').replace('\r', '\n')
        return text

    def getstate(self):
        return (b'', int(self._pending))

    def setstate(self, state):
        self._pending = bool(state[1])

    def reset(self):
        self._seen = 0
        self._pending = False

    @property
    def newlines(self):
        return (None, '\n', '\r', ('\r', '\n'), '\r\n', ('\n', '\r\n'), ('\r', '\r\n'),
                ('\r', '\n', '\r\n'))[self._seen]


class StringIO(_TextIOBase):
    def __init__(self, initial_value='', newline='\n'):
        if newline is not None and not isinstance(newline, str):
            raise TypeError(f'newline must be str or None, not {type(newline).__name__}')
        if newline not in (None, '', '\n', '\r', '\r\n'):
            raise ValueError(f'illegal newline value: {newline!r}')
        if initial_value is not None and not isinstance(initial_value, str):
            raise TypeError(f'initial_value must be str or None, not {type(initial_value).__name__}')
        self._newline = newline
        self._text = ''
        # Written at the end since `_text` was last whole.
        self._parts = []
        self._at = self._end = 0
        if initial_value:
            self.write(initial_value)
            self._at = 0

    def _whole(self):
        self._checkClosed('I/O operation on closed file')
        if self._parts:
            self._text += ''.join(self._parts)
            self._parts = []
        return self._text

    def getvalue(self):
        return self._whole()

    def close(self):
        self._closed = True

    def write(self, text, /):
        if self._closed:
            raise ValueError('I/O operation on closed file')
        if not isinstance(text, str):
            raise TypeError(f'string argument expected, got {type(text).__name__!r}')
        count = len(text)
        if self._newline is None:
            text = text.replace('\r\n', '\n').replace('\r', '\n')
        elif self._newline not in ('', '\n'):
            text = text.replace('\n', self._newline)
        if not text:
            return count
        if self._at == self._end:
            self._parts.append(text)
            self._end += len(text)
            self._at = self._end
        else:
            whole = self._whole()
            if self._at > len(whole):
                whole += '\0' * (self._at - len(whole))
            end = self._at + len(text)
            self._text = whole[:self._at] + text + whole[end:]
            self._at = end
            self._end = len(self._text)
        return count

    def read(self, size=-1, /):
        text = self._whole()
        start = self._at
        end = len(text) if size is None or size < 0 else min(len(text), start + size)
        self._at = max(start, end)
        return text[start:end]

    def readline(self, size=-1, /):
        text = self._whole()
        start = self._at
        if self._newline in ('\r', '\r\n'):
            found = text.find(self._newline, start)
            end = found + len(self._newline) if found >= 0 else len(text)
        else:
            found = text.find('\n', start)
            end = found + 1 if found >= 0 else len(text)
            if self._newline == '':
                lone = text.find('\r', start, end)
                if lone >= 0 and text[lone:lone + 2] != '\r\n':
                    end = lone + 1
        if size is not None and size >= 0:
            end = min(end, start + size)
        self._at = max(start, end)
        return text[start:end]

    def seek(self, offset, whence=0, /):
        text = self._whole()
        if whence == 0:
            if offset < 0:
                raise ValueError(f'Negative seek position {offset}')
            self._at = offset
        elif offset:
            if whence in (1, 2):
                raise OSError("Can't do nonzero cur-relative seeks")
            raise ValueError(f'Invalid whence ({whence}, should be 0, 1 or 2)')
        elif whence == 2:
            self._at = len(text)
        return self._at

    def tell(self):
        self._checkClosed('I/O operation on closed file')
        return self._at

    def truncate(self, size=None, /):
        text = self._whole()
        size = self._at if size is None else size
        if size < 0:
            raise ValueError(f'Negative size value {size}')
        self._text = text[:size]
        self._end = len(self._text)
        return size

    def readable(self):
        self._checkClosed('I/O operation on closed file')
        return True

    writable = seekable = readable

    @property
    def line_buffering(self):
        return False


class TextIOWrapper(_TextIOBase):
    def __init__(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False):
        if newline not in (None, '', '\n', '\r', '\r\n'):
            raise ValueError(f'illegal newline value: {newline!r}')
        self.buffer = buffer
        self._encoding = 'utf-8' if encoding in (None, 'locale') else encoding
        ''.encode(self._encoding)
        self._errors = errors or 'strict'
        self._newline = newline
        self.line_buffering = line_buffering
        self.write_through = write_through
        self._text = None
        self._at = 0
        self._seen = None

    @property
    def encoding(self):
        return self._encoding

    @property
    def errors(self):
        return self._errors

    @property
    def name(self):
        return self.buffer.name

    @property
    def newlines(self):
        return self._seen

    @property
    def closed(self):
        return self.buffer.closed

    def reconfigure(self, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None):
        if encoding is not None:
            self._encoding = encoding
        if errors is not None:
            self._errors = errors

    # What is left of the file, decoded when first read.
    def _rest(self):
        if self._text is None:
            self._checkClosed()
            if not self.buffer.readable():
                raise UnsupportedOperation('not readable')
            text = self.buffer.read().decode(self._encoding, self._errors)
            if self._newline is None:
                if '\r' in text:
                    self._seen = '\r\n' if '\r\n' in text else '\r'
                    text = text.replace('\r\n', '\n').replace('\r', '\n')
                elif '\n' in text:
                    self._seen = '\n'
            self._text = text
            self._at = 0
        return self._text

    def read(self, size=-1, /):
        text = self._rest()
        start = self._at
        if size is None or size < 0:
            self._text = None
            return text[start:]
        end = min(len(text), start + size)
        self._at = end
        if start == end:
            self._text = None
        return text[start:end]

    def readline(self, size=-1, /):
        text = self._rest()
        start = self._at
        mark = self._newline if self._newline in ('\r', '\r\n') else '\n'
        found = text.find(mark, start)
        end = len(text) if found < 0 else found + len(mark)
        if size is not None and size >= 0:
            end = min(end, start + size)
        self._at = end
        if start == end:
            self._text = None
        return text[start:end]

    def write(self, text, /):
        self._checkClosed()
        if not isinstance(text, str):
            raise TypeError(f'write() argument must be str, not {type(text).__name__}')
        if not self.buffer.writable():
            raise UnsupportedOperation('not writable')
        self._text = None
        count = len(text)
        if self._newline not in (None, '', '\n'):
            text = text.replace('\n', self._newline)
        self.buffer.write(text.encode(self._encoding, self._errors))
        return count

    def seek(self, offset, whence=0, /):
        self._checkClosed()
        self._text = None
        return self.buffer.seek(offset, whence)

    def tell(self):
        self._checkClosed()
        if self._text is not None:
            rest = self._text[self._at:].encode(self._encoding, self._errors)
            return self.buffer.tell() - len(rest)
        return self.buffer.tell()

    def truncate(self, size=None, /):
        self.flush()
        return self.buffer.truncate(self.tell() if size is None else size)

    def flush(self):
        self.buffer.flush()

    def close(self):
        if self.buffer is not None and not self.buffer.closed:
            self.buffer.close()

    def detach(self):
        buffer, self.buffer = self.buffer, None
        return buffer

    def readable(self):
        return self.buffer.readable()

    def writable(self):
        return self.buffer.writable()

    def seekable(self):
        return self.buffer.seekable()

    def fileno(self):
        return self.buffer.fileno()

    def isatty(self):
        return self.buffer.isatty()

    def __repr__(self):
        mode = getattr(self, 'mode', None)
        parts = ''.join([f' {name}={getattr(self, name)!r}' for name in ('name', 'mode') if hasattr(self, name)])
        return f'<_io.TextIOWrapper{parts} encoding={self._encoding!r}>'


def open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    import os
    if not isinstance(file, int):
        file = os.fspath(file)
    for name, value in (('mode', mode),):
        if not isinstance(value, str):
            raise TypeError(f'open() argument {name!r} must be str, not {type(value).__name__}')
    if set(mode) - set('axrwb+t') or len(mode) > len(set(mode)):
        raise ValueError(f'invalid mode: {mode!r}')
    binary = 'b' in mode
    if 't' in mode and binary:
        raise ValueError("can't have text and binary mode at once")
    if sum([letter in mode for letter in 'axrw']) != 1:
        raise ValueError('must have exactly one of create/read/write/append mode'
                         if any([letter in mode for letter in 'axrw'])
                         else 'Must have exactly one of create/read/write/append mode and at most one plus')
    if binary and encoding is not None:
        raise ValueError("binary mode doesn't take an encoding argument")
    if binary and errors is not None:
        raise ValueError("binary mode doesn't take an errors argument")
    if binary and newline is not None:
        raise ValueError("binary mode doesn't take a newline argument")
    if isinstance(file, int):
        stream = {0: sys.__stdin__, 1: sys.__stdout__, 2: sys.__stderr__}.get(file)
        if stream is not None:
            return stream.buffer if binary else stream
    raw = FileIO(file, mode.replace('b', '').replace('t', ''), closefd, opener)
    if buffering == 0:
        if not binary:
            raise ValueError("can't have unbuffered text I/O")
        return raw
    if '+' in mode:
        buffer = BufferedRandom(raw)
    elif 'r' in mode:
        buffer = BufferedReader(raw)
    else:
        buffer = BufferedWriter(raw)
    if binary:
        return buffer
    text = TextIOWrapper(buffer, encoding, errors, newline)
    text.mode = mode
    return text


def open_code(path):
    return open(path, 'rb')
