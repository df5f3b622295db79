"""What the VM asks of Python for classes, objects and names."""


# Makes a class: what `class` statements call.
def build_class(func, name, bases=(), kwargs=None):
    kwds = dict(kwargs) if kwargs else {}
    original = bases
    bases = resolve_bases(bases)
    if 'metaclass' in kwds:
        meta = kwds.pop('metaclass')
    elif bases:
        meta = type(bases[0])
    else:
        meta = type
    if isinstance(meta, type):
        for base in bases:
            of_base = type(base)
            if issubclass(meta, of_base):
                continue
            if issubclass(of_base, meta):
                meta = of_base
                continue
            raise TypeError('metaclass conflict: the metaclass of a derived class must be a '
                            '(non-strict) subclass of the metaclasses of all its bases')
    prepare = getattr(meta, '__prepare__', None)
    if prepare is None:
        namespace = {}
    else:
        namespace = prepare(name, bases, **kwds)
        if not hasattr(namespace, '__setitem__'):
            shown = meta.__name__ if isinstance(meta, type) else '<metaclass>'
            raise TypeError(f'{shown}.__prepare__() must return a mapping, not {type(namespace).__name__}')
    if bases is not original:
        namespace['__orig_bases__'] = original
    cell = run_body(func, namespace)
    cls = meta(name, bases, namespace, **kwds)
    if cell is not None and isinstance(cls, type) and not cell_is(cell, cls):
        if cell_empty(cell):
            raise RuntimeError(f'__class__ not set defining {name!r} as {cls!r}. '
                               'Was __classcell__ propagated to type.__new__?')
        raise TypeError(f'__class__ set to {cell.cell_contents!r} defining {name!r} as {cls!r}')
    return cls


# Replaces bases that are no classes by what their __mro_entries__ gives.
def resolve_bases(bases):
    for base in bases:
        if not isinstance(base, type):
            break
    else:
        return bases
    resolved = []
    changed = False
    for base in bases:
        if isinstance(base, type) or not hasattr(base, '__mro_entries__'):
            resolved.append(base)
            continue
        entries = base.__mro_entries__(bases)
        if not isinstance(entries, tuple):
            raise TypeError('__mro_entries__ must return a tuple')
        resolved.extend(entries)
        changed = True
    return tuple(resolved) if changed else bases


# The last steps of type.__new__ that run Python.
def finish_class(cls, named, kwargs=None):
    for value, key in named:
        set_name = type_lookup(type(value), '__set_name__')
        try:
            set_name(value, cls, key)
        except BaseException as exc:
            exc.add_note(f'Error calling __set_name__ on {type(value).__name__!r} instance '
                         f'{key!r} in {cls.__name__!r}')
            raise
    super(cls, cls).__init_subclass__(**(kwargs or {}))
    return cls


# object.__new__ of a class with abstract methods.
def raise_abstract(cls):
    names = sorted(cls.__abstractmethods__)
    plural = 's' if len(names) > 1 else ''
    listed = ', '.join(f"'{name}'" for name in names)
    raise TypeError(f"Can't instantiate abstract class {cls.__name__} without an implementation "
                    f'for abstract method{plural} {listed}')


# property.__isabstractmethod__.
def any_abstract(*functions):
    for function in functions:
        if getattr(function, '__isabstractmethod__', False):
            return True
    return False


# type.__new__ where the metaclass has its own mro().
def finish_class_mro(cls, kwargs):
    set_mro(cls, tuple(type(cls).mro(cls)))
    return finish_class_now(cls, kwargs)


# repr of a bound method whose function or self needs Python to be shown.
def method_repr(qualname, function, receiver):
    if qualname is None:
        for name in ('__qualname__', '__name__'):
            qualname = getattr(function, name, None)
            if isinstance(qualname, str):
                break
        else:
            qualname = '?'
    return f'<bound method {qualname} of {receiver!r}>'


# What dir() gives.
def sorted_names(names):
    return sorted(names)


# `dir()`, of namespaces that are any mapping.
def sorted_keys(mapping):
    return sorted(mapping.keys())


# object.__reduce_ex__.
def object_reduce_ex(self, protocol=0):
    import copyreg
    cls = type(self)
    reduce = getattr(cls, '__reduce__', None)
    if reduce is not None and reduce is not object.__reduce__:
        return reduce(self)
    if protocol < 2:
        return copyreg._reduce_ex(self, protocol)
    if isinstance(self, BaseException):
        return self.__reduce__()
    args, kwargs = new_arguments(self)
    state = self.__getstate__()
    items = iter(self) if isinstance(self, list) else None
    pairs = iter(self.items()) if isinstance(self, dict) else None
    if kwargs:
        return copyreg.__newobj_ex__, (cls, args, kwargs), state, items, pairs
    return copyreg.__newobj__, (cls, *args), state, items, pairs


# What `__new__` is to receive for a copy.
def new_arguments(self):
    get_args_ex = getattr(self, '__getnewargs_ex__', None)
    if get_args_ex is not None:
        pair = get_args_ex()
        if not isinstance(pair, tuple):
            raise TypeError(f"__getnewargs_ex__ should return a tuple, not '{type(pair).__name__}'")
        if len(pair) != 2:
            raise ValueError(f'__getnewargs_ex__ should return a tuple of length 2, not {len(pair)}')
        args, kwargs = pair
        if not isinstance(args, tuple):
            raise TypeError('first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '
                            f"'{type(args).__name__}'")
        if not isinstance(kwargs, dict):
            raise TypeError('second item of the tuple returned by __getnewargs_ex__ must be a dict, not '
                            f"'{type(kwargs).__name__}'")
        return pair
    get_args = getattr(self, '__getnewargs__', None)
    if get_args is None:
        return payload_args(self), {}
    args = get_args()
    if not isinstance(args, tuple):
        raise TypeError(f"__getnewargs__ should return a tuple, not '{type(args).__name__}'")
    return args, {}


# Arguments for the __new__ of an instance of a subclass of a built-in type.
def payload_args(self):
    for base in (int, float, complex, str, bytes, tuple, frozenset):
        if isinstance(self, base):
            return (base(self),)
    if type_find(type(self), '__new__') is not type_find(object, '__new__') and \
            not isinstance(self, (list, dict, set)) and not getattr(type(self), '__flags__', 0) & 512:
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")
    return ()


# object.__getstate__.
def object_getstate(self):
    state = getattr(self, '__dict__', None)
    slots = {}
    for cls in type(self).__mro__:
        names = cls.__dict__.get('__slots__', ())
        if isinstance(names, str):
            names = (names,)
        for name in names:
            if name in ('__dict__', '__weakref__'):
                continue
            if name.startswith('__') and not name.endswith('__'):
                stripped = cls.__name__.lstrip('_')
                if stripped:
                    name = f'_{stripped}{name}'
            try:
                slots[name] = getattr(self, name)
            except AttributeError:
                pass
    state = dict(state) if state else None
    if slots:
        return state, slots
    return state


def pause():
    """A native function's pause: the jump back is a safe point"""
    for _ in (None,):
        pass
