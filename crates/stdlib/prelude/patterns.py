"""Pattern matching, unpacking and displays where Python code takes part."""

_sequence_types = (list, tuple, range, memoryview)
_self_matching = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


def _has_base(cls, bases):
    """Whether a class has one of these in its MRO"""
    for base in cls.__mro__:
        if base in bases:
            return True
    return False


def _collection_kind(cls):
    """Whether sequence or mapping patterns are for a class: by the first class
    of its MRO that is for one of them"""
    # Without this module nothing can have been made or registered as either.
    abc = loaded_modules.get('_collections_abc')
    sequence = getattr(abc, 'Sequence', None)
    mapping = getattr(abc, 'Mapping', None)
    for base in cls.__mro__:
        if base in (str, bytes, bytearray):
            return None
        if base in _sequence_types or base is sequence:
            return 'sequence'
        if base is dict or base is _proxy_type or base is mapping:
            return 'mapping'
        if base is object or mapping is None:
            continue
        if _is_registered(base, sequence):
            return 'sequence'
        if _is_registered(base, mapping):
            return 'mapping'
    return None


def _is_registered(cls, abc):
    """Whether the class itself, not one of its bases, counts as an `abc`"""
    if not issubclass(cls, abc):
        return False
    for base in cls.__mro__[1:]:
        if issubclass(base, abc):
            return False
    return True


def match_sequence(subject):
    """Whether a sequence pattern may match"""
    return _collection_kind(type(subject)) == 'sequence'


def match_mapping(subject):
    """Whether a mapping pattern may match"""
    return _collection_kind(type(subject)) == 'mapping'


def match_keys_slow(subject, keys):
    """Tuple of the values of all keys, or None"""
    seen = set()
    values = []
    missing = object()
    get = subject.get
    for key in keys:
        if key in seen:
            raise ValueError(f'mapping pattern checks duplicate key ({key!r})')
        seen.add(key)
        value = get(key, missing)
        if value is missing:
            return None
        values.append(value)
    return tuple(values)


def match_class_slow(subject, cls, count, names):
    """Tuple of the attributes that a class pattern looks at, or None"""
    if not isinstance(cls, type):
        raise TypeError('called match pattern must be a class')
    if not isinstance(subject, cls):
        return None
    values = []
    seen = []
    wanted = list(names)
    if count:
        try:
            match_args = cls.__match_args__
        except AttributeError:
            match_args = ... if _has_base(cls, _self_matching) else ()
        if match_args is not ... and type(match_args) is not tuple:
            raise TypeError(f'{cls.__name__}.__match_args__ must be a tuple '
                            f'(got {type(match_args).__name__})')
        allowed = 1 if match_args is ... else len(match_args)
        if allowed < count:
            plural = '' if allowed == 1 else 's'
            raise TypeError(f'{cls.__name__}() accepts {allowed} positional sub-pattern{plural} ({count} given)')
        if match_args is ...:
            values.append(subject)
        else:
            wanted[:0] = match_args[:count]
    for at, name in enumerate(wanted):
        if not isinstance(name, str):
            raise TypeError(f'__match_args__ elements must be strings (got {type(name).__name__})')
        if name in seen:
            raise TypeError(f'{cls.__name__}() got multiple sub-patterns for attribute {name!r}')
        seen.append(name)
        try:
            values.append(getattr(subject, name))
        except AttributeError:
            return None
    return tuple(values)


def unpack_items(iterable, count):
    """Exactly so many items as a list; takes at most one more"""
    items = []
    for item in iterable:
        if len(items) == count:
            raise ValueError(f'too many values to unpack (expected {count})')
        items.append(item)
    if len(items) < count:
        raise ValueError(f'not enough values to unpack (expected {count}, got {len(items)})')
    return items


def contains_by_iteration(container, item):
    """`item in container` for one without `__contains__`"""
    for other in container:
        if other is item or other == item:
            return True
    return False


def build_set(items):
    """`{a, b}`"""
    result = set()
    for item in items:
        set_add(result, item)
    return result


def build_dict(flat):
    """`{a: b}` from keys and values in turn"""
    result = {}
    for at in range(0, len(flat), 2):
        dict_setitem(result, flat[at], flat[at + 1])
    return result


def list_extend(items, iterable):
    """`[*iterable]`"""
    for item in iterable:
        items.append(item)


def set_update_one(items, iterable):
    """`{*iterable}`"""
    for item in iterable:
        set_add(items, item)


def dict_update_one(result, mapping):
    """`{**mapping}`"""
    for key in mapping.keys():
        dict_setitem(result, key, mapping[key])


def dict_merge(result, mapping, name):
    """`f(**mapping)`"""
    for key in mapping.keys():
        if not isinstance(key, str):
            raise TypeError('keywords must be strings')
        if key in result:
            raise TypeError(f"{name} got multiple values for keyword argument '{key}'")
        result[key] = mapping[key]


_proxy_type = type(type.__dict__)
