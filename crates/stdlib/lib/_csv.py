"""Reading and writing of comma-separated values."""

QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE, QUOTE_STRINGS, QUOTE_NOTNULL = range(6)
__version__ = '1.0'
_dialects = {}
_limit = 131072


class Error(Exception):
    pass


Error.__module__ = '_csv'


class Dialect:
    __slots__ = ('delimiter', 'doublequote', 'escapechar', 'lineterminator', 'quotechar', 'quoting',
                 'skipinitialspace', 'strict')

    def __new__(cls, dialect=None, **options):
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        if isinstance(dialect, Dialect) and not options:
            return dialect
        self = object.__new__(cls)
        for name, default in (('delimiter', ','), ('doublequote', True), ('escapechar', None),
                              ('lineterminator', '\r\n'), ('quotechar', '"'), ('quoting', QUOTE_MINIMAL),
                              ('skipinitialspace', False), ('strict', False)):
            value = options.pop(name) if name in options else getattr(dialect, name, default)
            setattr(self, name, value)
        if options:
            raise TypeError(f"this function got an unexpected keyword argument '{next(iter(options))}'")
        self._check(getattr(dialect, 'quotechar', '"'))
        return self

    def _check(self, given):
        for name in ('delimiter', 'escapechar', 'quotechar'):
            value = getattr(self, name)
            if value is None and name != 'delimiter':
                continue
            if not isinstance(value, str):
                kind = '1-character string' if name == 'delimiter' else '1-character string or None'
                raise TypeError(f'"{name}" must be a unicode character{"" if name == "delimiter" else " or None"}, '
                                f'not {type(value).__name__}')
            if len(value) != 1:
                raise TypeError(f'"{name}" must be a unicode character{"" if name == "delimiter" else " or None"}, '
                                f'not a string of length {len(value)}')
        if not isinstance(self.quoting, int):
            raise TypeError(f'"quoting" must be an integer, not {type(self.quoting).__name__}')
        if not 0 <= self.quoting <= 5:
            raise TypeError('bad "quoting" value')
        if self.quoting != QUOTE_NONE and self.quotechar is None:
            raise TypeError('quotechar must be set if quoting enabled')
        self.doublequote = bool(self.doublequote)
        self.skipinitialspace = bool(self.skipinitialspace)
        self.strict = bool(self.strict)


def register_dialect(name, dialect=None, /, **options):
    if not isinstance(name, str):
        raise TypeError('dialect name must be a string')
    _dialects[name] = Dialect(dialect, **options)


def unregister_dialect(name, /):
    if name not in _dialects:
        raise Error('unknown dialect')
    del _dialects[name]


def get_dialect(name, /):
    if name not in _dialects:
        raise Error('unknown dialect')
    return _dialects[name]


def list_dialects():
    return list(_dialects)


def field_size_limit(new_limit=None, /):
    global _limit
    before = _limit
    if new_limit is not None:
        if not isinstance(new_limit, int):
            raise TypeError('limit must be an integer')
        _limit = new_limit
    return before


class reader:
    def __init__(self, iterable, dialect='excel', /, **options):
        self.dialect = Dialect(dialect if dialect != 'excel' or 'excel' in _dialects else None, **options)
        self._lines = iter(iterable)
        self.line_num = 0

    def __iter__(self):
        return self

    def __next__(self):
        dialect = self.dialect
        fields, field, state, quoted = [], [], 'start record', False
        numeric = dialect.quoting == QUOTE_NONNUMERIC

        def save():
            text = ''.join(field)
            if numeric and not quoted:
                fields.append(float(text))
            elif not quoted and not text and dialect.quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                fields.append(None)
            elif not quoted and dialect.quoting == QUOTE_STRINGS:
                fields.append(float(text))
            else:
                fields.append(text)
            field.clear()

        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if field or state in ('in quoted field', 'escape', 'escape in quoted'):
                    if dialect.strict:
                        raise Error('unexpected end of data') from None
                    save()
                    return fields
                if fields:
                    save()
                    return fields
                raise
            if not isinstance(line, str):
                raise Error(f'iterator should return strings, not {type(line).__name__} '
                            '(the file should be opened in text mode)')
            self.line_num += 1
            for character in line + '\0' if line.endswith(('\n', '\r')) else line + '\n\0':
                if character == '\0':
                    break
                if state == 'after newline':
                    if character in '\r\n':
                        continue
                    raise Error('new-line character seen in unquoted field - do you need to open the file with '
                                "newline=''?")
                if state == 'start record':
                    if character in '\r\n':
                        state = 'after newline'
                        continue
                    state = 'start field'
                if state == 'start field':
                    quoted = False
                    if character in '\r\n':
                        save()
                        state = 'after newline'
                    elif character == dialect.quotechar and dialect.quoting != QUOTE_NONE:
                        quoted = True
                        state = 'in quoted field'
                    elif character == dialect.escapechar:
                        state = 'escape'
                    elif character == ' ' and dialect.skipinitialspace:
                        pass
                    elif character == dialect.delimiter:
                        save()
                    else:
                        field.append(character)
                        state = 'in field'
                elif state == 'in field':
                    if character in '\r\n':
                        save()
                        state = 'after newline'
                    elif character == dialect.escapechar:
                        state = 'escape'
                    elif character == dialect.delimiter:
                        save()
                        state = 'start field'
                    else:
                        field.append(character)
                elif state == 'escape':
                    field.append(character)
                    state = 'in field'
                elif state == 'in quoted field':
                    if character == dialect.escapechar:
                        state = 'escape in quoted'
                    elif character == dialect.quotechar:
                        state = 'quote in quoted' if dialect.doublequote else 'in field'
                    else:
                        field.append(character)
                elif state == 'escape in quoted':
                    field.append(character)
                    state = 'in quoted field'
                elif state == 'quote in quoted':
                    if character == dialect.quotechar:
                        field.append(character)
                        state = 'in quoted field'
                    elif character == dialect.delimiter:
                        save()
                        state = 'start field'
                    elif character in '\r\n':
                        save()
                        state = 'after newline'
                    elif not dialect.strict:
                        field.append(character)
                        state = 'in field'
                    else:
                        raise Error(f"'{dialect.delimiter}' expected after '{dialect.quotechar}'")
                if len(field) > _limit:
                    raise Error(f'field larger than field limit ({_limit})')
            if state in ('after newline', 'start record'):
                return fields


class writer:
    def __init__(self, fileobj, dialect='excel', /, **options):
        if not hasattr(fileobj, 'write'):
            raise TypeError('argument 1 must have a "write" method')
        self.dialect = Dialect(dialect if dialect != 'excel' or 'excel' in _dialects else None, **options)
        self._write = fileobj.write

    def _field(self, value, alone):
        dialect = self.dialect
        quoting = dialect.quoting
        if value is None:
            text = ''
        elif isinstance(value, str):
            text = value
        elif isinstance(value, float):
            text = repr(value)
        else:
            text = str(value)
        number = isinstance(value, (int, float))
        quote = (quoting == QUOTE_ALL or quoting == QUOTE_NONNUMERIC and not number
                 or quoting == QUOTE_STRINGS and isinstance(value, str)
                 or quoting == QUOTE_NOTNULL and value is not None)
        parts = []
        for character in text:
            if (character in (dialect.delimiter, dialect.escapechar, dialect.quotechar, '\r', '\n')
                    or character in dialect.lineterminator):
                escape = False
                if quoting == QUOTE_NONE:
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
        if not text and alone and not quote:
            if quoting == QUOTE_NONE or value is None and quoting in (QUOTE_STRINGS, QUOTE_NOTNULL):
                raise Error('single empty field record must be quoted')
            quote = True
        text = ''.join(parts)
        return f'{dialect.quotechar}{text}{dialect.quotechar}' if quote else text

    def writerow(self, row, /):
        try:
            row = list(row)
        except TypeError:
            raise Error(f'iterable expected, not {type(row).__name__}') from None
        line = self.dialect.delimiter.join([self._field(value, len(row) == 1) for value in row])
        return self._write(line + self.dialect.lineterminator)

    def writerows(self, rows, /):
        for row in rows:
            self.writerow(row)
