# What the containers' natives leave to Python: keys and items whose hash,
# equality, order or repr is Python code.

_repr_running = set()


def index_of(value):
    """operator.index"""
    if isinstance(value, int):
        return value
    try:
        method = type_lookup(type(value), '__index__')
    except LookupError:
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer") from None
    return exact_int(method(value), '__index__')


def exact_int(result, method):
    """What `__index__` or `__int__` answered, as an int itself"""
    if type(result) is int:
        return result
    name = type(result).__name__
    if not isinstance(result, int):
        raise TypeError(f'{method} returned non-int (type {name})')
    load_module_named('warnings').warn(
        f'{method} returned non-int (type {name}).  The ability to return an instance of a strict subclass of int '
        'is deprecated, and may not be supported in a future version of Python.', DeprecationWarning)
    return int.__pos__(result)


def exact_float(result, owner):
    """What `__float__` answered, as a float itself"""
    if type(result) is float:
        return result
    name = type(result).__name__
    if not isinstance(result, float):
        raise TypeError(f'{owner}.__float__ returned non-float (type {name})')
    load_module_named('warnings').warn(
        f'{owner}.__float__ returned non-float (type {name}).  The ability to return an instance of a strict '
        'subclass of float is deprecated, and may not be supported in a future version of Python.', DeprecationWarning)
    return plain(result)


def truth(value):
    """bool(value)"""
    return True if value else False


def plain_key(key):
    """An index or slice whose parts are ints"""
    if type(key) is slice:
        start, stop, step = key.start, key.stop, key.step
        return slice(None if start is None else index_of(start), None if stop is None else index_of(stop),
                     None if step is None else index_of(step))
    return index_of(key)


# Sequences.

def seq_getitem(self, key):
    """sequence[key]"""
    return self[plain_key(key)]


def seq_setitem(self, key, value):
    """list[key] = value"""
    self[plain_key(key)] = value


def seq_delitem(self, key):
    """del list[key]"""
    del self[plain_key(key)]


def seq_contains(self, value):
    """value in sequence"""
    for item in self:
        if item is value or item == value:
            return True
    return False


def seq_count(self, value):
    """sequence.count(value)"""
    count = 0
    for item in self:
        if item is value or item == value:
            count += 1
    return count


def seq_find(self, value, start, stop):
    """Position of a value between bounds, or -1"""
    start = index_of(start)
    if start < 0:
        start = max(start + len(self), 0)
    stop = len(self) if stop is None else index_of(stop)
    if stop < 0:
        stop = max(stop + len(self), 0)
    while start < stop and start < len(self):
        item = self[start]
        if item is value or item == value:
            return start
        start += 1
    return -1


def list_index(self, value, start=0, stop=None):
    """list.index"""
    at = seq_find(self, value, start, stop)
    if at < 0:
        raise ValueError('list.index(x): x not in list')
    return at


def tuple_index(self, value, start=0, stop=None):
    """tuple.index"""
    at = seq_find(self, value, start, stop)
    if at < 0:
        raise ValueError('tuple.index(x): x not in tuple')
    return at


def list_insert(self, index, value):
    """list.insert"""
    self.insert(index_of(index), value)


def list_pop(self, index=-1):
    """list.pop"""
    return self.pop(index_of(index))


def list_remove(self, value):
    """list.remove"""
    at = seq_find(self, value, 0, None)
    if at < 0:
        raise ValueError('list.remove(x): x not in list')
    del self[at]


def seq_mul(self, count):
    """sequence * count"""
    return self * index_of(count)


def list_imul(self, count):
    """list *= count"""
    self *= index_of(count)
    return self


def seq_difference(a, b):
    """Position of the first items that differ; None if one has no more.

    Comparing items may change the sequences.
    """
    at = 0
    while at < len(a) and at < len(b):
        x, y = a[at], b[at]
        if x is not y and not x == y:
            return at if at < len(a) and at < len(b) else None
        at += 1
    return None


def seq_eq(a, b):
    """a == b, item by item"""
    b = plain(b)
    return len(a) == len(b) and seq_difference(a, b) is None and len(a) == len(b)


def seq_ne(a, b):
    """a != b"""
    return not seq_eq(a, b)


def seq_lt(a, b):
    """a < b"""
    b = plain(b)
    at = seq_difference(a, b)
    return len(a) < len(b) if at is None else a[at] < b[at]


def seq_le(a, b):
    """a <= b"""
    b = plain(b)
    at = seq_difference(a, b)
    return len(a) <= len(b) if at is None else a[at] <= b[at]


def seq_gt(a, b):
    """a > b"""
    b = plain(b)
    at = seq_difference(a, b)
    return len(a) > len(b) if at is None else a[at] > b[at]


def seq_ge(a, b):
    """a >= b"""
    b = plain(b)
    at = seq_difference(a, b)
    return len(a) >= len(b) if at is None else a[at] >= b[at]


def list_repr(self):
    """repr(list)"""
    mark = id(self)
    if mark in _repr_running:
        return '[...]'
    _repr_running.add(mark)
    try:
        return '[' + ', '.join([repr(item) for item in self]) + ']'
    finally:
        _repr_running.discard(mark)


def tuple_repr(self):
    """repr(tuple)"""
    mark = id(self)
    if mark in _repr_running:
        return '(...)'
    _repr_running.add(mark)
    try:
        inner = ', '.join([repr(item) for item in self])
        return f'({inner},)' if len(self) == 1 else f'({inner})'
    finally:
        _repr_running.discard(mark)


def tuple_hash(self):
    """hash(tuple): CPython's, by xxHash"""
    mask = 0xFFFFFFFFFFFFFFFF
    acc = 2870177450012600261
    for item in self:
        acc = (acc + (hash(item) & mask) * 14029467366897019727) & mask
        acc = (acc << 31 | acc >> 33) & mask
        acc = acc * 11400714785074694791 & mask
    acc = (acc + (len(self) ^ 2870177450012600261 ^ 3527539)) & mask
    if acc == mask:
        return 1546275796
    return acc - (1 << 64) if acc >> 63 else acc


# Sorting.

def sorted_items(items, key, reverse):
    """The items, sorted"""
    keys = items if key is None else [key(item) for item in items]
    return pick(items, sort_order(keys, reverse))


def list_sort(self, key=None, reverse=False):
    """list.sort"""
    reverse = True if reverse else False
    items = self[:]
    self.clear()
    result = items
    try:
        result = sorted_items(items, key, reverse)
    finally:
        changed = len(self) > 0
        self[:] = result
    if changed:
        raise ValueError('list modified during sort')


def sorted_(iterable, key=None, reverse=False):
    """sorted"""
    return sorted_items(list_of(iterable), key, True if reverse else False)


# Dicts.

def find_key(table, key, key_hash):
    """Position of a key in a dict or set, or -1"""
    found = table_find(table, key, key_hash)
    if type(found) is int:
        return found
    for at in found:
        other = table_key(table, at)
        if other is key or other == key:
            return at
    return -1


def dict_getitem(self, key):
    """dict[key]"""
    at = find_key(self, key, hash(key))
    if at >= 0:
        return table_value(self, at)
    if type(self) is not dict:
        try:
            missing = type_lookup(type(self), '__missing__')
        except LookupError:
            missing = None
        if missing is not None:
            return missing(self, key)
    raise KeyError(key)


def dict_setitem(self, key, value):
    """dict[key] = value"""
    key_hash = hash(key)
    at = find_key(self, key, key_hash)
    if at >= 0:
        table_set(self, at, value)
    else:
        table_insert(self, key, value, key_hash)


def dict_delitem(self, key):
    """del dict[key]"""
    at = find_key(self, key, hash(key))
    if at < 0:
        raise KeyError(key)
    table_remove(self, at)


def dict_contains(self, key):
    """key in dict"""
    return find_key(self, key, hash(key)) >= 0


def dict_get(self, key, default=None):
    """dict.get"""
    at = find_key(self, key, hash(key))
    return table_value(self, at) if at >= 0 else default


_no_default = object()


def dict_pop(self, key, default=_no_default):
    """dict.pop"""
    at = find_key(self, key, hash(key))
    if at < 0:
        if default is _no_default:
            raise KeyError(key)
        return default
    value = table_value(self, at)
    table_remove(self, at)
    return value


def dict_setdefault(self, key, default=None):
    """dict.setdefault"""
    key_hash = hash(key)
    at = find_key(self, key, key_hash)
    if at >= 0:
        return table_value(self, at)
    table_insert(self, key, default, key_hash)
    return default


def dict_fromkeys(cls, iterable, value=None):
    """dict.fromkeys"""
    result = cls()
    for key in iterable:
        result[key] = value
    return result


def has_keys(source):
    """Whether an object is a mapping for dict.update"""
    try:
        source.keys
    except AttributeError:
        return False
    return True


def dict_update(self, source=None, kwargs=None):
    """dict.update and dict.__init__"""
    if source is None:
        pass
    elif type(source) is dict:
        for key, value in source.items():
            dict_setitem(self, key, value)
    elif has_keys(source):
        for key in source.keys():
            dict_setitem(self, key, source[key])
    else:
        number = 0
        for pair in source:
            try:
                pair = list_of(pair)
            except TypeError:
                raise TypeError('object is not iterable') from None
            if len(pair) != 2:
                raise ValueError(f'dictionary update sequence element #{number} has length {len(pair)}; 2 is required')
            dict_setitem(self, pair[0], pair[1])
            number += 1
    if kwargs:
        for key, value in kwargs.items():
            dict_setitem(self, key, value)


def dict_or(self, other):
    """dict | other"""
    result = plain(self).copy()
    dict_update(result, other)
    return result


def dict_ror(self, other):
    """other | dict"""
    result = plain(other).copy()
    dict_update(result, self)
    return result


def dict_ior(self, other):
    """dict |= other"""
    dict_update(self, other)
    return self


def dict_eq(self, other):
    """dict == other"""
    other = plain(other)
    if len(self) != len(other):
        return False
    for key, value in list(self.items()):
        at = find_key(other, key, hash(key))
        if at < 0:
            return False
        found = table_value(other, at)
        if found is not value and not value == found:
            return False
    return True


def dict_ne(self, other):
    """dict != other"""
    return not dict_eq(self, other)


def dict_repr(self):
    """repr(dict)"""
    mark = id(self)
    if mark in _repr_running:
        return '{...}'
    _repr_running.add(mark)
    try:
        return '{' + ', '.join([f'{key!r}: {value!r}' for key, value in self.items()]) + '}'
    finally:
        _repr_running.discard(mark)


# Views.

def view_repr(self):
    """repr of a view"""
    mark = id(self)
    if mark in _repr_running:
        return '...'
    _repr_running.add(mark)
    try:
        return f'{type(self).__name__}([' + ', '.join([repr(item) for item in self]) + '])'
    finally:
        _repr_running.discard(mark)


def view_contains(self, item):
    """item in view"""
    if type(self) is _dict_keys:
        return find_key(view_dict(self), item, hash(item)) >= 0
    table = view_dict(self)
    at = find_key(table, item[0], hash(item[0]))
    if at < 0:
        return False
    found = table_value(table, at)
    return found is item[1] or found == item[1]


_dict_keys = type({}.keys())


def view_isdisjoint(self, other):
    """view.isdisjoint"""
    for item in other:
        if item in self:
            return False
    return True


def view_and(self, other):
    """view & other"""
    return {item for item in other if item in self}


def view_rand(self, other):
    """other & view"""
    return {item for item in other if item in self}


def view_or(self, other):
    """view | other"""
    result = set(self)
    result.update(other)
    return result


def view_ror(self, other):
    """other | view"""
    result = set(other)
    result.update(self)
    return result


def view_sub(self, other):
    """view - other"""
    result = set(self)
    result.difference_update(other)
    return result


def view_rsub(self, other):
    """other - view"""
    result = set(other)
    result.difference_update(self)
    return result


def view_xor(self, other):
    """view ^ other"""
    result = set(self)
    result.symmetric_difference_update(other)
    return result


def view_rxor(self, other):
    """other ^ view"""
    result = set(other)
    result.symmetric_difference_update(self)
    return result


def all_in(items, container):
    """Whether all items are in the container"""
    for item in items:
        if item not in container:
            return False
    return True


def view_eq(self, other):
    """view == other"""
    return len(self) == len(other) and all_in(self, other)


def view_ne(self, other):
    """view != other"""
    return not (len(self) == len(other) and all_in(self, other))


def view_lt(self, other):
    """view < other"""
    return len(self) < len(other) and all_in(self, other)


def view_le(self, other):
    """view <= other"""
    return len(self) <= len(other) and all_in(self, other)


def view_gt(self, other):
    """view > other"""
    return len(self) > len(other) and all_in(other, self)


def view_ge(self, other):
    """view >= other"""
    return len(self) >= len(other) and all_in(other, self)


# Sets. A set looked for in a set stands for the frozenset equal to it.

def frozen_key(key):
    """The key to look for"""
    return frozenset(key) if isinstance(key, set) and type(key).__hash__ is None else key


def set_add(self, key):
    """set.add"""
    key_hash = hash(key)
    if find_key(self, key, key_hash) < 0:
        table_insert(self, key, None, key_hash)


def set_contains(self, key):
    """key in set"""
    key = frozen_key(key)
    return find_key(self, key, hash(key)) >= 0


def set_discard(self, key):
    """set.discard"""
    found = frozen_key(key)
    at = find_key(self, found, hash(found))
    if at >= 0:
        table_remove(self, at)


def set_remove(self, key):
    """set.remove"""
    found = frozen_key(key)
    at = find_key(self, found, hash(found))
    if at < 0:
        raise KeyError(key)
    table_remove(self, at)


def as_table(iterable):
    """A set of the iterable's items"""
    iterable_plain = plain(iterable)
    if type(iterable_plain) is set or type(iterable_plain) is frozenset:
        return iterable_plain
    result = set()
    for item in iterable:
        set_add(result, item)
    return result


def set_fill(self, items):
    """Adds all items"""
    for item in items:
        set_add(self, item)


def set_replace(self, other):
    """Gives a set the items of another; its hashes and order too"""
    set.__init__(self, other)


def set_init(self, iterable=()):
    """set.__init__"""
    set_replace(self, as_table(iterable))


def frozenset_new(cls, iterable=()):
    """frozenset.__new__"""
    return frozenset.__new__(cls, as_table(iterable))


def frozenset_hash(self):
    """hash(frozenset)"""
    mask = 0xFFFFFFFFFFFFFFFF
    acc = 0
    for item in self:
        item_hash = hash(item) & mask
        acc ^= ((item_hash ^ 89869747) ^ (item_hash << 16 & mask)) * 3644798167 & mask
    acc ^= (len(self) + 1) * 1927868237 & mask
    acc ^= (acc >> 11) ^ (acc >> 25)
    acc = (acc * 69069 + 907133923) & mask
    if acc == mask:
        return 590923713
    return acc - (1 << 64) if acc >> 63 else acc


def set_reduce(self):
    """set.__reduce__"""
    state = self.__getstate__()
    return type(self), ([item for item in plain(self)],), state


def set_like(self, items):
    """A set of the same built-in type"""
    result = set()
    set_fill(result, items)
    return frozenset(result) if isinstance(self, frozenset) else result


def set_repr(self):
    """repr(set)"""
    items = plain(self)
    name = type(self).__name__
    mark = id(items)
    if mark in _repr_running:
        return f'{name}(...)'
    _repr_running.add(mark)
    try:
        inner = ', '.join([repr(item) for item in items])
        return '{' + inner + '}' if type(self) is set else f'{name}({{{inner}}})'
    finally:
        _repr_running.discard(mark)


def set_union(self, others):
    """set.union"""
    result = set(self)
    for other in others:
        set_fill(result, other)
    return frozenset(result) if type(self) is frozenset else result


def set_intersection(self, others):
    """set.intersection"""
    result = self
    for other in others:
        each, within = list_of(other), result
        if isinstance(other, (set, frozenset)) and len(other) > len(result):
            each, within = result, other
        result = set_like(self, [item for item in each if set_contains(within, item)])
    return result


def set_difference(self, others):
    """set.difference"""
    result = self
    for other in others:
        table = as_table(other)
        result = set_like(self, [item for item in result if not set_contains(table, item)])
    return result


def set_symmetric_difference(self, other):
    """set.symmetric_difference"""
    table = as_table(other)
    items = [item for item in self if not set_contains(table, item)]
    items += [item for item in table if not set_contains(self, item)]
    return set_like(self, items)


def set_isdisjoint(self, other):
    """set.isdisjoint"""
    for item in other:
        if set_contains(self, item):
            return False
    return True


def set_issubset(self, other):
    """set.issubset"""
    return set_le(self, as_table(other))


def set_issuperset(self, other):
    """set.issuperset"""
    return set_ge(self, as_table(other))


def set_update(self, others):
    """set.update"""
    for other in others:
        set_fill(self, list_of(other))


def set_intersection_update(self, others):
    """set.intersection_update"""
    set_replace(self, set_intersection(self, others))


def set_difference_update(self, others):
    """set.difference_update"""
    set_replace(self, set_difference(self, others))


def set_symmetric_difference_update(self, other):
    """set.symmetric_difference_update"""
    set_replace(self, set_symmetric_difference(self, other))


def set_and(self, other):
    """set & other"""
    return set_intersection(self, (other,))


def set_rand(self, other):
    """other & set"""
    return set_intersection(plain(other), (self,))


def set_or(self, other):
    """set | other"""
    return set_union(self, (other,))


def set_ror(self, other):
    """other | set"""
    return set_union(plain(other), (self,))


def set_sub(self, other):
    """set - other"""
    return set_difference(self, (other,))


def set_rsub(self, other):
    """other - set"""
    return set_difference(plain(other), (self,))


def set_xor(self, other):
    """set ^ other"""
    return set_symmetric_difference(self, other)


def set_rxor(self, other):
    """other ^ set"""
    return set_symmetric_difference(plain(other), self)


def set_iand(self, other):
    """set &= other"""
    set_replace(self, set_intersection(self, (other,)))
    return self


def set_ior(self, other):
    """set |= other"""
    set_fill(self, list_of(other))
    return self


def set_isub(self, other):
    """set -= other"""
    set_replace(self, set_difference(self, (other,)))
    return self


def set_ixor(self, other):
    """set ^= other"""
    set_replace(self, set_symmetric_difference(self, other))
    return self


def set_le(self, other):
    """set <= other"""
    if len(self) > len(other):
        return False
    for item in self:
        if not set_contains(other, item):
            return False
    return True


def set_eq(self, other):
    """set == other"""
    return len(self) == len(other) and set_le(self, other)


def set_ne(self, other):
    """set != other"""
    return not set_eq(self, other)


def set_lt(self, other):
    """set < other"""
    return len(self) < len(other) and set_le(self, other)


def set_gt(self, other):
    """set > other"""
    return len(self) > len(other) and set_le(other, self)


def set_ge(self, other):
    """set >= other"""
    return set_le(other, self)


# Ranges and slices.

def range_new(cls, args):
    """range"""
    return range(*[index_of(arg) for arg in args])


def range_contains(self, value):
    """value in range"""
    if isinstance(value, int) and type(value).__eq__ is int.__eq__:
        return int(value) in self
    for item in self:
        if item is value or item == value:
            return True
    return False


def range_count(self, value):
    """range.count"""
    if isinstance(value, int):
        return 1 if int(value) in self else 0
    count = 0
    for item in self:
        if item == value:
            count += 1
    return count


def range_index(self, value):
    """range.index"""
    if isinstance(value, int):
        return self.index(int(value))
    at = 0
    for item in self:
        if item == value:
            return at
        at += 1
    raise ValueError('sequence.index(x): x not in sequence')


def slice_parts(self):
    """The three parts"""
    return self.start, self.stop, self.step


def slice_indices(self, length):
    """slice.indices"""
    return plain_key(self).indices(index_of(length))


def slice_eq(self, other):
    """slice == other"""
    return slice_parts(self) == slice_parts(other)


def slice_ne(self, other):
    """slice != other"""
    return slice_parts(self) != slice_parts(other)


def slice_lt(self, other):
    """slice < other"""
    return slice_parts(self) < slice_parts(other)


def slice_le(self, other):
    """slice <= other"""
    return slice_parts(self) <= slice_parts(other)


def slice_gt(self, other):
    """slice > other"""
    return slice_parts(self) > slice_parts(other)


def slice_ge(self, other):
    """slice >= other"""
    return slice_parts(self) >= slice_parts(other)


def slice_hash(self):
    """hash(slice)"""
    return hash(slice_parts(self))


def slice_repr(self):
    """repr(slice)"""
    return f'slice({self.start!r}, {self.stop!r}, {self.step!r})'
