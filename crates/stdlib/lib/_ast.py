"""The classes of syntax trees. Sources cannot be parsed into them here."""

PyCF_ONLY_AST = 1024
PyCF_TYPE_COMMENTS = 4096
PyCF_ALLOW_TOP_LEVEL_AWAIT = 8192
PyCF_OPTIMIZED_AST = 33792

_POSITIONS = ('lineno', 'col_offset', 'end_lineno', 'end_col_offset')


class AST:
    _fields = ()
    _attributes = ()
    __match_args__ = ()
    # What an omitted field is: an empty list, or None if it is optional.
    _lists = ()
    _optional = ()

    def __init__(self, *args, **kwargs):
        if len(args) > len(self._fields):
            raise TypeError(f'{type(self).__name__} constructor takes at most {len(self._fields)} '
                            f"positional argument{'' if len(self._fields) == 1 else 's'}")
        for name, value in zip(self._fields, args):
            if name in kwargs:
                raise TypeError(f'{type(self).__name__} got multiple values for argument {name!r}')
            setattr(self, name, value)
        for name, value in kwargs.items():
            setattr(self, name, value)
        for name in self._fields[len(args):]:
            if name in kwargs:
                continue
            if name in self._lists:
                setattr(self, name, [])
            elif name == 'ctx':
                self.ctx = Load()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join([f'{name}={getattr(self, name, None)!r}' for name in self._fields])})"

    def __reduce__(self):
        return (type(self), (), self.__dict__)


# `*` marks a list, `?` an optional field; a name with brackets is its base.
_GRAMMAR = '''mod: Module body* type_ignores* | Interactive body* | Expression body | FunctionType argtypes* returns
stmt@: FunctionDef name args body* decorator_list* returns? type_comment? type_params* | AsyncFunctionDef name args body* decorator_list* returns? type_comment? type_params* | ClassDef name bases* keywords* body* decorator_list* type_params* | Return value? | Delete targets* | Assign targets* value type_comment? | TypeAlias name type_params* value | AugAssign target op value | AnnAssign target annotation value? simple | For target iter body* orelse* type_comment? | AsyncFor target iter body* orelse* type_comment? | While test body* orelse* | If test body* orelse* | With items* body* type_comment? | AsyncWith items* body* type_comment? | Match subject cases* | Raise exc? cause? | Try body* handlers* orelse* finalbody* | TryStar body* handlers* orelse* finalbody* | Assert test msg? | Import names* | ImportFrom module? names* level? | Global names* | Nonlocal names* | Expr value | Pass | Break | Continue
expr@: BoolOp op values* | NamedExpr target value | BinOp left op right | UnaryOp op operand | Lambda args body | IfExp test body orelse | Dict keys* values* | Set elts* | ListComp elt generators* | SetComp elt generators* | DictComp key value generators* | GeneratorExp elt generators* | Await value | Yield value? | YieldFrom value | Compare left ops* comparators* | Call func args* keywords* | FormattedValue value conversion format_spec? | Interpolation value str conversion format_spec? | JoinedStr values* | TemplateStr values* | Constant value kind? | Attribute value attr ctx | Subscript value slice ctx | Starred value ctx | Name id ctx | List elts* ctx | Tuple elts* ctx | Slice lower? upper? step?
expr_context: Load | Store | Del
boolop: And | Or
operator: Add | Sub | Mult | MatMult | Div | Mod | Pow | LShift | RShift | BitOr | BitXor | BitAnd | FloorDiv
unaryop: Invert | Not | UAdd | USub
cmpop: Eq | NotEq | Lt | LtE | Gt | GtE | Is | IsNot | In | NotIn
excepthandler@: ExceptHandler type? name? body*
pattern@: MatchValue value | MatchSingleton value | MatchSequence patterns* | MatchMapping keys* patterns* rest? | MatchClass cls patterns* kwd_attrs* kwd_patterns* | MatchStar name? | MatchAs pattern? name? | MatchOr patterns*
type_ignore: TypeIgnore lineno tag
type_param@: TypeVar name bound? default_value? | ParamSpec name default_value? | TypeVarTuple name default_value?'''
_PLAIN = '''comprehension target iter ifs* is_async
arguments posonlyargs* args* vararg? kwonlyargs* kw_defaults* kwarg? defaults*
arg@ arg annotation? type_comment?
keyword@ arg? value
alias@ name asname?
withitem context_expr optional_vars?
match_case pattern guard? body*'''


def _make(text, base, positions):
    name, *fields = text.split()
    if name.endswith('@'):
        name, positions = name[:-1], True
    names = tuple([field.rstrip('*?') for field in fields])
    namespace = {'_fields': names, '__match_args__': names, '__module__': 'ast',
                 '_lists': tuple([field[:-1] for field in fields if field.endswith('*')]),
                 '_attributes': _POSITIONS if positions else ()}
    for field in fields:
        if field.endswith('?'):
            namespace[field[:-1]] = None
    if positions:
        namespace['end_lineno'] = namespace['end_col_offset'] = None
    globals()[name] = type(name, (base,), namespace)


for _line in _GRAMMAR.splitlines():
    _base, _, _rest = _line.partition(':')
    _positions = _base.endswith('@')
    _make(_base, AST, _positions)
    for _node in _rest.split('|'):
        _make(_node, globals()[_base.rstrip('@')], _positions)
for _line in _PLAIN.splitlines():
    _make(_line, AST, False)
AST.__module__ = 'ast'
