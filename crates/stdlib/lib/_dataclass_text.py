"""The signature in the docstring of a dataclass, told from its fields: `inspect` is much to load for it."""

import types


def signature_text(cls, init, positional, keyword_only):
    if not init or cls.__new__ is not object.__new__ or type(cls).__call__ is not type.__call__:
        import annotationlib
        import inspect
        signature = inspect.signature(cls, annotation_format=annotationlib.Format.FORWARDREF)
        return str(signature).replace(' -> None', '')
    parts = [_parameter(field) for field in positional if field.init]
    named = [_parameter(field) for field in keyword_only if field.init]
    if named:
        parts += ['*', *named]
    return f"({', '.join(parts)})"


def _parameter(field):
    from dataclasses import MISSING
    text = f'{field.name}: {_annotation(field.type)}'
    if field.default is not MISSING:
        return f'{text} = {field.default!r}'
    return text if field.default_factory is MISSING else f'{text} = <factory>'


def _annotation(annotation):
    if getattr(annotation, '__module__', None) == 'typing':
        import re
        return re.sub(r'[\w\.]+', lambda match: match.group().removeprefix('typing.'), repr(annotation))
    if isinstance(annotation, types.GenericAlias):
        return str(annotation)
    if isinstance(annotation, type):
        module = annotation.__module__
        return annotation.__qualname__ if module == 'builtins' else f'{module}.{annotation.__qualname__}'
    forward = getattr(annotation, '__forward_arg__', None)
    return repr(annotation) if forward is None else forward
