"""What `t'...'` makes."""

from _airlock import builtin_type


class Interpolation:
    __slots__ = ('value', 'expression', 'conversion', 'format_spec')
    __match_args__ = ('value', 'expression', 'conversion', 'format_spec')
    __module__ = 'string.templatelib'

    def __new__(cls, value, expression='', conversion=None, format_spec=''):
        if conversion not in (None, 's', 'r', 'a'):
            raise ValueError("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
        self = object.__new__(cls)
        write = object.__setattr__
        write(self, 'value', value)
        write(self, 'expression', expression)
        write(self, 'conversion', conversion)
        write(self, 'format_spec', format_spec)
        return self

    def __setattr__(self, name, value):
        raise AttributeError('readonly attribute')

    def __repr__(self):
        return f'Interpolation({self.value!r}, {self.expression!r}, {self.conversion!r}, {self.format_spec!r})'

    def __reduce__(self):
        return (Interpolation, (self.value, self.expression, self.conversion, self.format_spec))

    @classmethod
    def __class_getitem__(cls, item):
        return builtin_type('generic_alias')(cls, item)


class Template:
    __slots__ = ('strings', 'interpolations')
    __module__ = 'string.templatelib'

    def __new__(cls, *parts):
        strings, interpolations = [''], []
        for part in parts:
            if isinstance(part, str):
                strings[-1] += part
            elif isinstance(part, Interpolation):
                interpolations.append(part)
                strings.append('')
            else:
                raise TypeError("Template.__new__ *args need to be of type 'str' or 'Interpolation', "
                                f"got {type(part).__name__}")
        self = object.__new__(cls)
        object.__setattr__(self, 'strings', tuple(strings))
        object.__setattr__(self, 'interpolations', tuple(interpolations))
        return self

    def __setattr__(self, name, value):
        raise AttributeError('readonly attribute')

    @property
    def values(self):
        return tuple([interpolation.value for interpolation in self.interpolations])

    def __iter__(self):
        for index, string in enumerate(self.strings):
            if string:
                yield string
            if index < len(self.interpolations):
                yield self.interpolations[index]

    def __add__(self, other):
        if isinstance(other, Template):
            return Template(*self, *other)
        if isinstance(other, str):
            raise TypeError(f'can only concatenate string.templatelib.Template (not "str") to string.templatelib.Template')
        return NotImplemented

    def __repr__(self):
        return f'Template(strings={self.strings!r}, interpolations={self.interpolations!r})'

    def __reduce__(self):
        from string.templatelib import _template_unpickle
        return (_template_unpickle, (self.strings, self.interpolations))
