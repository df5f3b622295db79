# Type parameters (`def f[T](): ...`), made by `_typing` when a program first has some.


# `TypeVar` of the type parameter syntax.
def make_type_var(name, bound):
    return load_module_named('_typing').make_typevar(name, bound, None, calling_module())


# `TypeVar` with a tuple of constraints.
def make_type_var_constrained(name, constraints):
    return load_module_named('_typing').make_typevar(name, None, constraints, calling_module())


# `ParamSpec`.
def make_param_spec(name, unused=None):
    return load_module_named('_typing').make_paramspec(name, calling_module())


# `TypeVarTuple`.
def make_type_var_tuple(name, unused=None):
    return load_module_named('_typing').make_typevartuple(name, calling_module())


# `type name[params] = value`.
def make_type_alias(name_and_params, value):
    name, type_params = name_and_params
    return load_module_named('_typing').make_alias(name, type_params, value, calling_module())


# Sets the default of a type parameter.
def set_type_param_default(parameter, default):
    return load_module_named('_typing').set_default(parameter, default)


# The implicit `Generic[...]` base.
def make_generic_base(type_params, unused=None):
    return load_module_named('_typing').generic_base(type_params)


# `__type_params__` of what has been defined.
def set_type_params(target, type_params):
    target.__type_params__ = tuple(type_params)
    return target


# `t'...'`.
def build_template(parts, unused=None):
    return load_module_named('_templates').Template(*parts)


# One `{...}` of a template string.
def build_interpolation(parts, unused=None):
    value, expression, conversion, spec = parts
    return load_module_named('_templates').Interpolation(value, expression, conversion, spec or '')


# The module that runs the statement; the prelude's own frames do not count.
def calling_module():
    try:
        return sys._getframe().f_globals.get('__name__')
    except (AttributeError, ValueError):
        return None
