"""Streams: text and bytes in memory, and files read and written as a whole."""

import sys

import _airlock
from _operator import index

DEFAULT_BUFFER_SIZE = 131072
BlockingIOError = BlockingIOError


class UnsupportedOperation(OSError, ValueError):
    pass


UnsupportedOperation.__module__ = 'io'


def text_encoding(encoding, stacklevel=2, /):
    return 'utf-8' if encoding is None else encoding


# A count that a method was given: -1 for none.
def _count(size):
    if size is None:
        return -1
    if isinstance(size, int):
        return size
    index = getattr(type(size), '__index__', None)
    if index is None:
        raise TypeError(f"argument should be integer or None, not '{type(size).__name__}'")
    return index(size)


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
        if type(size) is not int:
            size = _count(size)
        if size < 0:
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
        if type(size) is not int:
            size = _count(size)
        end = self._data.find(b'\n', self._at) + 1
        if end == 0:
            end = len(self._data)
        if size >= 0:
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
        offset, whence = index(offset), index(whence)
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
        size = self._at if size is None else _count(size)
        if size < 0:
            raise ValueError(f'negative size value {size}')
        del self._data[size:]
        return size

    def readinto(self, buffer, /):
        view = memoryview(buffer).cast('B')
        data = self.read(len(view))
        view[:len(data)] = data
        return len(data)

    readinto1 = readinto

    def __getstate__(self):
        names = {name: value for name, value in self.__dict__.items() if name not in ('_data', '_at', '_closed')}
        return self.getvalue(), self._at, names or None

    def __setstate__(self, state):
        self._checkClosed()
        if not isinstance(state, tuple) or len(state) < 3:
            raise TypeError(f'_io.BytesIO.__setstate__ argument should be 3-tuple, got {type(state).__name__}')
        data, at, names = state
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")
        if not isinstance(at, int):
            raise TypeError(f'second item of state must be an integer, not {type(at).__name__}')
        if at < 0:
            raise ValueError('position value cannot be negative')
        if names is not None and not isinstance(names, dict):
            raise TypeError(f'third item of state should be a dict, got a {type(names).__name__}')
        self._data, self._at = bytearray(data), at
        self.__dict__.update(names or {})

    def readable(self):
        self._checkClosed()
        return True

    writable = seekable = readable


def _now():
    from time import time_ns
    return time_ns()


# The contents of files that are open, by path: all who open one file share them.
_nodes = {}


class _Node:
    __slots__ = ('path', 'data', 'users', 'is_changed')

    def __init__(self, path, data):
        self.path = path
        self.data = bytearray(data)
        self.users = 0
        self.is_changed = False

    # A removed file has no path any more.
    def save(self):
        if self.is_changed and self.path is not None:
            _airlock.write_file(self.path, bytes(self.data), _now())
        self.is_changed = False


# When the program ends, what it left open.
def _save_all():
    for node in list(_nodes.values()):
        node.save()


# A file was removed or replaced by another.
def _forget(path):
    node = _nodes.pop(path, None)
    if node is not None:
        node.path = None


def _renamed(source, target):
    for path, node in list(_nodes.items()):
        # What is open in a folder that was renamed, too.
        if path == source or path.startswith(source + '/'):
            del _nodes[path]
            node.path = target + path[len(source):]
            _nodes[node.path] = node


class _OpenFile:
    """What a descriptor stands for: a file and a place in it."""

    __slots__ = ('node', 'at', 'reads', 'writes', 'appends', 'is_open', '__weakref__')

    def __init__(self, path, mode, file):
        node = _nodes.get(path)
        try:
            if node is None:
                node = self._load(path, mode)
            elif 'x' in mode:
                raise FileExistsError(17, 'File exists')
            if 'w' in mode and node.data:
                node.data.clear()
                node.is_changed = True
        except OSError as error:
            raise type(error)(error.errno, error.strerror, file) from None
        _nodes[path] = node
        node.users += 1
        self.node = node
        self.reads = 'r' in mode or '+' in mode
        self.writes = 'r' not in mode or '+' in mode
        self.appends = 'a' in mode
        self.at = len(node.data) if self.appends else 0
        self.is_open = True

    def _load(self, path, mode):
        if 'r' in mode:
            return _Node(path, _airlock.read_file(path))
        if _airlock.is_folder(path):
            raise IsADirectoryError(21, 'Is a directory')
        try:
            data = _airlock.read_file(path)
        except FileNotFoundError:
            folder = path.rpartition('/')[0] or '/'
            if not _airlock.is_folder(folder) and folder != _airlock.working_folder():
                raise
            data = None
        if data is None or 'w' in mode:
            if data is not None and 'x' in mode:
                raise FileExistsError(17, 'File exists')
            _airlock.write_file(path, b'', _now())
            data = b''
        elif 'x' in mode:
            raise FileExistsError(17, 'File exists')
        return _Node(path, data)

    def check(self):
        if not self.is_open:
            raise OSError(9, 'Bad file descriptor')

    def read(self, size=-1):
        self.check()
        if not self.reads:
            raise OSError(9, 'Bad file descriptor')
        data, at = self.node.data, self.at
        found = bytes(data[at:] if size is None or size < 0 else data[at:at + size])
        self.at = at + len(found)
        return found

    def write(self, added):
        self.check()
        if not self.writes:
            raise OSError(9, 'Bad file descriptor')
        data = self.node.data
        at = len(data) if self.appends else self.at
        if at > len(data):
            data += bytes(at - len(data))
        end = at + len(added)
        data[at:end] = added
        self.at = end
        self.node.is_changed = True
        return len(added)

    def seek(self, offset, whence=0):
        self.check()
        if whence == 1:
            offset += self.at
        elif whence == 2:
            offset += len(self.node.data)
        elif whence != 0:
            raise OSError(22, 'Invalid argument')
        if offset < 0:
            raise OSError(22, 'Invalid argument')
        self.at = offset
        return offset

    def truncate(self, size):
        self.check()
        if not self.writes or size < 0:
            raise OSError(22, 'Invalid argument')
        data = self.node.data
        if size < len(data):
            del data[size:]
        else:
            data += bytes(size - len(data))
        self.node.is_changed = True

    def close(self):
        if self.is_open:
            self.is_open = False
            node = self.node
            node.users -= 1
            if not node.users and _nodes.get(node.path) is node:
                del _nodes[node.path]
            node.save()


class FileIO(_RawIOBase):
    """A file of the host, held whole in memory while it is open."""

    def __init__(self, file, mode='r', closefd=True, opener=None):
        import os
        if not isinstance(mode, str):
            raise TypeError(f'FileIO() argument \'mode\' must be str, not {type(mode).__name__}')
        letters = mode.replace('b', '')
        if set(letters) - set('rwax+'):
            raise ValueError(f'invalid mode: {mode}')
        if sum([letter in letters for letter in 'rwax']) != 1 or letters.count('+') > 1 or len(letters) > 2:
            raise ValueError('Must have exactly one of create/read/write/append mode and at most one plus')
        if isinstance(file, bool):
            file = int(file)
        self.name = file
        self._number = None
        self._closefd = closefd
        self._reads = 'r' in mode or '+' in mode
        self._writes = 'r' not in mode or '+' in mode
        self.mode = {'r': 'rb', 'w': 'wb', 'a': 'ab', 'x': 'xb', 'r+': 'rb+', 'w+': 'rb+', 'a+': 'ab+',
                     'x+': 'xb+'}[letters[::-1] if letters[0] == '+' else letters]
        if isinstance(file, int):
            if file < 0:
                raise ValueError('negative file descriptor')
        elif not closefd:
            raise ValueError('Cannot use closefd=False with file name')
        elif opener is not None:
            flags = {'r': 0, 'w': 577, 'a': 1089, 'x': 193}[letters.strip('+')] | (2 if '+' in mode else 0)
            file = opener(file, flags)
            if not isinstance(file, int):
                raise TypeError('expected integer from opener')
            if file < 0:
                raise ValueError(f'opener returned {file}')
        if isinstance(file, int):
            self._open = os._descriptor(file)
            self._number = file
        else:
            self._open = _OpenFile(os._full(file), mode, file)

    @property
    def closefd(self):
        return self._closefd

    def readable(self):
        self._checkClosed()
        return self._reads

    def writable(self):
        self._checkClosed()
        return self._writes

    def seekable(self):
        self._checkClosed()
        return True

    def _for_reading(self):
        self._checkClosed()
        if not self._reads:
            raise UnsupportedOperation('File not open for reading')
        return self._open

    def _for_writing(self):
        self._checkClosed()
        if not self._writes:
            raise UnsupportedOperation('File not open for writing')
        return self._open

    def read(self, size=-1, /):
        return self._for_reading().read(size)

    def readall(self):
        return self._for_reading().read()

    def readinto(self, buffer, /):
        view = memoryview(buffer).cast('B')
        data = self._for_reading().read(len(view))
        view[:len(data)] = data
        return len(data)

    def write(self, data, /):
        found = self._for_writing()
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        return found.write(bytes(data))

    def seek(self, offset, whence=0, /):
        self._checkClosed()
        if isinstance(offset, float):
            raise TypeError("'float' object cannot be interpreted as an integer")
        return self._open.seek(offset, whence)

    def tell(self):
        self._checkClosed()
        return self._open.seek(0, 1)

    def truncate(self, size=None, /):
        found = self._for_writing()
        size = found.at if size is None else size
        found.truncate(size)
        return size

    def flush(self):
        self._checkClosed()
        if self._open.is_open:
            self._open.node.save()

    def fileno(self):
        import os
        self._checkClosed()
        if self._number is None:
            self._number = os._number_of(self._open)
        return self._number

    def close(self):
        if self._closed:
            return
        self._closed = True
        if not self._closefd or '_open' not in self.__dict__:
            return
        if self._number is not None:
            import os
            self._open.check()
            os._descriptors.pop(self._number, None)
        self._open.close()

    def __del__(self):
        self.close()

    def __repr__(self):
        name = type(self).__qualname__
        if self._closed:
            return f'<_io.{name} [closed]>'
        return f'<_io.{name} name={self.name!r} mode={self.mode!r} closefd={self.closefd}>'


class _Buffered(_BufferedIOBase):
    """Reads ahead, and holds back what is written unless the file is in memory anyway."""

    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        self._init(raw, buffer_size)

    def _init(self, raw, buffer_size):
        if buffer_size <= 0:
            raise ValueError('buffer size must be strictly positive')
        self.raw = raw
        self._size = buffer_size
        self._ahead, self._at = b'', 0
        self._held = bytearray()
        self._is_direct = isinstance(raw, FileIO)

    def _rest(self):
        rest, self._ahead, self._at = self._ahead[self._at:], b'', 0
        return rest

    # One read of the raw stream into the buffer; whether there was something.
    def _more(self):
        data = self.raw.read(self._size)
        if data:
            self._ahead, self._at = self._ahead[self._at:] + data, 0
        return data

    def _check_reading(self):
        if self.closed:
            raise ValueError('read of closed file')
        if not self.raw.readable():
            raise UnsupportedOperation('read')
        self._send()

    def read(self, size=-1, /):
        if size is not None and size < -1:
            raise ValueError('read length must be non-negative or -1')
        self._check_reading()
        if size is None or size < 0:
            rest = self._rest()
            if hasattr(self.raw, 'readall'):
                data = self.raw.readall()
                return data if data is None and not rest else rest + (data or b'')
            while data := self.raw.read():
                rest += data
            return rest
        while len(self._ahead) - self._at < size:
            data = self.raw.read(max(size, self._size)) if self._is_direct else self.raw.read(self._size)
            if not data:
                if data is None and self._at == len(self._ahead):
                    return None
                break
            self._ahead, self._at = self._ahead[self._at:] + data, 0
        return self._take(size)

    def _take(self, size):
        data = self._ahead[self._at:self._at + size]
        self._at += len(data)
        return data

    def read1(self, size=-1, /):
        self._check_reading()
        if size is None or size < 0:
            size = self._size
        if self._at == len(self._ahead) and size:
            self._more()
        return self._take(size)

    def peek(self, size=0, /):
        self._check_reading()
        if self._at == len(self._ahead):
            self._more()
        return self._ahead[self._at:]

    def readinto(self, buffer, /):
        view = memoryview(buffer).cast('B')
        data = self.read(len(view))
        if data is None:
            return None
        view[:len(data)] = data
        return len(data)

    def readinto1(self, buffer, /):
        view = memoryview(buffer).cast('B')
        data = self.read1(len(view))
        view[:len(data)] = data
        return len(data)

    def readline(self, size=-1, /):
        self._check_reading()
        size = -1 if size is None else size
        start = self._at
        while True:
            end = self._ahead.find(b'\n', start) + 1
            limit = self._at + size
            if end and (size < 0 or end <= limit):
                return self._take(end - self._at)
            if 0 <= size <= len(self._ahead) - self._at:
                return self._take(size)
            seen = len(self._ahead) - self._at
            if not self._more():
                return self._rest()
            start = seen

    def write(self, data, /):
        if self.closed:
            raise ValueError('write to closed file')
        if isinstance(data, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        if not self.raw.writable():
            raise UnsupportedOperation('write')
        self._step_back()
        if self._is_direct:
            return self.raw.write(data)
        data = bytes(data)
        self._held += data
        if len(self._held) > self._size:
            self._send()
        return len(data)

    # The raw stream to where the reader is.
    def _step_back(self):
        if self._ahead:
            if rest := self._rest():
                self.raw.seek(-len(rest), 1)

    # Writes what was held back.
    def _send(self):
        while self._held:
            count = self.raw.write(bytes(self._held))
            if count is None:
                raise BlockingIOError(11, 'write could not complete without blocking', 0)
            if not 0 <= count <= len(self._held):
                raise OSError('raw write() returned invalid length')
            del self._held[:count]

    def seek(self, offset, whence=0, /):
        if self.closed:
            raise ValueError('seek of closed file')
        if whence not in (0, 1, 2):
            raise ValueError(f'invalid whence value ({whence}, should be 0, 1 or 2)')
        if not self.raw.seekable():
            raise UnsupportedOperation('File or stream is not seekable.')
        self._send()
        self._step_back()
        return self.raw.seek(offset, whence)

    def tell(self):
        at = self.raw.tell() - (len(self._ahead) - self._at) + len(self._held)
        if at < 0:
            raise OSError('Raw stream returned invalid position')
        return at

    def truncate(self, size=None, /):
        if not self.writable():
            raise UnsupportedOperation('truncate')
        self.flush()
        self._step_back()
        return self.raw.truncate(self.raw.tell() if size is None else size)

    def flush(self):
        if self.closed:
            raise ValueError('flush of closed file')
        self._send()
        self.raw.flush()

    def close(self):
        if self.raw is not None and not self.closed:
            try:
                self.flush()
            finally:
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
        if self.raw is None:
            raise ValueError('raw stream has been detached')
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
        if self.raw is None:
            raise ValueError('raw stream already detached')
        self.flush()
        raw, self.raw = self.raw, None
        return raw

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '_io.{type(self).__qualname__}' object")

    def __repr__(self):
        name = getattr(self, 'name', None)
        kind = f'{type(self).__module__}.{type(self).__qualname__}'
        return f'<{kind}>' if name is None else f'<{kind} name={name!r}>'


class BufferedReader(_Buffered):
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.readable():
            raise UnsupportedOperation('File or stream is not readable.')
        self._init(raw, buffer_size)

    def writable(self):
        return False

    def write(self, data, /):
        raise UnsupportedOperation('write')


class BufferedWriter(_Buffered):
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.writable():
            raise UnsupportedOperation('File or stream is not writable.')
        self._init(raw, buffer_size)

    def readable(self):
        return False

    def _check_reading(self):
        raise UnsupportedOperation('read')


class BufferedRandom(_Buffered):
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.seekable():
            raise UnsupportedOperation('File or stream is not seekable.')
        if not raw.readable():
            raise UnsupportedOperation('File or stream is not readable.')
        if not raw.writable():
            raise UnsupportedOperation('File or stream is not writable.')
        self._init(raw, buffer_size)


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
        self._decoder = IncrementalNewlineDecoder(None, newline is None) if not newline else None
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
        if self._decoder is not None:
            text = self._decoder.decode(text, True)
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
        if type(size) is not int:
            size = _count(size)
        end = len(text) if size < 0 else min(len(text), start + size)
        self._at = max(start, end)
        return text[start:end]

    def readline(self, size=-1, /):
        text = self._whole()
        start = self._at
        if type(size) is not int:
            size = _count(size)
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
        if size >= 0:
            end = min(end, start + size)
        self._at = max(start, end)
        return text[start:end]

    def seek(self, offset, whence=0, /):
        text = self._whole()
        offset, whence = index(offset), index(whence)
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
        size = self._at if size is None else _count(size)
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

    @property
    def newlines(self):
        return getattr(self._decoder, 'newlines', None)

    def __getstate__(self):
        own = ('_text', '_parts', '_at', '_end', '_newline', '_decoder', '_closed')
        names = {name: value for name, value in self.__dict__.items() if name not in own}
        return self.getvalue(), self._newline, self._at, names or None

    def __setstate__(self, state):
        self._checkClosed()
        if not isinstance(state, tuple) or len(state) < 4:
            raise TypeError(f'_io.StringIO.__setstate__ argument should be 4-tuple, got {type(state).__name__}')
        text, newline, at, names = state
        if not isinstance(at, int):
            raise TypeError(f'third item of state must be an integer, got {type(at).__name__}')
        if at < 0:
            raise ValueError('position value cannot be negative')
        if names is not None and not isinstance(names, dict):
            raise TypeError(f'fourth item of state should be a dict, got a {type(names).__name__}')
        self.__init__('', newline)
        # It was translated when it was first written.
        self._text, self._end, self._at = text or '', len(text or ''), at
        self.__dict__.update(names or {})


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
        self._decoder = None
        self._encoder = None

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
        return getattr(self._decoder, 'newlines', None)

    @property
    def closed(self):
        return self.buffer.closed

    def reconfigure(self, *, encoding=None, errors=None, newline=..., line_buffering=None, write_through=None):
        if self._decoder is not None and (encoding is not None or errors is not None or newline is not ...):
            raise UnsupportedOperation(
                'It is not possible to set the encoding or newline of stream after the first read')
        if encoding is not None:
            encoding = 'utf-8' if encoding == 'locale' else encoding
            ''.encode(encoding)
            self._encoding = encoding
            self._errors = 'strict'
        if errors is not None:
            self._errors = errors
        if newline is not ...:
            if newline not in (None, '', '\n', '\r', '\r\n'):
                raise ValueError(f'illegal newline value: {newline!r}')
            self._newline = newline
        if line_buffering is not None:
            self.line_buffering = bool(line_buffering)
        if write_through is not None:
            self.write_through = bool(write_through)
        self._encoder = None
        self.flush()

    # What is left of the text that was decoded. A file in memory is decoded whole when first read, a stream bit
    # by bit.
    def _rest(self):
        if self._text is None:
            self._checkClosed()
            if not self.buffer.readable():
                raise UnsupportedOperation('not readable')
            import codecs
            decoder = codecs.getincrementaldecoder(self._encoding)(self._errors)
            if self._newline in (None, ''):
                decoder = IncrementalNewlineDecoder(decoder, self._newline is None)
            self._decoder = decoder
            self._text, self._at, self._is_done = '', 0, False
            if getattr(self.buffer, '_is_direct', False) or isinstance(self.buffer, BytesIO):
                self._decode(self.buffer.read(), True)
        return self._text

    def _decode(self, data, is_last):
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f'underlying read() should have returned a bytes-like object, not {type(data).__name__!r}')
        self._text = self._text[self._at:] + self._decoder.decode(data, is_last)
        self._at = 0
        self._is_done = is_last

    # Decodes more of a stream; whether there was more.
    def _more(self):
        if self._is_done:
            return False
        read = getattr(self.buffer, 'read1', None) or self.buffer.read
        data = read(8192)
        self._decode(data, not data)
        return not self._is_done

    # Gives out the text up to `end`; at the end of all, the file is looked at again next time.
    def _take(self, end):
        text = self._text[self._at:end]
        self._at = end
        if not text and self._is_done and end == len(self._text):
            self._text = None
        return text

    def read(self, size=-1, /):
        self._rest()
        if size is None or size < 0:
            while self._more():
                pass
            text = self._text[self._at:]
            self._text = None
            return text
        while len(self._text) - self._at < size and self._more():
            pass
        return self._take(min(len(self._text), self._at + size))

    # Where the line ends that begins at `self._at`; None if that is not known yet.
    def _line_end(self):
        text, start = self._text, self._at
        if self._newline in ('\r', '\r\n'):
            found = text.find(self._newline, start)
            return None if found < 0 else found + len(self._newline)
        end = text.find('\n', start) + 1 or None
        if self._newline == '':
            lone = text.find('\r', start, end or len(text))
            if lone >= 0 and lone + 2 != end:
                return lone + 1
        return end

    def readline(self, size=-1, /):
        self._rest()
        while (end := self._line_end()) is None:
            if size is not None and 0 <= size <= len(self._text) - self._at or not self._more():
                end = self._line_end() or len(self._text)
                break
        if size is not None and size >= 0:
            end = min(end, self._at + size)
        return self._take(end)

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
        self.buffer.write(self._encode(text))
        if self.line_buffering and ('\n' in text or '\r' in text):
            self.flush()
        return count

    # Encodings that mark the byte order do so at the start of the file only.
    def _encode(self, text):
        if self._encoder is None:
            import codecs
            info = codecs.lookup(self._encoding)
            if info.name in ('utf-16', 'utf-32', 'utf-8-sig'):
                encoder = info.incrementalencoder(self._errors)
                if self.buffer.seekable() and self.buffer.tell() != 0:
                    encoder.setstate(0)
                self._encoder = encoder.encode
            else:
                self._encoder = self._encode_plainly
        return self._encoder(text)

    def _encode_plainly(self, text):
        return text.encode(self._encoding, self._errors)

    def seek(self, offset, whence=0, /):
        self._checkClosed()
        if not self.buffer.seekable():
            raise UnsupportedOperation('underlying stream is not seekable')
        if whence == 1:
            if offset:
                raise UnsupportedOperation("can't do nonzero cur-relative seeks")
            offset, whence = self.tell(), 0
        elif whence == 2:
            if offset:
                raise UnsupportedOperation("can't do nonzero end-relative seeks")
        elif whence != 0:
            raise ValueError(f'invalid whence ({whence}, should be 0, 1 or 2)')
        elif offset < 0:
            raise ValueError(f'negative seek position {offset!r}')
        self.flush()
        self._text = None
        self._encoder = None
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
        if ('\0' if isinstance(file, str) else b'\0') in file:
            raise ValueError('embedded null byte')
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


_airlock.as_if_native(_IOBase, _RawIOBase, _BufferedIOBase, _TextIOBase, BytesIO, FileIO, BufferedReader, BufferedWriter,
                      BufferedRandom, BufferedRWPair, IncrementalNewlineDecoder, StringIO, TextIOWrapper)
