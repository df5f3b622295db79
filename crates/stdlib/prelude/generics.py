"""Generic aliases and unions where Python code takes part."""


def type_repr(value):
    """How a type shows inside `list[...]`"""
    if value is ...:
        return '...'
    if value is type(None):
        return 'None'
    if type(value) is list:
        return f"[{', '.join([type_repr(item) for item in value])}]"
    if hasattr(value, '__origin__') and hasattr(value, '__args__'):
        return repr(value)
    name = getattr(value, '__qualname__', None)
    module = getattr(value, '__module__', None)
    if name is None or module is None:
        return repr(value)
    return name if module == 'builtins' else f'{module}.{name}'


def alias_repr(self):
    """GenericAlias.__repr__"""
    inner = ', '.join([type_repr(arg) for arg in self.__args__]) or '()'
    star = '*' if self.__unpacked__ else ''
    return f'{star}{type_repr(self.__origin__)}[{inner}]'


def alias_eq(self, other):
    """GenericAlias.__eq__"""
    return (self.__origin__ == other.__origin__ and self.__args__ == other.__args__
            and self.__unpacked__ == other.__unpacked__)


def alias_ne(self, other):
    """GenericAlias.__ne__"""
    return not alias_eq(self, other)


def alias_hash(self):
    """GenericAlias.__hash__"""
    return hash(self.__origin__) ^ hash(self.__args__)


def alias_parameters(args):
    """Type parameters among the arguments"""
    found = []

    def add(parameter):
        for other in found:
            if other is parameter:
                return
        found.append(parameter)

    for arg in args:
        if isinstance(arg, type):
            continue
        if isinstance(arg, (tuple, list)):
            for parameter in alias_parameters(arg):
                add(parameter)
        elif hasattr(arg, '__typing_subst__'):
            add(arg)
        else:
            inner = getattr(arg, '__parameters__', None)
            if isinstance(inner, tuple):
                for parameter in inner:
                    add(parameter)
    return tuple(found)


def _unpacked(items):
    """The items with unpacked tuples of known length spread out"""
    spread = []
    for item in items:
        inner = None if isinstance(item, type) else getattr(item, '__typing_unpacked_tuple_args__', None)
        if isinstance(inner, tuple) and not (inner and inner[-1] is ...):
            spread.extend(inner)
        else:
            spread.append(item)
    return tuple(spread)


def _place(parameters, wanted):
    for at, parameter in enumerate(parameters):
        if parameter is wanted:
            return at
    return -1


def _substituted(args, parameters, items):
    """Arguments with type parameters replaced"""
    result = []
    for arg in args:
        if isinstance(arg, type):
            result.append(arg)
            continue
        if isinstance(arg, (tuple, list)):
            inner = _substituted(arg, parameters, items)
            result.append(inner if type(arg) is list else tuple(inner))
            continue
        unpack = getattr(arg, '__typing_is_unpacked_typevartuple__', False)
        substitute = getattr(arg, '__typing_subst__', None)
        if substitute is not None:
            new = substitute(items[_place(parameters, arg)])
        else:
            new = arg
            inner = getattr(arg, '__parameters__', None)
            if isinstance(inner, tuple) and inner:
                given = []
                for parameter in inner:
                    at = _place(parameters, parameter)
                    if at < 0:
                        given.append(parameter)
                    elif isinstance(items[at], tuple) and hasattr(parameter, '__iter__'):
                        given.extend(items[at])
                    else:
                        given.append(items[at])
                new = arg[tuple(given)]
        if unpack:
            result.extend(new)
        else:
            result.append(new)
    return result


def substitute_parameters(alias, args, item):
    """Arguments of an alias after `alias[item]`"""
    parameters = alias.__parameters__
    if not parameters:
        raise TypeError(f'{alias!r} is not a generic class')
    items = _unpacked(item if isinstance(item, tuple) else (item,))
    for parameter in parameters:
        prepare = getattr(parameter, '__typing_prepare_subst__', None)
        if prepare is not None:
            items = prepare(alias, items)
            if not isinstance(items, tuple):
                items = (items,)
    if len(items) != len(parameters):
        word = 'many' if len(items) > len(parameters) else 'few'
        raise TypeError(f'Too {word} arguments for {alias!r}; actual {len(items)}, expected {len(parameters)}')
    return tuple(_substituted(args, parameters, items))


def alias_getitem(self, args, item):
    """GenericAlias.__getitem__"""
    new = builtin_type('generic_alias')(self.__origin__, substitute_parameters(self, args, item))
    return next(iter(new)) if self.__unpacked__ else new


def alias_dir(origin):
    """GenericAlias.__dir__"""
    own = ('__origin__', '__args__', '__unpacked__', '__parameters__', '__typing_unpacked_tuple_args__',
           '__mro_entries__', '__reduce_ex__', '__reduce__', '__copy__', '__deepcopy__')
    return list({*dir(origin), *own})


def union_of(members):
    """`Union[...]` of anything"""
    checked = []
    for member in members:
        if isinstance(member, str):
            member = load_module_named('annotationlib').ForwardRef(member)
        elif type(member) is tuple:
            raise TypeError(f'Union[arg, ...]: each arg must be a type. Got {member!r:.100}.')
        checked.append(member)
    return builtin_type('union')._make(checked)


def union_getitem(self, args, item):
    """Union.__getitem__"""
    return builtin_type('union')[substitute_parameters(self, args, item)]


def union_repr(self):
    """Union.__repr__"""
    return ' | '.join([type_repr(arg) for arg in self.__args__])


def union_hash(self):
    """Union.__hash__"""
    return hash(frozenset(self.__args__))


def _check_union(args, what):
    for arg in args:
        if hasattr(arg, '__origin__') and hasattr(arg, '__args__') and not isinstance(arg, type):
            raise TypeError(f'{what} argument 2 cannot be a parameterized generic')


def union_instance_check(args, value):
    """isinstance(value, union)"""
    _check_union(args, 'isinstance()')
    for arg in args:
        if isinstance(value, arg):
            return True
    return False


def union_subclass_check(args, cls):
    """issubclass(cls, union)"""
    if not isinstance(cls, type):
        raise TypeError('issubclass() arg 1 must be a class')
    _check_union(args, 'issubclass()')
    for arg in args:
        if issubclass(cls, arg):
            return True
    return False
