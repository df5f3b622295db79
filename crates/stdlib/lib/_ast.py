"""The classes of syntax trees; `compile` where it has to do with trees."""

import _syntax

PyCF_ONLY_AST = 0x400
PyCF_DONT_IMPLY_DEDENT = 0x200
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_ALLOW_INCOMPLETE_INPUT = 0x4000
PyCF_OPTIMIZED_AST = 0x8000 | PyCF_ONLY_AST

_POSITIONS = ('lineno', 'col_offset', 'end_lineno', 'end_col_offset')


class AST:
    _fields = ()
    _attributes = ()
    __match_args__ = ()
    _field_types = {}

    def __init__(self, *args, **kwargs):
        cls = type(self)
        name = cls.__name__
        fields = cls._fields
        if len(args) > len(fields):
            raise TypeError(f'{name} constructor takes at most {len(fields)} '
                            f"positional argument{'' if len(fields) == 1 else 's'}")
        missing = dict.fromkeys(fields)
        for field, value in zip(fields, args):
            setattr(self, field, value)
            del missing[field]
        for key, value in kwargs.items():
            if key in missing:
                del missing[key]
            elif key in fields:
                raise TypeError(f'{name} got multiple values for argument {key!r}')
            elif key not in cls._attributes:
                _deprecated(f'{name}.__init__ got an unexpected keyword argument {key!r}. Support for '
                            'arbitrary keyword arguments is deprecated and will be removed in Python 3.15.')
            setattr(self, key, value)
        for field in missing:
            _set_default(self, cls, field)

    def __repr__(self):
        return _shown(self, 3, [])

    def __reduce__(self):
        state = self.__dict__
        count = 0
        for field in self._fields:
            if field not in state:
                break
            count += 1
        return (type(self), (None,) * count, dict(state))

    def __replace__(self, /, **changes):
        cls = type(self)
        known = {*cls._fields, *cls._attributes}
        for key in changes:
            if key not in known:
                raise TypeError(f'{cls.__name__}.__replace__ got an unexpected keyword argument {key!r}.')
        state = {**self.__dict__, **changes}
        missing = [repr(field) for field in cls._fields if field not in state
                   and _default(cls._field_types.get(field)) is _REQUIRED]
        if missing:
            raise TypeError(f'{cls.__name__}.__replace__ missing {len(missing)} keyword '
                            f"argument{'' if len(missing) == 1 else 's'}: {', '.join(sorted(missing))}.")
        return cls(**state)


AST.__module__ = 'ast'
_REQUIRED = object()


def _deprecated(message):
    import warnings
    warnings.warn(message, DeprecationWarning, 3)


# What an omitted field of this type is.
def _default(kind):
    if kind is expr_context:
        return Load
    if type(kind) is _list_type:
        return list
    if type(kind) is _union_type:
        return None
    return _REQUIRED


def _set_default(self, cls, field):
    if field not in cls._field_types:
        message = f'Field {field!r} is missing from {cls.__name__}._field_types. This will become an error in Python 3.15.'
    else:
        default = _default(cls._field_types[field])
        if default is None:
            return
        if default is not _REQUIRED:
            setattr(self, field, default())
            return
        message = (f'{cls.__name__}.__init__ missing 1 required positional argument: {field!r}. '
                   'This will become an error in Python 3.15.')
    import warnings
    warnings.warn(message, DeprecationWarning, 3)


def _shown(value, depth, inside):
    if isinstance(value, AST):
        name = type(value).__name__
        if depth <= 0 or any(value is outer for outer in inside):
            return f'{name}(...)'
        inside = [*inside, value]
        shown = [f'{field}={_shown(getattr(value, field), depth - 1, inside)}' for field in value._fields]
        return f"{name}({', '.join(shown)})"
    if type(value) is list or type(value) is tuple:
        opening, closing = '[]' if type(value) is list else '()'
        shown = [_shown(item, depth, inside) for item in (value if len(value) < 3 else (value[0], value[-1]))]
        if len(value) > 2:
            shown.insert(1, '...')
        return opening + ', '.join(shown) + (',' if len(value) == 1 and closing == ')' else '') + closing
    return repr(value)


# In ASDL as CPython's documentation has it. `@` marks what has positions.
_GRAMMAR = '''mod = Module(stmt* body, type_ignore* type_ignores) | Interactive(stmt* body) | Expression(expr body) | FunctionType(expr* argtypes, expr returns)
stmt@ = FunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params) | AsyncFunctionDef(identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params) | ClassDef(identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params) | Return(expr? value) | Delete(expr* targets) | Assign(expr* targets, expr value, string? type_comment) | TypeAlias(expr name, type_param* type_params, expr value) | AugAssign(expr target, operator op, expr value) | AnnAssign(expr target, expr annotation, expr? value, int simple) | For(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment) | AsyncFor(expr target, expr iter, stmt* body, stmt* orelse, string? type_comment) | While(expr test, stmt* body, stmt* orelse) | If(expr test, stmt* body, stmt* orelse) | With(withitem* items, stmt* body, string? type_comment) | AsyncWith(withitem* items, stmt* body, string? type_comment) | Match(expr subject, match_case* cases) | Raise(expr? exc, expr? cause) | Try(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody) | TryStar(stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody) | Assert(expr test, expr? msg) | Import(alias* names) | ImportFrom(identifier? module, alias* names, int? level) | Global(identifier* names) | Nonlocal(identifier* names) | Expr(expr value) | Pass | Break | Continue
expr@ = BoolOp(boolop op, expr* values) | NamedExpr(expr target, expr value) | BinOp(expr left, operator op, expr right) | UnaryOp(unaryop op, expr operand) | Lambda(arguments args, expr body) | IfExp(expr test, expr body, expr orelse) | Dict(expr?* keys, expr* values) | Set(expr* elts) | ListComp(expr elt, comprehension* generators) | SetComp(expr elt, comprehension* generators) | DictComp(expr key, expr value, comprehension* generators) | GeneratorExp(expr elt, comprehension* generators) | Await(expr value) | Yield(expr? value) | YieldFrom(expr value) | Compare(expr left, cmpop* ops, expr* comparators) | Call(expr func, expr* args, keyword* keywords) | FormattedValue(expr value, int conversion, expr? format_spec) | Interpolation(expr value, constant str, int conversion, expr? format_spec) | JoinedStr(expr* values) | TemplateStr(expr* values) | Constant(constant value, string? kind) | Attribute(expr value, identifier attr, expr_context ctx) | Subscript(expr value, expr slice, expr_context ctx) | Starred(expr value, expr_context ctx) | Name(identifier id, expr_context ctx) | List(expr* elts, expr_context ctx) | Tuple(expr* elts, expr_context ctx) | Slice(expr? lower, expr? upper, expr? step)
expr_context = Load | Store | Del
boolop = And | Or
operator = Add | Sub | Mult | MatMult | Div | Mod | Pow | LShift | RShift | BitOr | BitXor | BitAnd | FloorDiv
unaryop = Invert | Not | UAdd | USub
cmpop = Eq | NotEq | Lt | LtE | Gt | GtE | Is | IsNot | In | NotIn
comprehension(expr target, expr iter, expr* ifs, int is_async)
excepthandler@ = ExceptHandler(expr? type, identifier? name, stmt* body)
arguments(arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults)
arg@(identifier arg, expr? annotation, string? type_comment)
keyword@(identifier? arg, expr value)
alias@(identifier name, identifier? asname)
withitem(expr context_expr, expr? optional_vars)
match_case(pattern pattern, expr? guard, stmt* body)
pattern@ = MatchValue(expr value) | MatchSingleton(constant value) | MatchSequence(pattern* patterns) | MatchMapping(expr* keys, pattern* patterns, identifier? rest) | MatchClass(expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns) | MatchStar(identifier? name) | MatchAs(pattern? pattern, identifier? name) | MatchOr(pattern* patterns)
type_ignore = TypeIgnore(int lineno, string tag)
type_param@ = TypeVar(identifier name, expr? bound, expr? default_value) | ParamSpec(identifier name, expr? default_value) | TypeVarTuple(identifier name, expr? default_value)'''

_list_type = type(list[int])
_union_type = type(int | None)
# Types of fields that are no nodes.
_SIMPLE = {'identifier': str, 'string': str, 'int': int, 'constant': object}
# Of each class that may stand in a tree: its number, what a node of it is
# called where its positions are missing, and its fields as (name, type,
# whether it is optional, whether it is a list).
_SHAPES = {}
_pending = []


def _make(text, base, positions, number):
    name, _, rest = text.rstrip(')').partition('(')
    fields = []
    for field in rest.split(', ') if rest else ():
        kind, _, field = field.partition(' ')
        fields.append((field, kind.rstrip('?*'), '?' in kind, kind.endswith('*')))
    names = tuple([field[0] for field in fields])
    namespace = {'_fields': names, '__match_args__': names, '__module__': 'ast', '__doc__': text}
    for field, _, optional, many in fields:
        if optional and not many:
            namespace[field] = None
    if positions is not None:
        namespace['_attributes'] = positions
        if positions:
            namespace['end_lineno'] = namespace['end_col_offset'] = None
    made = globals()[name] = type(name, (base,), namespace)
    if base is not AST or rest:
        _pending.append((made, fields))
        _SHAPES[made] = (number, name if base is AST else base.__name__, fields)


def _field_type(kind, optional, many):
    kind = _SIMPLE.get(kind) or globals()[kind]
    if optional and not many:
        return kind | None
    return list[kind] if many else kind


def _make_all():
    numbers = {name: number for number, name in enumerate(_syntax.NAMES)}
    for line in _GRAMMAR.splitlines():
        head, _, rest = line.partition(' = ')
        positions = _POSITIONS if '@' in head.partition('(')[0] else ()
        head = head.replace('@', '', 1) if positions else head
        if not rest:
            _make(head, AST, positions, numbers[head.partition('(')[0]])
            continue
        _make(head, AST, positions, None)
        base = globals()[head]
        base.__doc__ = f'{head} = {rest}'
        if '(' in rest:
            base.__doc__ = base.__doc__.replace(' | ', '\n' + ' ' * (len(head) + 1) + '| ')
        for text in rest.split(' | '):
            _make(text, base, None, numbers[text.partition('(')[0]])
    for made, fields in _pending:
        made._field_types = {field: _field_type(*rest) for field, *rest in fields}
    _pending.clear()


_make_all()
_CLASSES = tuple([(made, made._fields, made() if not made._fields and not made._attributes else None)
                  for made in [globals()[name] for name in _syntax.NAMES]])

_OPTIONAL_FLAGS = 0x1FF0010 | 0xFE00
_MODES = {'exec': Module, 'eval': Expression, 'single': Interactive, 'func_type': FunctionType}


def _compile(source, filename, mode, flags, dont_inherit, optimize, feature_version):
    from operator import index
    filename = _path(filename)
    if type(mode) is not str:
        raise TypeError(f"compile() argument 'mode' must be str, not {type(mode).__name__}")
    flags, optimize, feature_version = index(flags), index(optimize), index(feature_version)
    if flags & ~(_OPTIONAL_FLAGS | PyCF_OPTIMIZED_AST):
        raise ValueError('compile(): unrecognised flags')
    if not -1 <= optimize <= 2:
        raise ValueError('compile(): invalid optimize value')
    to_tree = flags & PyCF_ONLY_AST
    if mode not in _MODES:
        known = "'exec', 'eval', 'single' or 'func_type'" if to_tree else "'exec', 'eval' or 'single'"
        raise ValueError(f'compile() mode must be {known}')
    if mode == 'func_type' and not to_tree:
        raise ValueError("compile() mode 'func_type' requires flag PyCF_ONLY_AST")
    if isinstance(source, AST):
        if flags & PyCF_OPTIMIZED_AST == PyCF_ONLY_AST:
            return source
        wanted = _MODES[mode]
        if not isinstance(source, wanted):
            raise TypeError(f'expected {wanted.__name__} node, got {type(source).__name__}')
        if to_tree:
            return _optimized(source, optimize)
        if flags & PyCF_ALLOW_TOP_LEVEL_AWAIT:
            raise NotImplementedError('PyCF_ALLOW_TOP_LEVEL_AWAIT is not available here')
        return _syntax.compile_tree(_flattened(source, wanted), filename, mode, optimize)
    text = _text(source)
    if to_tree:
        version = feature_version if feature_version >= 0 else 14
        tree = _syntax.parse(text, filename, mode, bool(flags & PyCF_TYPE_COMMENTS), min(version, 14), _CLASSES)
        return _optimized(tree, optimize) if flags & PyCF_OPTIMIZED_AST == PyCF_OPTIMIZED_AST else tree
    if flags & PyCF_ALLOW_TOP_LEVEL_AWAIT:
        raise NotImplementedError('PyCF_ALLOW_TOP_LEVEL_AWAIT is not available here')
    if flags & PyCF_ALLOW_INCOMPLETE_INPUT:
        return _compile_input(text, filename, mode, optimize, flags)
    return _syntax.compile_source(text, filename, mode, optimize)


# What has been typed so far. A source that goes wrong only because it ends is
# told from others by its error, for the parser does not say how far it looked.
def _compile_input(text, filename, mode, optimize, flags):
    try:
        code = _syntax.compile_source(text, filename, mode, optimize)
    except SyntaxError as error:
        if not _is_about_end(error, text):
            raise
        place = error.filename, error.lineno, error.offset, error.text, error.end_lineno, error.end_offset
    else:
        # A block goes on until a line of its own says that it does not.
        if mode != 'single' or not flags & PyCF_DONT_IMPLY_DEDENT or text.endswith('\n') or not _is_block(text):
            return code
        place = filename, text.count('\n') + 1, 1, None, None, None
    raise _IncompleteInputError('incomplete input', place)


_ABOUT_END = ('expected an indented block', "expected 'except' or 'finally' block", 'unterminated triple-quoted',
              'unexpected EOF')
_BLOCKS = {'if', 'for', 'while', 'try', 'with', 'def', 'class', 'async'}


def _is_about_end(error, text):
    lines = text.split('\n')
    rest = lines[(error.lineno or 0):]
    if 'was never closed' in error.msg or "expecting '}'" in error.msg:
        return True
    if any(line.strip() and not line.lstrip().startswith('#') for line in rest):
        return False
    if any(start in error.msg for start in _ABOUT_END):
        return True
    # A decorator wants its function on the next line.
    last = next((line for line in reversed(lines) if line.strip()), '')
    return last.lstrip().startswith('@') and error.lineno >= len(lines)


def _is_block(text):
    first = next((line for line in text.split('\n') if line.strip() and not line.startswith('#')), '')
    word = first.replace(':', ' ').split(None, 1)
    return first.startswith('@') or bool(word) and (word[0] in _BLOCKS or word[0] == 'match' and '\n' in text)


def _path(filename):
    if type(filename) is str:
        return filename
    from os import fsdecode
    return fsdecode(filename)


def _text(source):
    if isinstance(source, str):
        return str(source)
    try:
        data = bytes(memoryview(source))
    except TypeError:
        raise TypeError('compile() arg 1 must be a string, bytes or AST object') from None
    from io import BytesIO
    from tokenize import detect_encoding
    encoding, _ = detect_encoding(BytesIO(data).readline)
    return data.decode(encoding)


# What CPython's own passes over a tree do for `optimize`.
def _optimized(tree, optimize):
    level = max(optimize, 0)
    stack = [tree]
    while stack:
        node = stack.pop()
        if level > 1 and isinstance(node, (Module, FunctionDef, AsyncFunctionDef, ClassDef)) and node.body:
            first = node.body[0]
            if isinstance(first, Expr) and isinstance(first.value, Constant) and isinstance(first.value.value, str):
                del node.body[0]
                if not node.body:
                    places = {name: getattr(first, name) for name in _POSITIONS}
                    node.body.append(Pass(**places))
        for field in node._fields:
            value = getattr(node, field, None)
            items = value if type(value) is list else [value]
            for at, item in enumerate(items):
                if isinstance(item, Name) and item.id == '__debug__' and isinstance(item.ctx, Load):
                    places = {name: getattr(item, name) for name in _POSITIONS}
                    item = items[at] = Constant(not level, **places)
                if isinstance(item, AST):
                    stack.append(item)
            if items is not value:
                setattr(node, field, items[0])
    return tree


# From here on: whether a tree can be compiled, worded as CPython words it.

# Where an expression is no Load.
_CONTEXTS = {
    ('Assign', 'targets'): 'Store', ('AugAssign', 'target'): 'Store', ('AnnAssign', 'target'): 'Store',
    ('For', 'target'): 'Store', ('AsyncFor', 'target'): 'Store', ('withitem', 'optional_vars'): 'Store',
    ('comprehension', 'target'): 'Store', ('NamedExpr', 'target'): 'Store', ('TypeAlias', 'name'): 'Store',
    ('Delete', 'targets'): 'Del',
}
_HAS_CONTEXT = {'Attribute', 'Subscript', 'Starred', 'Name', 'List', 'Tuple'}
_PASSES_CONTEXT = {'Starred', 'List', 'Tuple'}
# Lists that may not be empty.
_FILLED = {
    'body': {'FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'For', 'AsyncFor', 'While', 'If', 'With',
             'AsyncWith', 'Try', 'TryStar', 'ExceptHandler', 'match_case'},
    'targets': {'Delete', 'Assign'}, 'items': {'With', 'AsyncWith'}, 'cases': {'Match'},
    'names': {'Import', 'ImportFrom', 'Global', 'Nonlocal'},
}
_CONSTANTS = (type(None), type(...), bool, int, float, complex, str, bytes)
_SINGLETONS = (None, True, False)
# Chains of operators may be as long as this; no tree that has itself within
# can be compiled.
_MAX_DEPTH = 5000


# The tree as the list that `_syntax.compile_tree` takes. Without recursion:
# chains of operators are deep.
def _flattened(tree, wanted):
    out = []
    # What is yet to be done, last first: things to put out as they are, and
    # nodes with the type and context asked for.
    todo = [(tree, 'mod', False, 'Load', 0)]
    while todo:
        step = todo.pop()
        if type(step) is not tuple:
            out.append(step.value)
            continue
        node, kind, optional, context, depth = step
        if depth > _MAX_DEPTH:
            raise RecursionError('maximum recursion depth exceeded during compilation')
        if node is None:
            if not optional:
                raise ValueError(f"None disallowed in {_LIST_NAMES.get(kind, kind)} list")
            out.append(None)
            continue
        cls, shape = _shape_of(node, kind)
        number, base, fields = shape
        name = cls.__name__
        values = [_field(node, name, *field) for field in fields]
        if name in _HAS_CONTEXT:
            own = _shape_of(values[-1], 'expr_context')[0].__name__
            if own != context:
                raise ValueError(f'expression must have {context} context but has {own} instead')
        elif kind == 'expr' and context != 'Load':
            raise ValueError(f"expression which can't be assigned to in {context} context")
        check = _CHECKS.get(name)
        if check is not None:
            check(name, *values)
        out.append(number)
        if cls._attributes:
            out.append(_place(node, base))
        later = []
        for (field, kind, optional, many), value in zip(fields, values):
            inner = context if name in _PASSES_CONTEXT else _CONTEXTS.get((name, field), 'Load')
            is_simple = kind in _SIMPLE
            if not many:
                if is_simple or (value is None and optional):
                    later.append(_Out(value))
                else:
                    later.append((value, kind, False, inner, depth + 1))
                continue
            if not value and name in _FILLED.get(field, ()):
                raise ValueError(f'empty {field} on {name}')
            later.append(_Out(len(value)))
            if is_simple:
                later += [_Out(_identifier(item)) for item in value]
            else:
                later += [(item, kind, optional, inner, depth + 1) for item in value]
        later.reverse()
        todo += later
    return out


class _Out:
    __slots__ = ('value',)

    def __init__(self, value):
        self.value = value


_LIST_NAMES = {'stmt': 'statement', 'expr': 'expression'}


def _shape_of(node, kind):
    cls = type(node)
    shape = _SHAPES.get(cls)
    if shape is None:
        for cls in cls.__mro__[1:]:
            shape = _SHAPES.get(cls)
            if shape is not None:
                break
    if shape is None or shape[0] is None or not isinstance(node, globals()[kind]):
        raise TypeError(f'expected some sort of {kind}, but got {node!r}')
    return cls, shape


def _field(node, name, field, kind, optional, many):
    value = getattr(node, field, _REQUIRED)
    if many:
        if value is _REQUIRED:
            return []
        if type(value) is not list and not isinstance(value, list):
            raise TypeError(f'{name} field "{field}" must be a list, not a {type(value).__name__}')
        return value
    if value is _REQUIRED:
        if optional:
            return None
        if kind == 'expr_context':
            return Load()
        raise TypeError(f'required field "{field}" missing from {name}')
    if kind == 'constant':
        return value
    if value is None:
        if optional:
            return None
        raise ValueError(f"field '{field}' is required for {name}")
    if kind == 'identifier':
        return _identifier(value)
    if kind == 'string':
        if type(value) is not str and type(value) is not bytes:
            raise TypeError('AST string must be of type str')
    elif kind == 'int':
        if not isinstance(value, int):
            raise ValueError(f'invalid integer value: {value!r}')
        return int(value)
    return value


def _identifier(value):
    if type(value) is not str:
        raise TypeError('AST identifier must be of type str')
    return value


def _place(node, base):
    numbers = []
    for name in _POSITIONS:
        value = getattr(node, name, None)
        if type(value) is int:
            pass
        elif value is None and name.startswith('end_'):
            value = numbers[0 if name == 'end_lineno' else 1]
        elif value is None and not hasattr(node, name):
            raise TypeError(f'required field "{name}" missing from {base}')
        elif not isinstance(value, int):
            raise ValueError(f'invalid integer value: {value!r}')
        numbers.append(int(value))
    line, column, end_line, end_column = numbers
    if line > end_line:
        raise ValueError(f'AST node line range ({line}, {end_line}) is not valid')
    if line < 0 and end_line != line or column < 0 and column != end_column:
        raise ValueError(f'AST node column range ({column}, {end_column}) for line range '
                         f'({line}, {end_line}) is not valid')
    if line == end_line and column > end_column:
        raise ValueError(f'line {line}, column {column}-{end_column} is not a valid range')
    return (line, column, end_line, end_column)


def _check_name(name, value, *_):
    if value in ('None', 'True', 'False'):
        raise ValueError(f"identifier field can't represent '{value}' constant")


def _check_bool_op(name, op, values):
    if len(values) < 2:
        raise ValueError('BoolOp with less than 2 values')


def _check_dict(name, keys, values):
    if len(keys) != len(values):
        raise ValueError("Dict doesn't have the same number of keys as values")


def _check_comprehension(name, *values):
    if not values[-1]:
        raise ValueError('comprehension with no generators')


def _check_compare(name, left, ops, comparators):
    if not comparators:
        raise ValueError('Compare with no comparators')
    if len(ops) != len(comparators):
        raise ValueError('Compare has a different number of comparators and operands')


def _check_constant(name, value, kind):
    todo = [value]
    while todo:
        value = todo.pop()
        if type(value) is tuple or type(value) is frozenset:
            todo += value
        elif type(value) not in _CONSTANTS:
            raise TypeError(f'got an invalid type in Constant: {type(value).__name__}')


def _check_arguments(name, posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults):
    if len(defaults) > len(posonlyargs) + len(args):
        raise ValueError('more positional defaults than args on arguments')
    if len(kwonlyargs) != len(kw_defaults):
        raise ValueError('length of kwonlyargs is not the same as kw_defaults on arguments')


def _check_try(name, body, handlers, orelse, finalbody):
    if not handlers and not finalbody:
        raise ValueError(f'{name} has neither handlers nor finalbody')
    if not handlers and orelse:
        raise ValueError(f'{name} has orelse but no except handlers')


def _check_raise(name, exc, cause):
    if exc is None and cause is not None:
        raise ValueError('Raise with cause but no exception')


def _check_import_from(name, module, names, level):
    if level is not None and level < 0:
        raise ValueError('Negative ImportFrom level')


def _check_target(name, target, *rest):
    if name == 'TypeAlias' and not isinstance(target, Name):
        raise TypeError('TypeAlias with non-Name name')
    if name == 'AnnAssign' and rest[2] and not isinstance(target, Name):
        raise TypeError('AnnAssign with simple non-Name target')


def _check_interpolation(name, value, text, *_):
    if type(text) is not str:
        raise TypeError('Interpolation.str must be a str here')


def _check_value_pattern(name, value):
    if isinstance(value, Constant):
        if type(value.value) in (int, float, complex, str, bytes):
            return
        raise ValueError('unexpected constant inside of a literal pattern')
    inner = value
    while isinstance(inner, Attribute):
        inner = inner.value
    is_folded = isinstance(value, (UnaryOp, BinOp, JoinedStr))
    if not is_folded and not (isinstance(value, Attribute) and isinstance(inner, Name)):
        raise ValueError('patterns may only match literals and attribute lookups')


def _check_singleton_pattern(name, value):
    if not any(value is single for single in _SINGLETONS):
        raise ValueError('MatchSingleton can only contain True, False and None')


def _check_mapping_pattern(name, keys, patterns, rest):
    if len(keys) != len(patterns):
        raise ValueError("MatchMapping doesn't have the same number of keys as patterns")
    if rest is not None:
        _check_capture(rest)
    for key in keys:
        if not (isinstance(key, Constant) and any(key.value is single for single in _SINGLETONS)):
            _check_value_pattern(name, key)


def _check_class_pattern(name, cls, patterns, kwd_attrs, kwd_patterns):
    if len(kwd_attrs) != len(kwd_patterns):
        raise ValueError("MatchClass doesn't have the same number of keyword attributes as patterns")
    for attr in kwd_attrs:
        _check_name(name, attr)
    while isinstance(cls, Attribute):
        cls = cls.value
    if not isinstance(cls, Name):
        raise ValueError('MatchClass cls field can only contain Name or Attribute nodes.')


def _check_as_pattern(name, pattern, target):
    if target is not None:
        _check_capture(target)
    elif pattern is not None:
        raise ValueError('MatchAs must specify a target name if a pattern is given')


def _check_star_pattern(name, target):
    if target is not None:
        _check_capture(target)


def _check_capture(name):
    if name == '_':
        raise ValueError("can't capture name '_' in patterns")
    _check_name(None, name)


def _check_or_pattern(name, patterns):
    if len(patterns) < 2:
        raise ValueError('MatchOr requires at least 2 patterns')


_CHECKS = {
    'Name': _check_name, 'BoolOp': _check_bool_op, 'Dict': _check_dict, 'ListComp': _check_comprehension,
    'SetComp': _check_comprehension, 'DictComp': _check_comprehension, 'GeneratorExp': _check_comprehension,
    'Compare': _check_compare, 'Constant': _check_constant, 'arguments': _check_arguments, 'Try': _check_try,
    'TryStar': _check_try, 'Raise': _check_raise, 'ImportFrom': _check_import_from, 'TypeAlias': _check_target,
    'AnnAssign': _check_target, 'Interpolation': _check_interpolation, 'MatchValue': _check_value_pattern,
    'MatchSingleton': _check_singleton_pattern, 'MatchMapping': _check_mapping_pattern,
    'MatchClass': _check_class_pattern, 'MatchAs': _check_as_pattern, 'MatchStar': _check_star_pattern,
    'MatchOr': _check_or_pattern,
}
