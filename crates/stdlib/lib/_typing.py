"""What typing takes from C: type parameters, aliases, `Generic`."""

import sys

from _airlock import builtin_type

Union = builtin_type('union')


class _Identity:
    """A function that stays one as an attribute of a class, as those in C do: `NewType` calls it so."""
    __slots__ = ()

    def __call__(self, x, /):
        return x


_idfunc = _Identity()


class NoDefaultType:
    __slots__ = ()

    def __new__(cls):
        return NoDefault

    def __repr__(self):
        return 'typing.NoDefault'

    def __reduce__(self):
        return 'NoDefault'


NoDefault = object.__new__(NoDefaultType)
NoDefaultType.__module__ = 'typing'


def _caller(depth=2):
    try:
        return sys._getframe(depth).f_globals.get('__name__')
    except (AttributeError, ValueError):
        return None


def _typing():
    import typing
    return typing


def _type_check(value, message):
    return _typing()._type_check(value, message)


# A value that is computed when first asked for.
def _evaluate(self, slot):
    value, thunk = getattr(self, '_' + slot), getattr(self, '_thunk_' + slot)
    if thunk is not None:
        value = thunk(1) if _takes_format(thunk) else thunk()
        setattr(self, '_' + slot, value)
        setattr(self, '_thunk_' + slot, None)
    return value


def _takes_format(thunk):
    return thunk.__code__.co_argcount > 0 and not thunk.__defaults__


def _as_evaluator(self, slot):
    thunk = getattr(self, '_thunk_' + slot)
    if thunk is not None:
        return thunk if _takes_format(thunk) else lambda format=1: thunk()
    value = getattr(self, '_' + slot)
    return lambda format=1: value


class _Parameter:
    def _init(self, name, default, thunk_default):
        self.__name__ = name
        self._default = default
        self._thunk_default = thunk_default

    @property
    def __default__(self):
        return _evaluate(self, 'default')

    @property
    def evaluate_default(self):
        if self._thunk_default is None and self._default is NoDefault:
            return None
        return _as_evaluator(self, 'default')

    def has_default(self):
        return self._thunk_default is not None or self._default is not NoDefault

    def __reduce__(self):
        return self.__name__

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __init_subclass__(cls, **kwargs):
        if cls.__module__ not in ('_typing', 'typing'):
            raise TypeError(f"type 'typing.{cls.__mro__[1].__name__}' is not an acceptable base type")


class TypeVar(_Parameter):
    def __init__(self, name, *constraints, bound=None, default=NoDefault, covariant=False,
                 contravariant=False, infer_variance=False):
        if covariant and contravariant:
            raise ValueError('Bivariant types are not supported.')
        if infer_variance and (covariant or contravariant):
            raise ValueError('Variance cannot be specified with infer_variance.')
        if len(constraints) == 1:
            raise TypeError('A single constraint is not allowed')
        if constraints and bound is not None:
            raise TypeError('Constraints cannot be combined with bound=...')
        if bound is not None:
            bound = _type_check(bound, 'Bound must be a type.')
        self._init(name, default, None)
        self._bound = bound
        self._thunk_bound = None
        self._constraints = tuple([_type_check(t, 'TypeVar(name, constraint, ...): constraints must be types.')
                                   for t in constraints])
        self._thunk_constraints = None
        self.__covariant__ = bool(covariant)
        self.__contravariant__ = bool(contravariant)
        self.__infer_variance__ = bool(infer_variance)
        self.__module__ = _caller()

    @property
    def __bound__(self):
        return _evaluate(self, 'bound')

    @property
    def __constraints__(self):
        return _evaluate(self, 'constraints')

    @property
    def evaluate_bound(self):
        if self._thunk_bound is None and self._bound is None:
            return None
        return _as_evaluator(self, 'bound')

    @property
    def evaluate_constraints(self):
        if self._thunk_constraints is None and not self._constraints:
            return None
        return _as_evaluator(self, 'constraints')

    def __typing_subst__(self, arg):
        return _typing()._typevar_subst(self, arg)

    def __typing_prepare_subst__(self, alias, args):
        params = alias.__parameters__
        index = params.index(self)
        if index < len(args):
            return args
        if index == len(args) and self.has_default():
            return (*args, self.__default__)
        raise TypeError(f'Too few arguments for {alias}; actual {len(args)}, expected at least {index + 1}')

    def __repr__(self):
        if self.__infer_variance__:
            return self.__name__
        sign = '+' if self.__covariant__ else '-' if self.__contravariant__ else '~'
        return sign + self.__name__


class ParamSpecArgs:
    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        return f'{self.__origin__.__name__}.args'

    def __eq__(self, other):
        if not isinstance(other, ParamSpecArgs):
            return NotImplemented
        return self.__origin__ == other.__origin__

    __hash__ = None

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')


class ParamSpecKwargs:
    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        return f'{self.__origin__.__name__}.kwargs'

    def __eq__(self, other):
        if not isinstance(other, ParamSpecKwargs):
            return NotImplemented
        return self.__origin__ == other.__origin__

    __hash__ = None

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')


class ParamSpec(_Parameter):
    def __init__(self, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False,
                 infer_variance=False):
        if covariant and contravariant:
            raise ValueError('Bivariant types are not supported.')
        if infer_variance and (covariant or contravariant):
            raise ValueError('Variance cannot be specified with infer_variance.')
        self._init(name, default, None)
        self.__bound__ = None if bound is None else _type_check(bound, 'Bound must be a type.')
        self.__covariant__ = bool(covariant)
        self.__contravariant__ = bool(contravariant)
        self.__infer_variance__ = bool(infer_variance)
        self.__module__ = _caller()

    @property
    def args(self):
        return ParamSpecArgs(self)

    @property
    def kwargs(self):
        return ParamSpecKwargs(self)

    def __typing_subst__(self, arg):
        return _typing()._paramspec_subst(self, arg)

    def __typing_prepare_subst__(self, alias, args):
        return _typing()._paramspec_prepare_subst(self, alias, args)

    __repr__ = TypeVar.__repr__


class TypeVarTuple(_Parameter):
    def __init__(self, name, *, default=NoDefault):
        self._init(name, default, None)
        self.__module__ = _caller()

    def __iter__(self):
        yield _typing().Unpack[self]

    def __typing_subst__(self, arg):
        raise TypeError('Substitution of bare TypeVarTuple is not supported')

    def __typing_prepare_subst__(self, alias, args):
        return _typing()._typevartuple_prepare_subst(self, alias, args)

    def __repr__(self):
        return self.__name__


class TypeAliasType:
    def __init__(self, name, value, *, type_params=()):
        if not isinstance(type_params, tuple):
            raise TypeError('type_params must be a tuple')
        self._setup(name, type_params, value, None, _caller())

    def _setup(self, name, type_params, value, thunk, module):
        write = object.__setattr__
        write(self, '__name__', name)
        write(self, '__type_params__', type_params)
        write(self, '_value', value)
        write(self, '_thunk_value', thunk)
        write(self, '__module__', module)

    @property
    def __value__(self):
        thunk = self._thunk_value
        if thunk is not None:
            value = thunk(1) if _takes_format(thunk) else thunk()
            object.__setattr__(self, '_value', value)
            object.__setattr__(self, '_thunk_value', None)
        return self._value

    @property
    def evaluate_value(self):
        return _as_evaluator(self, 'value')

    @property
    def __parameters__(self):
        unpack = _typing().Unpack
        return tuple([unpack[p] if isinstance(p, TypeVarTuple) else p for p in self.__type_params__])

    def __setattr__(self, name, value):
        if name in ('__name__', '__value__', '__type_params__', '__parameters__', '__module__'):
            raise AttributeError('readonly attribute')
        raise AttributeError(f"'typing.TypeAliasType' object has no attribute {name!r}")

    def __getitem__(self, parameters):
        if not self.__type_params__:
            raise TypeError('Only generic type aliases are subscriptable')
        if not isinstance(parameters, tuple):
            parameters = (parameters,)
        return builtin_type('generic_alias')(self, parameters)

    def __reduce__(self):
        return self.__name__

    def __repr__(self):
        return self.__name__

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __iter__(self):
        yield _typing().Unpack[self]


class Generic:
    __slots__ = ()
    _is_protocol = False

    @classmethod
    def __class_getitem__(cls, *args, **kwargs):
        return _typing()._generic_class_getitem(cls, *args, **kwargs)

    @classmethod
    def __init_subclass__(cls, *args, **kwargs):
        return _typing()._generic_init_subclass(cls, *args, **kwargs)


for _class in (TypeVar, ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeVarTuple, TypeAliasType, Generic):
    _class.__module__ = 'typing'
del _class


# What the compiler's type parameter syntax calls. A thunk may be None.

def make_typevar(name, bound, constraints, module):
    self = object.__new__(TypeVar)
    self._init(name, NoDefault, None)
    self._bound, self._thunk_bound = None, bound
    self._constraints, self._thunk_constraints = (), constraints
    self.__covariant__ = self.__contravariant__ = False
    self.__infer_variance__ = True
    self.__module__ = module
    return self


def make_paramspec(name, module):
    self = ParamSpec(name, infer_variance=True)
    self.__module__ = module
    return self


def make_typevartuple(name, module):
    self = TypeVarTuple(name)
    self.__module__ = module
    return self


def make_alias(name, type_params, thunk, module):
    self = object.__new__(TypeAliasType)
    self._setup(name, tuple(type_params or ()), None, thunk, module)
    return self


def set_default(parameter, thunk):
    parameter._thunk_default = thunk
    return parameter


def generic_base(type_params):
    # Unpacked as `Generic[T, *Ts]` would be.
    unpack = _typing().Unpack
    return Generic[tuple([unpack[p] if isinstance(p, TypeVarTuple) else p for p in type_params])]
