"""What `abc.ABCMeta` is made of. Caches hold classes strongly."""

_counter = 0


class _Data:
    __slots__ = ('registry', 'cache', 'negative', 'version')


def get_cache_token():
    return _counter


def _abc_init(cls):
    abstract = {name for name, value in cls.__dict__.items() if getattr(value, '__isabstractmethod__', False)}
    for base in cls.__bases__:
        for name in getattr(base, '__abstractmethods__', ()):
            value = getattr(cls, name, None)
            if getattr(value, '__isabstractmethod__', False):
                abstract.add(name)
    cls.__abstractmethods__ = frozenset(abstract)
    data = _Data()
    data.registry = []
    data.cache = set()
    data.negative = set()
    data.version = _counter
    cls._abc_impl = data


def _abc_register(cls, subclass):
    global _counter
    if not isinstance(subclass, type):
        raise TypeError('Can only register classes')
    if issubclass(subclass, cls):
        return subclass
    # After the check above, so that X.register(X) does nothing.
    if issubclass(cls, subclass):
        raise RuntimeError('Refusing to create an inheritance cycle')
    cls._abc_impl.registry.append(subclass)
    _counter += 1
    return subclass


def _abc_instancecheck(cls, instance):
    data = cls._abc_impl
    subclass = instance.__class__
    if subclass in data.cache:
        return True
    subtype = type(instance)
    if subtype is subclass:
        if data.version == _counter and subclass in data.negative:
            return False
        return cls.__subclasscheck__(subclass)
    return cls.__subclasscheck__(subclass) or cls.__subclasscheck__(subtype)


def _abc_subclasscheck(cls, subclass):
    if not isinstance(subclass, type):
        raise TypeError('issubclass() arg 1 must be a class')
    data = cls._abc_impl
    if subclass in data.cache:
        return True
    if data.version < _counter:
        data.negative = set()
        data.version = _counter
    elif subclass in data.negative:
        return False
    answer = cls.__subclasshook__(subclass)
    if answer is NotImplemented:
        answer = cls in subclass.__mro__ or _is_virtual(cls, data, subclass)
    elif answer is not True and answer is not False:
        raise AssertionError('__subclasshook__ must return either False, True, or NotImplemented')
    (data.cache if answer else data.negative).add(subclass)
    return answer


def _is_virtual(cls, data, subclass):
    for registered in data.registry:
        if issubclass(subclass, registered):
            return True
    for below in cls.__subclasses__():
        if issubclass(subclass, below):
            return True
    return False


def _reset_registry(cls):
    cls._abc_impl.registry.clear()


def _reset_caches(cls):
    cls._abc_impl.cache.clear()
    cls._abc_impl.negative.clear()


def _get_dump(cls):
    data = cls._abc_impl
    return set(data.registry), data.cache, data.negative, data.version


# `typing` asks for the module of its caller. CPython's functions of this
# module leave no frame, so that it sees `abc`.
__name__ = 'abc'
