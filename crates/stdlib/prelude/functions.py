# Built-in functions and iterators as far as they run Python.

_union_type = type(int | str)


def all_(iterable):
    """all"""
    for item in iterable:
        if not item:
            return False
    return True


def any_(iterable):
    """any"""
    for item in iterable:
        if item:
            return True
    return False


def all_rest(item, items):
    return all_(items) if item else False


def any_rest(item, items):
    return True if item else any_(items)


def ascii_(value):
    """ascii"""
    text = repr(value)
    return text if text.isascii() else ascii_escaped(text)


def bin_(value):
    """bin"""
    return bin(index_of(value))


def hex_(value):
    """hex"""
    return hex(index_of(value))


def oct_(value):
    """oct"""
    return oct(index_of(value))


def chr_(value):
    """chr"""
    return chr(index_of(value))


def ord_(value):
    """ord of a bytearray"""
    if len(value) != 1:
        raise TypeError(f'ord() expected a character, but string of length {len(value)} found')
    return value[0]


def special_or_none(cls, name):
    """A special method of a class"""
    try:
        return type_lookup(cls, name)
    except LookupError:
        return None


def divmod_(a, b):
    """divmod"""
    left, right = type(a), type(b)
    forward = special_or_none(left, '__divmod__')
    backward = special_or_none(right, '__rdivmod__') if left is not right else None
    if backward is not None and left in right.__mro__ and backward is not special_or_none(left, '__rdivmod__'):
        result = backward(b, a)
        if result is not NotImplemented:
            return result
        backward = None
    if forward is not None:
        result = forward(a, b)
        if result is not NotImplemented:
            return result
    if backward is not None:
        result = backward(b, a)
        if result is not NotImplemented:
            return result
    raise TypeError(f"unsupported operand type(s) for divmod(): '{left.__name__}' and '{right.__name__}'")


def pow_(base, exp, mod=None):
    """pow"""
    if mod is None:
        try:
            return base ** exp
        except TypeError as error:
            # The operator names itself `**`; the function `** or pow()`.
            message = str(error)
            if message.startswith('unsupported operand type(s) for **:'):
                raise TypeError(message.replace('**:', '** or pow():', 1)) from None
            raise
    for value, name in ((base, '__pow__'), (exp, '__rpow__')):
        method = special_or_none(type(value), name)
        if method is not None:
            result = method(base, exp, mod) if name == '__pow__' else method(exp, base, mod)
            if result is not NotImplemented:
                return result
    names = ', '.join([f"'{type(value).__name__}'" for value in (base, exp)])
    raise TypeError(f"unsupported operand type(s) for ** or pow(): {names}, '{type(mod).__name__}'")


def isinstance_(value, classes):
    """isinstance where Python code may decide"""
    if type(classes) is tuple or tuple in type(classes).__mro__:
        for item in plain(classes):
            if isinstance(value, item):
                return True
        return False
    if type(classes) is _union_type:
        for item in classes.__args__:
            if isinstance(value, type(None) if item is None else item):
                return True
        return False
    if type in type(classes).__mro__:
        # The type is not the class; what `__class__` says may be.
        claimed = getattr(value, '__class__', None)
        return type in type(claimed).__mro__ and classes in claimed.__mro__
    check = special_or_none(type(classes), '__instancecheck__')
    if check is not None:
        return True if check(classes, value) else False
    if not is_abstract_class(classes):
        raise TypeError('isinstance() arg 2 must be a type, a tuple of types, or a union')
    claimed = getattr(value, '__class__', None)
    return claimed is not None and abstract_subclass(claimed, classes)


def is_abstract_class(cls):
    """Whether an object that is no type has a tuple as `__bases__`"""
    return type(getattr(cls, '__bases__', None)) is tuple


def abstract_subclass(cls, base):
    """issubclass by `__bases__`"""
    if cls is base:
        return True
    for parent in getattr(cls, '__bases__', ()):
        if abstract_subclass(parent, base):
            return True
    return False


def issubclass_(cls, classes):
    """issubclass where Python code may decide"""
    if type(classes) is tuple or tuple in type(classes).__mro__:
        for item in plain(classes):
            if issubclass(cls, item):
                return True
        return False
    if type(classes) is _union_type:
        if not is_abstract_class(cls):
            raise TypeError('issubclass() arg 1 must be a class')
        for item in classes.__args__:
            if issubclass(cls, type(None) if item is None else item):
                return True
        return False
    if type not in type(classes).__mro__:
        check = special_or_none(type(classes), '__subclasscheck__')
        if check is not None:
            return True if check(classes, cls) else False
    if not is_abstract_class(cls):
        raise TypeError('issubclass() arg 1 must be a class')
    if not is_abstract_class(classes):
        raise TypeError('issubclass() arg 2 must be a class, a tuple of classes, or a union')
    return abstract_subclass(cls, classes)


def max_(iterable, args, key=None, default=_no_default):
    """max"""
    return extreme_(iterable, args, key, default, True)


def min_(iterable, args, key=None, default=_no_default):
    """min"""
    return extreme_(iterable, args, key, default, False)


def extreme_(iterable, args, key, default, largest):
    """max and min"""
    items = iter((iterable,) + args if args else iterable)
    for best in items:
        break
    else:
        if default is _no_default:
            raise ValueError(f"{'max' if largest else 'min'}() iterable argument is empty")
        return default
    if key is None:
        for item in items:
            if item > best if largest else item < best:
                best = item
        return best
    value = key(best)
    for item in items:
        other = key(item)
        if other > value if largest else other < value:
            best, value = item, other
    return best


def print_(args, sep=' ', end='\n', file=None, flush=False):
    """print to anything but our own stdout, or of objects with Python code"""
    if file is None:
        file = replaced_stdout()
        if file is ...:
            print(*[str(item) for item in args], sep=sep, end=end)
            return
        if file is None:
            return
    first = True
    for item in args:
        if not first:
            file.write(' ' if sep is None else sep)
        first = False
        file.write(str(item))
    file.write('\n' if end is None else end)
    if flush:
        file.flush()


def sum_(iterable, start=0):
    """sum"""
    total = start
    items = iter(iterable)
    if type(total) is int:
        for item in items:
            total = total + item
            if type(total) is not int:
                break
        else:
            return total
    if type(total) is float:
        total, rest = float_sum(total, items)
        if rest is None:
            return total
        total = total + rest[0]
    for item in items:
        total = total + item
    return total


def sum_rest(total, item, items):
    return sum_(items, total + item)


def float_sum(high, items):
    """Floats and ints added up by Neumaier's compensated sum, up to an item that is neither"""
    low = 0.0
    for item in items:
        if type(item) is not float:
            if not isinstance(item, int):
                break
            item = float(item)
        total = high + item
        if (high if high >= 0 else -high) >= (item if item >= 0 else -item):
            low += (high - total) + item
        else:
            low += (item - total) + high
        high = total
    else:
        item = _no_default
    if low and low - low == 0:
        high += low
    return (high, None) if item is _no_default else (high, (item,))


# Iterators.

def enumerate_new(iterable, start=0):
    """enumerate"""
    return enumerate_items(iter(iterable), index_of(start))


def enumerate_items(items, count):
    """enumerate's items"""
    for item in items:
        pair = count, item
        count += 1
        yield pair


def zip_new(iterables, strict):
    """zip"""
    iterators = [iter(iterable) for iterable in iterables]
    return zip_strict_items(iterators) if strict else zip_items(iterators)


def zip_items(iterators):
    """zip's items"""
    if len(iterators) == 2:
        first, second = iterators
        for a in first:
            for b in second:
                break
            else:
                return
            yield a, b
        return
    if not iterators:
        return
    while True:
        items = []
        for iterator in iterators:
            for item in iterator:
                items.append(item)
                break
            else:
                return
        yield tuple(items)


def zip_strict_items(iterators):
    """zip's items, with strict"""
    if not iterators:
        return
    while True:
        items = []
        for iterator in iterators:
            for item in iterator:
                items.append(item)
                break
            else:
                at = len(items)
                if at:
                    names = ' 1' if at == 1 else f's 1-{at}'
                    raise ValueError(f'zip() argument {at + 1} is shorter than argument{names}')
                for iterator in iterators[1:]:
                    at += 1
                    for item in iterator:
                        names = ' 1' if at == 1 else f's 1-{at}'
                        raise ValueError(f'zip() argument {at + 1} is longer than argument{names}')
                return
        yield tuple(items)


def map_new(function, iterable):
    """map over one iterable"""
    return map_items(function, iter(iterable))


def map_items(function, items):
    """map's items; a StopIteration of the function ends it"""
    for item in items:
        try:
            item = function(item)
        except StopIteration:
            return
        yield item


def map_many_new(function, iterables, strict):
    """map over several iterables"""
    return map_many_items(function, zip(*iterables, strict=strict))


def map_many_items(function, items):
    """map's items"""
    for args in items:
        try:
            item = function(*args)
        except StopIteration:
            return
        yield item


def filter_new(function, iterable):
    """filter"""
    if function is None or function is bool:
        return filter_true_items(iter(iterable))
    return filter_items(function, iter(iterable))


def filter_true_items(items):
    """filter's items without a function"""
    for item in items:
        if item:
            yield item


def filter_items(function, items):
    """filter's items"""
    for item in items:
        try:
            keep = function(item)
        except StopIteration:
            return
        if keep:
            yield item


def reversed_new(sequence):
    """reversed of a sequence by its length"""
    return reversed_items(sequence, len(sequence) - 1)


def reversed_items(sequence, at):
    """reversed's items"""
    while at >= 0:
        try:
            item = sequence[at]
        except (IndexError, StopIteration):
            return
        at -= 1
        yield item


def sequence_items(sequence, at=0):
    """Items of an object with `__getitem__`"""
    while True:
        try:
            item = sequence[at]
        except (IndexError, StopIteration):
            return
        at += 1
        yield item


def callable_items(function, sentinel):
    """iter(function, sentinel)"""
    while True:
        try:
            item = function()
        except StopIteration:
            return
        if item is sentinel or sentinel == item:
            return
        yield item


def wrapped_reduce(iterator):
    """__reduce__ of an iterator that is one of the generators above"""
    cls, kind, state = wrapped_state(iterator)
    if kind in ('map_items', 'filter_items', 'enumerate_items'):
        return cls, state
    if kind == 'filter_true_items':
        return cls, (None, *state)
    if kind == 'map_many_items':
        function, items = state
        return cls, (function, *items.__reduce__()[1])
    if kind == 'zip_items':
        return cls, tuple(state[0])
    if kind == 'sequence_items':
        return iter, state[:1], state[1]
    if kind == 'reversed_items':
        return reversed, state[:1], state[1]
    if kind == 'callable_items':
        return iter, state
    if kind is None:
        nothing = iter(())
        if cls is zip or cls is reversed:
            return cls, (nothing,) if cls is zip else ((),)
        if cls is map or cls is filter:
            return cls, (bool, nothing)
        return (cls, (nothing, 0)) if cls is enumerate else (iter, ((),))
    raise TypeError(f"cannot pickle '{cls.__name__}' object")


def range_iterator_reduce(first, step, count):
    """__reduce__ of the iterator of a range"""
    return iter, (range(first, first + step * count, step),), None


def native_again(function, args):
    """Calls a native again with the numbers that objects among its arguments stand for"""
    again = [number_of(arg) for arg in args]
    for before, after in zip(args, again):
        if before is not after:
            return function(*again)
    name = getattr(function, '__name__', '?')
    raise NotImplementedError(f'{name}() cannot call Python code from here in this version')


def number_of(value):
    """The int or float that an object stands for; other values as they are"""
    if isinstance(value, (int, float, str, bytes)):
        return value
    if special_or_none(type(value), '__index__') is not None:
        return index_of(value)
    return float(value) if special_or_none(type(value), '__float__') is not None else value
