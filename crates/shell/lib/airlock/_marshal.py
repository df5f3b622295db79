"""Values as bytes for another VM.

`dumps` and `loads` keep identity and cycles. Plain values are written in Rust;
instances cross as `copyreg` and `__reduce_ex__` say, functions and classes by
module and name. What cannot cross is a `TypeError` that names the way to it.
"""

import copyreg
import sys
import types

from _airlock_shell import Decoder, Encoder


class FarError(Exception):
    """Stands for an exception of another process that cannot be made again here."""

    def __str__(self):
        return ': '.join(part for part in self.args if part)


def dumps(value, names=()):
    """The bytes. `names` name the members of `value`, a tuple, in errors."""
    encoder = Encoder(value)
    while True:
        done, thing = encoder.run()
        if done:
            return thing
        try:
            _describe(encoder, thing)
        except RecursionError:
            raise
        except _NoName as error:
            raise TypeError(f'cannot marshal {error}{_where(encoder, names)}') from None
        except Exception as error:
            why = str(error)
            generic = isinstance(error, TypeError) and why.startswith(('cannot pickle', "can't pickle"))
            why = '' if generic or not why else f': {why}'
            raise TypeError(f'cannot marshal {type(thing).__name__!r} object{_where(encoder, names)}{why}') from None


def loads(data):
    """The value."""
    decoder = Decoder(data)
    while True:
        step, a, b = decoder.run()
        if step == 'global':
            decoder.push(_find(a, b))
        elif step == 'call':
            decoder.push(a(*b))
        elif step == 'build':
            _build(a, *b)
        elif step == 'fill':
            _fill(a, b)
        else:
            return a


# Writing.


class _NoName(Exception):
    pass


def _describe(encoder, thing):
    cls = type(thing)
    reducer = copyreg.dispatch_table.get(cls)
    if reducer is not None:
        reduced = reducer(thing)
    elif isinstance(thing, type):
        if thing in _SINGLETON_TYPES:
            encoder.reduced(type, (_SINGLETON_TYPES[thing],), None)
            return
        reduced = thing.__qualname__
    elif cls is types.FunctionType:
        reduced = thing.__qualname__
    elif isinstance(thing, BaseException):
        encoder.reduced(*_reduce_exception(thing))
        return
    else:
        reduced = thing.__reduce_ex__(4)
        if _is_only_new(cls, reduced):
            raise TypeError(f'cannot pickle {cls.__name__!r} object')
    if isinstance(reduced, str):
        encoder.named(*_name_of(thing, reduced))
        return
    function, args, state, items, pairs, setter = (*reduced, None, None, None, None)[:6]
    items = None if items is None else [*items]
    pairs = None if pairs is None else dict(pairs)
    rest = None if state is items is pairs is None else (state, setter, items, pairs)
    encoder.reduced(function, args, rest)


# Flag of classes that a class statement made.
_HEAP_TYPE = 1 << 9


def _is_only_new(cls, reduced):
    """Whether all that is known is the class, which is not enough for what
    has its state elsewhere: generators, files, locks."""
    if cls.__module__ == '_io':
        return cls.__name__ not in ('StringIO', 'BytesIO')
    return (reduced[0] is copyreg.__newobj__ and not cls.__flags__ & _HEAP_TYPE and cls is not object)


_SINGLETON_TYPES = {type(None): None, type(...): ..., type(NotImplemented): NotImplemented}


def _name_of(thing, name):
    """Module and name by which the other side finds the same thing."""
    module = getattr(thing, '__module__', None)
    if module is None:
        module = '__main__'
    if getattr(sys.modules['builtins'], name, None) is thing:
        module = 'builtins'
    kind = 'class' if isinstance(thing, type) else 'function' if callable(thing) else 'object'
    if '<locals>' in name:
        raise _NoName(f'local {kind} {name!r}')
    try:
        found = _find(module, name)
    except (ImportError, AttributeError):
        raise _NoName(f'{kind} {name!r}, which module {module!r} has not') from None
    if found is not thing:
        raise _NoName(f'{kind} {name!r}, which is not the one that module {module!r} has')
    return module, name


def _where(encoder, names):
    text = ''
    for kind, by in encoder.path():
        if kind == 'argument':
            text += f'.args[{by}]'
        elif kind == 'attribute' and isinstance(by, str):
            text += f'.{by}'
        elif kind == 'member':
            text += f' {{{_short(by)}}}'
        elif not text and kind == 'item' and by < len(names):
            text = names[by]
        else:
            text += f'[{_short(by)}]'
    return f' at {text}' if text else ''


def _short(value):
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + '...'


def _reduce_exception(error):
    cls = type(error)
    try:
        made = dumps(error.__reduce_ex__(4))
    except Exception:
        made = None
    try:
        text = str(error)
    except Exception:
        text = ''
    chain = error.__cause__, error.__context__, error.__suppress_context__
    rest = (chain, _set_chain, None, None) if any(chain) else None
    return _make_exception, (cls.__module__, cls.__qualname__, text, made), rest


# Reading.


def _find(module, name):
    if module not in sys.modules:
        __import__(module)
    found = sys.modules[module]
    for part in name.split('.'):
        found = getattr(found, part)
    return found


def _make_exception(module, name, text, made):
    if made is not None:
        try:
            function, args, *rest = loads(made)
            error = function(*args)
            if isinstance(error, BaseException):
                if rest:
                    _build(error, *(*rest, None, None, None, None)[:1], None, None, None)
                return error
        except Exception:
            pass
    module = '__main__' if module == '__mp_main__' else module
    shown = name if module == 'builtins' else f'{module}.{name}'
    return FarError(shown, text)


def _set_chain(error, chain):
    error.__cause__, error.__context__, error.__suppress_context__ = chain


def _build(thing, state, setter, items, pairs):
    if items is not None:
        _fill(thing, items)
    if pairs is not None:
        for key, value in pairs.items():
            thing[key] = value
    if state is None:
        return
    if setter is not None:
        setter(thing, state)
        return
    set_state = getattr(thing, '__setstate__', None)
    if set_state is not None:
        set_state(state)
        return
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        thing.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(thing, name, value)


def _fill(container, items):
    if isinstance(container, dict):
        for at in range(0, len(items), 2):
            container[items[at]] = items[at + 1]
    elif hasattr(container, 'extend'):
        container.extend(items)
    elif hasattr(container, 'append'):
        for item in items:
            container.append(item)
    else:
        container.update(items)
