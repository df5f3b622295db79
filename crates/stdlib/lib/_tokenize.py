"""The tokens of a source, told apart with patterns."""

import re
from token import (AMPER, COMMENT, DEDENT, ENCODING, ENDMARKER, EXACT_TOKEN_TYPES, FSTRING_END, FSTRING_MIDDLE,
                   FSTRING_START, INDENT, NAME, NEWLINE, NL, NUMBER, OP, STRING, TSTRING_END, TSTRING_MIDDLE,
                   TSTRING_START)

_NUMBER = re.compile(r'''0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+
    |(?:(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*|[0-9](?:_?[0-9])*\.?)(?:[eE][-+]?[0-9](?:_?[0-9])*)?[jJ]?''', re.X)
_NAME = re.compile(r'\w+')
_BLANKS = re.compile(r'[ \f\t]*')
_PREFIX = re.compile(r'''([bBrRuUfFtT]{0,2})("""|\'\'\'|"|')''')
_OPERATORS = sorted(EXACT_TOKEN_TYPES, key=len, reverse=True)
_OPENING, _CLOSING = '([{', ')]}'


class TokenizerIter:
    def __init__(self, readline, *, encoding=None, extra_tokens=False):
        self._encoding = encoding
        self._readline = readline
        self._extra = extra_tokens
        self._items = self._tokens()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)

    def _lines(self):
        while True:
            try:
                line = self._readline()
            except StopIteration:
                return
            if self._encoding is not None and isinstance(line, bytes):
                line = line.decode(self._encoding)
            if not line:
                return
            yield line

    def _fail(self, message, line, number, column, kind=SyntaxError):
        raise kind(message, ('<string>', number, column + 1, line, number, column + 1))

    def _operator(self, text):
        return OP if self._extra else EXACT_TOKEN_TYPES[text]

    def _tokens(self):
        self._source = self._lines()
        self._row = 0
        indents, depth, continued = [0], [], False
        line = ''
        while True:
            line = self._next_line()
            if not line:
                break
            at, end = 0, len(line)
            if not depth and not continued:
                column = 0
                while at < end and line[at] in ' \t\f':
                    column = column + 1 if line[at] == ' ' else (column // 8 + 1) * 8 if line[at] == '\t' else 0
                    at += 1
                if at == end:
                    break
                if line[at] in '#\r\n':
                    if line[at] == '#' and self._extra:
                        comment = line[at:].rstrip('\r\n')
                        yield (COMMENT, comment, (self._row, at), (self._row, at + len(comment)), line)
                        at += len(comment)
                    if self._extra:
                        yield (NL, line[at:], (self._row, at), (self._row, len(line)), line)
                    continue
                if column > indents[-1]:
                    indents.append(column)
                    yield (INDENT, line[:at], (self._row, 0), (self._row, at), line)
                while column < indents[-1]:
                    if column not in indents:
                        self._fail('unindent does not match any outer indentation level', line, self._row, at,
                                   IndentationError)
                    indents.pop()
                    yield (DEDENT, '', (self._row, at), (self._row, at), line)
            continued = False
            while True:
                at = _BLANKS.match(line, at).end()
                if at >= len(line):
                    break
                character = line[at]
                start = (self._row, at)
                if character in '\r\n':
                    if depth:
                        if self._extra:
                            yield (NL, line[at:], start, (self._row, len(line)), line)
                    else:
                        yield (NEWLINE, line[at:], start, (self._row, len(line)), line)
                    break
                if character == '#':
                    comment = line[at:].rstrip('\r\n')
                    if self._extra:
                        yield (COMMENT, comment, start, (self._row, at + len(comment)), line)
                    at += len(comment)
                    continue
                if character == '\\' and line[at + 1:].strip('\r\n') == '':
                    continued = True
                    break
                found = _PREFIX.match(line, at)
                if found:
                    prefix, quote = found.groups()
                    if set(prefix.lower()) & {'f', 't'}:
                        line, at = yield from self._formatted(line, at, prefix, quote)
                        continue
                    first_line, text, at = line, line[at:found.end()], found.end()
                    line, at, text, whole = self._to_quote(line, at, quote, text, start)
                    yield (STRING, text, start, (self._row, at), whole)
                    continue
                if character.isdigit() or character == '.' and line[at + 1:at + 2].isdigit():
                    found = _NUMBER.match(line, at)
                    yield (NUMBER, found.group(), start, (self._row, found.end()), line)
                    at = found.end()
                    continue
                found = _NAME.match(line, at)
                if found:
                    yield (NAME, found.group(), start, (self._row, found.end()), line)
                    at = found.end()
                    continue
                for operator in _OPERATORS:
                    if line.startswith(operator, at):
                        break
                else:
                    if not character.isprintable():
                        self._fail(f'invalid non-printable character U+{ord(character):04X}', line, self._row, at)
                    if not self._extra:
                        self._fail('invalid syntax', line, self._row, at)
                    # `tokenize` tells of `$`, `?` and the like and leaves the refusal to others.
                    yield (OP, character, start, (self._row, at + 1), line)
                    at += 1
                    continue
                if operator in _OPENING:
                    depth.append((operator, self._row, at))
                elif operator in _CLOSING:
                    if not depth:
                        self._fail(f"unmatched '{operator}'", line, self._row, at)
                    opened = depth.pop()[0]
                    if _OPENING.index(opened) != _CLOSING.index(operator):
                        self._fail(f"closing parenthesis '{operator}' does not match opening parenthesis '{opened}'",
                                   line, self._row, at)
                yield (self._operator(operator), operator, start, (self._row, at + len(operator)), line)
                at += len(operator)
            last_line = line
        if depth:
            self._fail(f"'{depth[-1][0]}' was never closed" if not self._extra else 'unexpected EOF in multi-line statement',
                       '', self._row, 0)
        if continued:
            self._fail('unexpected EOF after line continuation character', '', self._row, 0)
        if self._row and not last_line.endswith(('\n', '\r')) and last_line.strip() and not last_line.lstrip().startswith('#'):
            column = len(last_line)
            yield (NEWLINE, '', (self._row, column), (self._row, column + 1), last_line)
        row = self._row + 1
        for _ in indents[1:]:
            yield (DEDENT, '', (row, 0), (row, 0), '')
        yield (ENDMARKER, '', (row, 0), (row, 0), '')

    def _next_line(self):
        line = next(self._source, '')
        if line:
            self._row += 1
        return line

    # Goes on to the end of a string: the line it ends in, where, its text, all its lines.
    def _to_quote(self, line, at, quote, text, start):
        whole = line
        while True:
            while at < len(line):
                if line[at] == '\\':
                    text += line[at:at + 2]
                    at += 2
                elif line.startswith(quote, at):
                    return line, at + len(quote), text + quote, whole
                elif line[at] in '\r\n' and len(quote) == 1:
                    break
                else:
                    text += line[at]
                    at += 1
            if len(quote) == 1 and not text.endswith(('\\\n', '\\\r')):
                self._fail(f'unterminated string literal (detected at line {start[0]})', whole, *start)
            if line[at:].startswith('\r\n'):
                text += line[at:]
            line, at = self._next_line(), 0
            whole += line
            if not line:
                self._fail(f'unterminated triple-quoted string literal (detected at line {self._row})', whole, *start)

    # The tokens of an f-string or t-string.
    def _formatted(self, line, at, prefix, quote):
        template = 't' in prefix.lower()
        begin, middle, finish = ((TSTRING_START, TSTRING_MIDDLE, TSTRING_END) if template
                                 else (FSTRING_START, FSTRING_MIDDLE, FSTRING_END))
        head = prefix + quote
        yield (begin, head, (self._row, at), (self._row, at + len(head)), line)
        at += len(head)
        opened = (self._row, at)
        text, start, depth, nested = '', (self._row, at), 0, []
        raw = 'r' in prefix.lower()
        spec = []
        while True:
            if at >= len(line):
                line, at = self._next_line(), 0
                if not line:
                    self._fail('unterminated f-string literal', '', *opened)
                continue
            in_text = not nested or nested[-1] == 'spec'
            if in_text:
                if line.startswith(quote, at) and not nested:
                    if text:
                        yield (middle, text, start, (self._row, at), line)
                    yield (finish, quote, (self._row, at), (self._row, at + len(quote)), line)
                    return line, at + len(quote)
                if line.startswith(('{{', '}}'), at) and not nested:
                    text += line[at]
                    at += 2
                elif line[at] == '{' or line[at] == '}' and nested:
                    if text:
                        yield (middle, text, start, (self._row, at), line)
                        text = ''
                    if line[at] == '}':
                        nested.pop()
                        nested.pop()
                    else:
                        nested.append('expression')
                    yield (self._operator(line[at]), line[at], (self._row, at), (self._row, at + 1), line)
                    at += 1
                    start = (self._row, at)
                elif line[at] == '\\' and not raw:
                    text += line[at:at + 2]
                    at += 2
                else:
                    text += line[at]
                    at += 1
                continue
            at = _BLANKS.match(line, at).end()
            if at >= len(line):
                continue
            character, here = line[at], (self._row, at)
            if character in '\r\n':
                if self._extra:
                    yield (NL, line[at:], here, (self._row, len(line)), line)
                at = len(line)
                continue
            if character == '#':
                comment = line[at:].rstrip('\r\n')
                if self._extra:
                    yield (COMMENT, comment, here, (self._row, at + len(comment)), line)
                at += len(comment)
                continue
            if character == '}' and nested[-1] == 'expression':
                nested.pop()
                yield (self._operator('}'), '}', here, (self._row, at + 1), line)
                at += 1
                start = (self._row, at)
                continue
            if character == ':' and nested[-1] == 'expression' and not line.startswith(':=', at):
                nested.append('spec')
                yield (self._operator(':'), ':', here, (self._row, at + 1), line)
                at += 1
                start = (self._row, at)
                continue
            found = _PREFIX.match(line, at)
            if found:
                inner, inner_quote = found.groups()
                if set(inner.lower()) & {'f', 't'}:
                    line, at = yield from self._formatted(line, at, inner, inner_quote)
                    continue
                line, at, string, whole = self._to_quote(line, found.end(), inner_quote, found.group(), here)
                yield (STRING, string, here, (self._row, at), whole)
                continue
            found = _NUMBER.match(line, at) if character.isdigit() or character == '.' and line[at + 1:at + 2].isdigit() \
                else _NAME.match(line, at)
            if found:
                yield (NAME if character.isalpha() or character == '_' else NUMBER, found.group(), here,
                       (self._row, found.end()), line)
                at = found.end()
                continue
            operator = next((operator for operator in _OPERATORS if line.startswith(operator, at)), None)
            if operator is None:
                self._fail('invalid syntax', line, *here)
            if character == '!' and operator == '!=' and nested[-1] == 'expression' and line[at + 1:at + 2] != '=':
                operator = '!'
            if operator in _OPENING:
                nested.append(operator)
            elif operator in _CLOSING and nested[-1] in _OPENING:
                nested.pop()
            yield (self._operator(operator), operator, here, (self._row, at + len(operator)), line)
            at += len(operator)
