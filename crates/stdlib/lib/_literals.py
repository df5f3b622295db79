"""`ast.literal_eval` of a text, straight from its tokens."""

import io
import token
from tokenize import generate_tokens

_SKIPPED = {token.NL, token.COMMENT, token.NEWLINE, token.INDENT, token.DEDENT}
_NAMES = {'None': None, 'True': True, 'False': False}


def evaluate(text):
    text = text.lstrip(' \t')
    # Says what is wrong with the syntax; the reader below only knows literals.
    compile(text, '<unknown>', 'eval')
    reader = _Reader(text)
    value = reader.items(token.ENDMARKER)
    return value


class _Reader:
    def __init__(self, text):
        tokens = generate_tokens(io.StringIO(text).readline)
        self._tokens = [found for found in tokens if found.type not in _SKIPPED]
        self._at = 0

    @property
    def _next(self):
        return self._tokens[self._at]

    def _accept(self, text):
        found = self._next
        if found.type == token.OP and found.string == text:
            self._at += 1
            return True
        return False

    def _malformed(self):
        found = self._next
        raise ValueError(f'malformed node or string on line {found.start[0]}: {found.string!r}')

    # The text at the top or in parentheses: one value, or a tuple if there is a comma.
    def items(self, end):
        found = []
        is_tuple = False
        while not self._at_end(end):
            found.append(self._value())
            if not self._accept(','):
                break
            is_tuple = True
        if not self._at_end(end):
            self._malformed()
        self._at += 1
        return tuple(found) if is_tuple or not found else found[0]

    def _at_end(self, end):
        found = self._next
        return found.type == end or found.type == token.OP and found.string == end

    def _value(self):
        left = self._signed()
        for sign in '+-':
            if type(left) in (int, float) and self._accept(sign):
                right = self._atom()
                if type(right) is not complex:
                    self._malformed()
                return left + right if sign == '+' else left - right
        return left

    def _signed(self):
        for sign in '+-':
            if self._accept(sign):
                value = self._atom()
                if type(value) not in (int, float, complex):
                    self._malformed()
                return +value if sign == '+' else -value
        return self._atom()

    def _atom(self):
        found = self._next
        if found.type == token.NUMBER:
            self._at += 1
            return _number(found.string)
        if found.type == token.STRING:
            return self._strings()
        if found.type == token.NAME:
            return self._name()
        if self._accept('...'):
            return ...
        if self._accept('('):
            return self.items(')')
        if self._accept('['):
            return self._list()
        if self._accept('{'):
            return self._dict_or_set()
        self._malformed()

    def _strings(self):
        parts = []
        while self._next.type == token.STRING:
            # A plain string, which evaluates to itself.
            parts.append(eval(self._next.string, {'__builtins__': {}}))
            self._at += 1
        return parts[0][:0].join(parts)

    def _name(self):
        name = self._next.string
        if name in _NAMES:
            self._at += 1
            return _NAMES[name]
        following = [found.string for found in self._tokens[self._at + 1:self._at + 3]]
        if name == 'set' and following == ['(', ')']:
            self._at += 3
            return set()
        self._malformed()

    def _list(self):
        found = []
        while not self._accept(']'):
            found.append(self._value())
            if not self._accept(',') and not self._at_end(']'):
                self._malformed()
        return found

    def _dict_or_set(self):
        if self._accept('}'):
            return {}
        keys, values = [], []
        while not self._accept('}'):
            keys.append(self._value())
            if self._accept(':'):
                values.append(self._value())
            if not self._accept(',') and not self._at_end('}'):
                self._malformed()
        return dict(zip(keys, values)) if values else set(keys)


def _number(text):
    text = text.replace('_', '')
    if text[-1] in 'jJ':
        return complex(text)
    if text[:2].lower() in ('0x', '0o', '0b'):
        return int(text, 0)
    return int(text) if text.isdigit() else float(text)
