"""Reading and writing of comma-separated values."""

import _airlock
import _airlock_csv

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL = range(6)
__version__ = '1.0'
_dialects = {}
_limit = 131072


class Error(Exception):
    pass


def _no_pickling(self, protocol=None):
    raise TypeError(f"cannot pickle '{type(self).__name__}' instances")


class Dialect:
    __slots__ = ('_values',)
    _defaults = {'delimiter': ',', 'doublequote': True, 'escapechar': None, 'lineterminator': '\r\n',
                 'quotechar': '"', 'quoting': QUOTE_MINIMAL, 'skipinitialspace': False, 'strict': False}

    def __new__(cls, /, *args, **options):
        names = ('dialect', *cls._defaults)
        if len(args) > len(names):
            raise TypeError(f'Dialect() takes at most {len(names)} arguments ({len(args)} given)')
        for name, value in zip(names, args):
            if name in options:
                raise TypeError(f'argument for Dialect() given by name ({name!r}) and position')
            options[name] = value
        dialect = options.pop('dialect', None)
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        if isinstance(dialect, Dialect) and not options:
            return dialect
        for name in options:
            if name not in cls._defaults:
                raise TypeError(f"this function got an unexpected keyword argument '{name}'")
        given = {}
        for name in cls._defaults:
            if name in options:
                given[name] = options[name]
            elif dialect is not None and hasattr(dialect, name):
                given[name] = getattr(dialect, name)
        self = object.__new__(cls)
        self._values = {**cls._defaults, **given}
        if 'quoting' not in given and self.quotechar is None:
            self._values['quoting'] = QUOTE_NONE
        self._check()
        return self

    def _check(self):
        values = self._values
        for name in ('delimiter', 'escapechar', 'quotechar'):
            value = values[name]
            or_none = '' if name == 'delimiter' else ' or None'
            if value is None and or_none:
                continue
            if not isinstance(value, str):
                raise TypeError(f'"{name}" must be a unicode character{or_none}, not {type(value).__name__}')
            if len(value) != 1:
                raise TypeError(f'"{name}" must be a unicode character{or_none}, not a string of length {len(value)}')
        if not isinstance(self.lineterminator, str):
            raise TypeError(f'"lineterminator" must be a string, not {type(self.lineterminator).__name__}')
        if type(self.quoting) is not int:
            raise TypeError(f'"quoting" must be an integer, not {type(self.quoting).__name__}')
        if not 0 <= self.quoting <= 5:
            raise TypeError('bad "quoting" value')
        if self.quoting != QUOTE_NONE and self.quotechar is None:
            raise TypeError('quotechar must be set if quoting enabled')
        for name in ('doublequote', 'skipinitialspace', 'strict'):
            values[name] = bool(values[name])
        self._check_clashes()

    def _check_clashes(self):
        seen = {}
        for name in ('delimiter', 'escapechar', 'quotechar'):
            character = self._values[name]
            if character is None:
                continue
            if character in '\r\n' or character == ' ' and name != 'delimiter' and self.skipinitialspace:
                raise ValueError(f'bad {name} value')
            if character in seen:
                raise ValueError(f'bad {seen[character]} or {name} value')
            if character in self.lineterminator:
                raise ValueError(f'bad {name} or lineterminator value')
            seen[character] = name

    delimiter = property(lambda self: self._values['delimiter'])
    doublequote = property(lambda self: self._values['doublequote'])
    escapechar = property(lambda self: self._values['escapechar'])
    lineterminator = property(lambda self: self._values['lineterminator'])
    quotechar = property(lambda self: self._values['quotechar'])
    quoting = property(lambda self: self._values['quoting'])
    skipinitialspace = property(lambda self: self._values['skipinitialspace'])
    strict = property(lambda self: self._values['strict'])
    __reduce_ex__ = _no_pickling


def register_dialect(name, dialect=None, /, **options):
    if not isinstance(name, str):
        raise TypeError('dialect name must be a string')
    _dialects[name] = Dialect(dialect, **options)


def unregister_dialect(name):
    if name not in _dialects:
        raise Error('unknown dialect')
    del _dialects[name]


def get_dialect(name):
    if name not in _dialects:
        raise Error('unknown dialect')
    return _dialects[name]


def list_dialects():
    return list(_dialects)


def field_size_limit(*new_limit):
    global _limit
    if len(new_limit) > 1:
        raise TypeError(f'field_size_limit expected at most 1 argument, got {len(new_limit)}')
    before = _limit
    if new_limit:
        if type(new_limit[0]) is not int:
            raise TypeError('limit must be an integer')
        _limit = new_limit[0]
    return before


# What the reader is in the middle of.
(_START_RECORD, _START_FIELD, _ESCAPED, _IN_FIELD, _IN_QUOTED, _ESCAPED_IN_QUOTED, _QUOTE_IN_QUOTED, _AFTER_NEWLINE,
 _AFTER_ESCAPED_NEWLINE) = range(9)


class Reader:
    def __new__(cls, /, *args, **kwargs):
        raise TypeError("cannot create '_csv.reader' instances")

    @property
    def dialect(self):
        return self._dialect

    def __iter__(self):
        return self

    def __next__(self):
        self._fields, self._field, self._state, self._quoted = [], '', _START_RECORD, False
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if not self._field and self._state != _IN_QUOTED:
                    raise
                if self._dialect.strict:
                    raise Error('unexpected end of data') from None
                self._save()
                return self._fields
            if not isinstance(line, str):
                raise Error(f'iterator should return strings, not {type(line).__name__} '
                            '(the file should be opened in text mode)')
            self.line_num += 1
            if self._state == _START_RECORD and self._is_plain:
                fields = _airlock_csv.fields(line, self._delimiter, self._quote, _limit)
                if fields is not None:
                    return fields
            for character in line:
                self._take(character)
            self._take(None)
            if self._state == _START_RECORD:
                return self._fields

    # One character; None for the end of a line.
    def _take(self, character):
        state, dialect = self._state, self._dialect
        if state == _START_RECORD:
            if character is None:
                return
            if character in '\r\n':
                self._state = _AFTER_NEWLINE
                return
            state = _START_FIELD
        elif state == _AFTER_ESCAPED_NEWLINE:
            if character is None:
                return
            state = _IN_FIELD
        if state == _START_FIELD:
            self._quoted = False
            if character is None or character in '\r\n':
                self._end_record(character)
            elif character == dialect.quotechar and dialect.quoting != QUOTE_NONE:
                self._quoted = True
                self._state = _IN_QUOTED
            elif character == dialect.escapechar:
                self._state = _ESCAPED
            elif character == ' ' and dialect.skipinitialspace:
                self._state = _START_FIELD
            elif character == dialect.delimiter:
                self._save()
                self._state = _START_FIELD
            else:
                self._add(character)
                self._state = _IN_FIELD
        elif state == _IN_FIELD:
            if character is None or character in '\r\n':
                self._end_record(character)
            elif character == dialect.escapechar:
                self._state = _ESCAPED
            elif character == dialect.delimiter:
                self._save()
                self._state = _START_FIELD
            else:
                self._add(character)
                self._state = _IN_FIELD
        elif state == _IN_QUOTED:
            if character is None:
                pass
            elif character == dialect.escapechar:
                self._state = _ESCAPED_IN_QUOTED
            elif character == dialect.quotechar:
                self._state = _QUOTE_IN_QUOTED if dialect.doublequote else _IN_FIELD
            else:
                self._add(character)
        elif state == _ESCAPED:
            self._add('\n' if character is None else character)
            self._state = _AFTER_ESCAPED_NEWLINE if character is not None and character in '\r\n' else _IN_FIELD
        elif state == _ESCAPED_IN_QUOTED:
            self._add('\n' if character is None else character)
            self._state = _IN_QUOTED
        elif state == _QUOTE_IN_QUOTED:
            if character is None or character in '\r\n':
                self._end_record(character)
            elif character == dialect.quotechar:
                self._add(character)
                self._state = _IN_QUOTED
            elif character == dialect.delimiter:
                self._save()
                self._state = _START_FIELD
            elif dialect.strict:
                raise Error(f"'{dialect.delimiter}' expected after '{dialect.quotechar}'")
            else:
                self._add(character)
                self._state = _IN_FIELD
        elif character is None:
            self._state = _START_RECORD
        elif character not in '\r\n':
            raise Error("new-line character seen in unquoted field - do you need to open the file with newline=''?")

    def _end_record(self, character):
        self._save()
        self._state = _START_RECORD if character is None else _AFTER_NEWLINE

    def _add(self, character):
        if len(self._field) >= _limit:
            raise Error(f'field larger than field limit ({_limit})')
        self._field += character

    def _save(self):
        field, quoting = self._field, self._dialect.quoting
        self._field = ''
        if not self._quoted:
            if field and quoting in (QUOTE_NONNUMERIC, QUOTE_STRINGS):
                field = float(field)
            elif not field and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                field = None
        self._fields.append(field)

    __reduce_ex__ = _no_pickling


def reader(iterable, /, dialect=None, **options):
    self = object.__new__(Reader)
    self._lines = iter(iterable)
    self._dialect = found = Dialect(dialect, **options)
    self.line_num = 0
    self._delimiter = found.delimiter
    self._quote = None if found.quoting == QUOTE_NONE else found.quotechar
    # Whether most lines can be taken whole.
    self._is_plain = (found.escapechar is None and found.doublequote and not found.skipinitialspace
                      and found.quoting in (QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONE))
    return self


class Writer:
    def __new__(cls, /, *args, **kwargs):
        raise TypeError("cannot create '_csv.writer' instances")

    @property
    def dialect(self):
        return self._dialect

    # Whether what is no text is quoted, and text at that.
    def _wants_quotes(self, value):
        quoting = self._quoting
        if quoting == QUOTE_NONNUMERIC:
            kind = type(value)
            return not (hasattr(kind, '__float__') or hasattr(kind, '__int__') or hasattr(kind, '__index__')
                        or issubclass(kind, complex))
        return (quoting == QUOTE_ALL or quoting == QUOTE_STRINGS and isinstance(value, str)
                or quoting == QUOTE_NOTNULL and value is not None)

    def _field(self, value):
        quote = self._quoting != QUOTE_MINIMAL and self._quoting != QUOTE_NONE and self._wants_quotes(value)
        text = value if isinstance(value, str) else '' if value is None else str(value)
        for special in self._specials:
            if special in text:
                text, found = self._escaped(text)
                quote = quote or found
                break
        if not text and self._dialect.delimiter == ' ' and self._dialect.skipinitialspace and not quote:
            if self._quoting == QUOTE_NONE or value is None and self._quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                raise Error('empty field must be quoted if delimiter is a space and skipinitialspace is true')
            quote = True
        return f'{self._quote}{text}{self._quote}' if quote else text

    # A field's text with escapes, and whether it needs quotes.
    def _escaped(self, text):
        dialect = self._dialect
        parts, quote = [], False
        for character in text:
            if character in self._specials:
                escape = False
                if dialect.quoting == QUOTE_NONE:
                    escape = True
                elif character == dialect.quotechar:
                    if dialect.doublequote:
                        parts.append(character)
                    else:
                        escape = True
                elif character == dialect.escapechar:
                    escape = True
                if not escape:
                    quote = True
                elif dialect.escapechar is None:
                    raise Error('need to escape, but no escapechar set')
                else:
                    parts.append(dialect.escapechar)
            parts.append(character)
        return ''.join(parts), quote

    def writerow(self, row, /):
        if self._is_plain:
            line = _airlock_csv.line(row, self._dialect.delimiter, self._quote, self._special_text,
                                     self._dialect.lineterminator)
            if line is not None:
                return self._write(line)
        try:
            row = iter(row)
        except TypeError:
            raise Error(f'iterable expected, not {type(row).__name__}') from None
        value, fields = None, []
        for value in row:
            fields.append(self._field(value))
        # A line with nothing on it would be no record.
        if len(fields) == 1 and not fields[0]:
            if self._quoting == QUOTE_NONE or value is None and self._quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                raise Error('single empty field record must be quoted')
            fields[0] = self._quote * 2
        return self._write(self._dialect.delimiter.join(fields) + self._dialect.lineterminator)

    def writerows(self, rows, /):
        for row in rows:
            self.writerow(row)

    __reduce_ex__ = _no_pickling


def writer(fileobj, /, dialect=None, **options):
    self = object.__new__(Writer)
    self._dialect = found = Dialect(dialect, **options)
    if not callable(getattr(fileobj, 'write', None)):
        raise TypeError('argument 1 must have a "write" method')
    self._write = fileobj.write
    self._quoting = found.quoting
    self._quote = found.quotechar
    specials = (found.delimiter, found.escapechar, found.quotechar, '\r', '\n', *found.lineterminator)
    self._specials = tuple(dict.fromkeys([special for special in specials if special is not None]))
    # Whether rows of usual values can be written whole.
    self._is_plain = (found.quoting == QUOTE_MINIMAL and found.escapechar is None and found.doublequote
                      and not found.skipinitialspace)
    self._special_text = ''.join(self._specials)
    return self


for _kind in (Error, Reader, Writer, Dialect):
    _kind.__module__ = '_csv'
Reader.__name__ = Reader.__qualname__ = 'reader'
Writer.__name__ = Writer.__qualname__ = 'writer'
_airlock.as_if_native(Reader, Writer, Dialect)
