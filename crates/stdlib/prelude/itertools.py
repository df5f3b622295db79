# itertools as far as it runs Python, and the Python versions of functools,
# heapq and bisect natives.

def accumulate_new(iterable, func=None, initial=None):
    """accumulate"""
    return accumulate_items(iter(iterable), func, initial)


def accumulate_items(items, func, initial):
    """accumulate's items"""
    total = initial
    if initial is None:
        for total in items:
            break
        else:
            return
    yield total
    for item in items:
        total = total + item if func is None else func(total, item)
        yield total


def batched_new(iterable, n, strict=False):
    """batched"""
    n = index_of(n)
    if n < 1:
        raise ValueError('n must be at least one')
    return batched_items(iter(iterable), n, strict)


def batched_items(items, n, strict):
    """batched's items"""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        if strict:
            raise ValueError('batched(): incomplete batch')
        yield tuple(batch)


def chain_new(iterables):
    """chain"""
    return chain_items(iter(iterables))


def chain_items(iterables):
    """chain's items"""
    for iterable in iterables:
        for item in iterable:
            yield item


def compress_new(data, selectors):
    """compress"""
    return compress_items(zip(data, selectors))


def compress_items(pairs):
    """compress's items"""
    for item, selector in pairs:
        if selector:
            yield item


def count_new(start=0, step=1):
    """count"""
    for value in (start, step):
        if not hasattr(type(value), '__add__') or isinstance(value, (str, list, tuple, bytes)):
            raise TypeError('a number is required')
    return count_items(start, step)


def count_items(value, step):
    """count's items"""
    while True:
        yield value
        value = value + step


def cycle_new(iterable):
    """cycle"""
    return cycle_items(iter(iterable))


def cycle_items(items):
    """cycle's items"""
    saved = []
    for item in items:
        yield item
        saved.append(item)
    while saved:
        for item in saved:
            yield item


def dropwhile_new(predicate, iterable):
    """dropwhile"""
    return dropwhile_items(predicate, iter(iterable))


def dropwhile_items(predicate, items):
    """dropwhile's items"""
    for item in items:
        if not predicate(item):
            yield item
            break
    for item in items:
        yield item


def takewhile_new(predicate, iterable):
    """takewhile"""
    return takewhile_items(predicate, iter(iterable))


def takewhile_items(predicate, items):
    """takewhile's items"""
    for item in items:
        if not predicate(item):
            return
        yield item


def filterfalse_new(function, iterable):
    """filterfalse"""
    return filterfalse_items(bool if function is None else function, iter(iterable))


def filterfalse_items(function, items):
    """filterfalse's items"""
    for item in items:
        if not function(item):
            yield item


def groupby_new(iterable, key=None):
    """groupby"""
    return groupby_items(iter(iterable), key)


def groupby_items(iterator, key):
    """groupby's pairs; a group ends when the next one is asked for"""
    exhausted = False

    def group(mark, target):
        nonlocal value, value_key, exhausted
        while mark is latest:
            yield value
            if mark is not latest:
                return
            for value in iterator:
                break
            else:
                exhausted = True
                return
            value_key = value if key is None else key(value)
            if not (target is value_key or target == value_key):
                return

    for value in iterator:
        break
    else:
        return
    value_key = value if key is None else key(value)
    while not exhausted:
        target = value_key
        latest = object()
        yield target, group(latest, target)
        # What is left of the group is skipped.
        while not exhausted and (target is value_key or target == value_key):
            for value in iterator:
                break
            else:
                exhausted = True
                return
            value_key = value if key is None else key(value)


def islice_new(iterable, args):
    """islice"""
    if not 1 <= len(args) <= 3:
        many = len(args) + 1
        least = 'at least 2' if many < 2 else 'at most 4'
        raise TypeError(f'islice expected {least} arguments, got {many}')
    start, stop, step = 0, args[0], 1
    if len(args) > 1:
        start, stop = args[0], args[1]
        if len(args) > 2:
            step = args[2]
    message = 'Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.'
    try:
        stop = None if stop is None else index_of(stop)
    except TypeError:
        raise ValueError('Stop argument' + message[7:] if len(args) == 1 else message) from None
    if stop is not None and stop < 0:
        raise ValueError('Stop argument' + message[7:] if len(args) == 1 else message)
    try:
        start = 0 if start is None else index_of(start)
    except TypeError:
        raise ValueError(message) from None
    if start < 0:
        raise ValueError(message)
    message = 'Step for islice() must be a positive integer or None.'
    try:
        step = 1 if step is None else index_of(step)
    except TypeError:
        raise ValueError(message) from None
    if step < 1:
        raise ValueError(message)
    return islice_items(iter(iterable), start, stop, step)


def islice_items(items, start, stop, step):
    """islice's items; takes none beyond the last"""
    at = 0
    if start:
        if stop is not None and start > stop:
            start = stop
        if start:
            for _ in items:
                at += 1
                if at == start:
                    break
            else:
                return
    if stop is not None and at >= stop:
        return
    wanted = at
    for item in items:
        if at == wanted:
            yield item
            wanted += step
            if stop is not None and wanted >= stop:
                # The items up to the bound are used up too.
                at += 1
                while at < stop:
                    for _ in items:
                        break
                    else:
                        return
                    at += 1
                return
        at += 1


def pairwise_new(iterable):
    """pairwise"""
    return pairwise_items(iter(iterable))


def pairwise_items(items):
    """pairwise's items"""
    for before in items:
        break
    else:
        return
    for item in items:
        yield before, item
        before = item


def starmap_new(function, iterable):
    """starmap"""
    return starmap_items(function, iter(iterable))


def starmap_items(function, items):
    """starmap's items"""
    for args in items:
        try:
            item = function(*args)
        except StopIteration:
            return
        yield item


def zip_longest_new(iterables, fillvalue=None):
    """zip_longest"""
    return zip_longest_items([iter(iterable) for iterable in iterables], fillvalue)


def zip_longest_items(iterators, fillvalue):
    """zip_longest's items"""
    active = len(iterators)
    while active:
        items = []
        for at in range(len(iterators)):
            iterator = iterators[at]
            if iterator is not None:
                for item in iterator:
                    break
                else:
                    active -= 1
                    if not active:
                        return
                    iterators[at] = None
                    item = fillvalue
            else:
                item = fillvalue
            items.append(item)
        yield tuple(items)


def combinations_slow(cls, iterable, r):
    """combinations"""
    return cls(list_of(iterable), index_of(r))


def combinations_with_replacement_slow(cls, iterable, r):
    """combinations_with_replacement"""
    return cls(list_of(iterable), index_of(r))


def permutations_slow(cls, iterable, r=None):
    """permutations"""
    return cls(list_of(iterable), index_of(r))


def product_slow(cls, iterables, repeat=1):
    """product"""
    return cls(*[list_of(iterable) for iterable in iterables], repeat=index_of(repeat))


def repeat_slow(cls, value, times):
    """repeat"""
    return cls(value, index_of(times))


def iterator_repr(self):
    """repr of an iterator over objects with Python reprs"""
    shown = ', '.join([repr(argument) for argument in shown_arguments(self)])
    return f'{type(self).__name__}({shown})'


def tee_new(iterable, n=2):
    """tee: readers of one chain of items, filled as they come"""
    n = index_of(n)
    if n < 0:
        raise ValueError('n must be >= 0')
    items = iter(iterable)
    link = [None, None]
    return tuple([tee_items(items, link) for _ in range(n)])


def tee_items(items, link):
    """One reader of a tee"""
    while True:
        if link[1] is None:
            for item in items:
                break
            else:
                return
            link[0], link[1] = item, [None, None]
        item, link = link
        yield item


# functools.

def reduce_(function, iterable, initial=_no_default):
    """reduce"""
    try:
        items = iter(iterable)
    except TypeError:
        raise TypeError('reduce() arg 2 must support iteration') from None
    total = initial
    if initial is _no_default:
        for total in items:
            break
        else:
            raise TypeError('reduce() of empty iterable with no initial value')
    for item in items:
        total = function(total, item)
    return total


def partial_reduce(self):
    """functools.partial.__reduce__"""
    return type(self), (self.func,), (self.func, self.args, self.keywords, vars(self) or None)


def partial_setstate(self, state):
    """functools.partial.__setstate__"""
    if not isinstance(state, tuple) or len(state) != 4:
        raise TypeError('invalid partial state')
    function, args, keywords, namespace = state
    if not callable(function) or not isinstance(args, tuple) or not isinstance(keywords, (dict, type(None))) \
            or not isinstance(namespace, (dict, type(None))):
        raise TypeError('invalid partial state')
    if type(keywords) is not dict:
        keywords = {} if keywords is None else dict(keywords)
    self._set(function, tuple(args), keywords)
    for name in list(vars(self)):
        delattr(self, name)
    for name, value in (namespace or {}).items():
        setattr(self, name, value)


class KeyWrapper:
    """What functools.cmp_to_key gives, and what that makes of an object"""
    __slots__ = ('_cmp', 'obj')
    __hash__ = None

    def __init__(self, cmp):
        self._cmp = cmp

    def __call__(self, obj):
        made = KeyWrapper(self._cmp)
        made.obj = obj
        return made

    def __lt__(self, other):
        return self._cmp(self.obj, other_key(other)) < 0

    def __gt__(self, other):
        return self._cmp(self.obj, other_key(other)) > 0

    def __eq__(self, other):
        return self._cmp(self.obj, other_key(other)) == 0

    def __le__(self, other):
        return self._cmp(self.obj, other_key(other)) <= 0

    def __ge__(self, other):
        return self._cmp(self.obj, other_key(other)) >= 0


KeyWrapper.__module__ = 'functools'


def other_key(other):
    """The object of the other key in a comparison"""
    if type(other) is not KeyWrapper:
        raise TypeError('other argument must be K instance')
    return other.obj


def partial_repr(self):
    """repr(functools.partial)"""
    mark = id(self)
    name = type(self).__qualname__
    module = type(self).__module__
    if module != 'builtins':
        name = f'{module}.{name}'
    if mark in _repr_running:
        return '...'
    _repr_running.add(mark)
    try:
        parts = [repr(self.func)]
        parts += [repr(arg) for arg in self.args]
        parts += [f'{key}={value!r}' for key, value in self.keywords.items()]
        return f"{name}({', '.join(parts)})"
    finally:
        _repr_running.discard(mark)


def lru_call(self, args, kwargs):
    """A cached call whose key needs Python to be hashed or compared"""
    key = self._key(args, kwargs)
    table = self._table()
    key_hash = hash(key)
    at = find_key(table, key, key_hash)
    if at >= 0:
        return self._hit(table_value(table, at))
    self._miss()
    result = self._function()(*args, **kwargs)
    at = find_key(table, key, key_hash)
    if at < 0:
        self._store(key, key_hash, result)
    return result


# collections.

def deque_fill(self, iterable, maxlen=None):
    """deque.__init__"""
    self.__init__(list_of(iterable), None if maxlen is None else index_of(maxlen))


def deque_count(self, value):
    """deque.count"""
    return seq_count(self, value)


def deque_contains(self, value):
    """value in deque"""
    return seq_contains(self, value)


def deque_index(self, value, start=0, stop=None):
    """deque.index"""
    start = index_of(start)
    stop = len(self) if stop is None else index_of(stop)
    start = max(start + len(self), 0) if start < 0 else start
    stop = max(stop + len(self), 0) if stop < 0 else stop
    at = 0
    for item in self:
        if at >= stop:
            break
        if at >= start and (item is value or item == value):
            return at
        at += 1
    raise ValueError('deque.index(x): x not in deque')


def deque_remove(self, value):
    """deque.remove"""
    length = len(self)
    at = 0
    while at < length:
        item = self[at]
        found = item is value or item == value
        if len(self) != length:
            raise IndexError('deque mutated during remove().')
        if found:
            del self[at]
            return
        at += 1
    raise ValueError('deque.remove(x): x not in deque')


def deque_reduce(self):
    """deque.__reduce__"""
    given = () if self.maxlen is None else ((), self.maxlen)
    return type(self), given, self.__getstate__(), iter(self)


def deque_insert(self, index, value):
    """deque.insert"""
    self.insert(index_of(index), value)


def deque_rotate(self, n=1):
    """deque.rotate"""
    self.rotate(index_of(n))


def deque_getitem(self, index):
    """deque[index]"""
    return self[index_of(index)]


def deque_setitem(self, index, value):
    """deque[index] = value"""
    self[index_of(index)] = value


def deque_delitem(self, index):
    """del deque[index]"""
    del self[index_of(index)]


def deque_mul(self, count):
    """deque * count"""
    return self * index_of(count)


def deque_imul(self, count):
    """deque *= count"""
    self *= index_of(count)
    return self


def deque_eq(self, other):
    """deque == other"""
    return seq_eq(list(self), list(other))


def deque_ne(self, other):
    """deque != other"""
    return not seq_eq(list(self), list(other))


def deque_lt(self, other):
    """deque < other"""
    return seq_lt(list(self), list(other))


def deque_le(self, other):
    """deque <= other"""
    return seq_le(list(self), list(other))


def deque_gt(self, other):
    """deque > other"""
    return seq_gt(list(self), list(other))


def deque_ge(self, other):
    """deque >= other"""
    return seq_ge(list(self), list(other))


def deque_repr(self):
    """repr(deque)"""
    name = type(self).__name__
    mark = id(self)
    if mark in _repr_running:
        return '[...]'
    _repr_running.add(mark)
    try:
        inner = ', '.join([repr(item) for item in self])
        bound = '' if self.maxlen is None else f', maxlen={self.maxlen}'
        return f'{name}([{inner}]{bound})'
    finally:
        _repr_running.discard(mark)


def defaultdict_repr(self):
    """repr(defaultdict)"""
    mark = id(self.default_factory)
    if mark in _repr_running:
        factory = '...'
    else:
        _repr_running.add(mark)
        try:
            factory = repr(self.default_factory)
        finally:
            _repr_running.discard(mark)
    return f'{type(self).__name__}({factory}, {dict.__repr__(self)})'


def ordered_dict_repr(self):
    """repr(OrderedDict)"""
    if not self:
        return f'{type(self).__name__}()'
    mark = id(self)
    if mark in _repr_running:
        return '...'
    _repr_running.add(mark)
    try:
        inner = ', '.join([f'{key!r}: {value!r}' for key, value in self.items()])
        return f'{type(self).__name__}({{{inner}}})'
    finally:
        _repr_running.discard(mark)


def ordered_dict_eq(self, other):
    """OrderedDict == other: in order if both are ordered"""
    if not dict_eq(plain(self), other):
        return False
    return not hasattr(other, 'move_to_end') or seq_eq(list(plain(self)), list(plain(other)))


def ordered_dict_ne(self, other):
    """OrderedDict != other"""
    return not ordered_dict_eq(self, other)


def ordered_dict_reduce(self):
    """OrderedDict.__reduce__"""
    return type(self), (), self.__getstate__(), None, iter(self.items())


def ordered_dict_or(cls, first, second):
    """OrderedDict | other"""
    result = cls(first)
    result.update(second)
    return result


def ordered_dict_ior(self, other):
    """OrderedDict |= other"""
    self.update(other)
    return self


def ordered_dict_move_to_end(self, key, last=True):
    """OrderedDict.move_to_end"""
    key_hash = hash(key)
    at = find_key(self, key, key_hash)
    if at < 0:
        raise KeyError(key)
    self._move(at, True if last else False)


def count_elements(mapping, iterable):
    """_count_elements"""
    get = mapping.get
    for item in iterable:
        mapping[item] = get(item, 0) + 1


# operator: what natives leave to Python's own operators.

def op_abs(a): return abs(a)
def op_add(a, b): return a + b
def op_and(a, b): return a & b
def op_call(obj, args, kwargs): return obj(*args, **kwargs)
def op_concat(a, b):
    if not hasattr(a, '__getitem__'):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    return a + b
def op_contains(a, b): return b in a
def op_delitem(a, b): del a[b]
def op_eq(a, b): return a == b
def op_floordiv(a, b): return a // b
def op_ge(a, b): return a >= b
def op_getitem(a, b): return a[b]
def op_gt(a, b): return a > b
def op_iadd(a, b): a += b; return a
def op_iand(a, b): a &= b; return a
def op_ifloordiv(a, b): a //= b; return a
def op_ilshift(a, b): a <<= b; return a
def op_imatmul(a, b): a @= b; return a
def op_imod(a, b): a %= b; return a
def op_imul(a, b): a *= b; return a
def op_inv(a): return ~a
def op_ior(a, b): a |= b; return a
def op_ipow(a, b): a **= b; return a
def op_irshift(a, b): a >>= b; return a
def op_isub(a, b): a -= b; return a
def op_itruediv(a, b): a /= b; return a
def op_ixor(a, b): a ^= b; return a
def op_le(a, b): return a <= b
def op_lshift(a, b): return a << b
def op_lt(a, b): return a < b
def op_matmul(a, b): return a @ b
def op_mod(a, b): return a % b
def op_mul(a, b): return a * b
def op_ne(a, b): return a != b
def op_neg(a): return -a
def op_not(a): return not a
def op_or(a, b): return a | b
def op_pos(a): return +a
def op_pow(a, b): return a ** b
def op_rshift(a, b): return a >> b
def op_setitem(a, b, c): a[b] = c
def op_sub(a, b): return a - b
def op_truediv(a, b): return a / b
def op_xor(a, b): return a ^ b


def items_getter_call(self, obj):
    """itemgetter's call"""
    items = self._items
    if len(items) == 1:
        return obj[items[0]]
    return tuple([obj[item] for item in items])


def items_getter_repr(self):
    """repr(itemgetter)"""
    return f"operator.itemgetter({', '.join([repr(item) for item in self._items])})"


# heapq.

def heap_down(heap, start, at):
    """Moves an item towards the root to where it belongs"""
    item = heap[at]
    while at > start:
        parent_at = (at - 1) >> 1
        parent = heap[parent_at]
        if not item < parent:
            break
        heap[at] = parent
        at = parent_at
    heap[at] = item


def heap_up(heap, at):
    """Moves an item to a leaf and back to where it belongs"""
    end, start = len(heap), at
    item = heap[at]
    child = 2 * at + 1
    while child < end:
        right = child + 1
        if right < end and not heap[child] < heap[right]:
            child = right
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    heap_down(heap, start, at)


def heap_down_max(heap, start, at):
    """heap_down with the largest at the root"""
    item = heap[at]
    while at > start:
        parent_at = (at - 1) >> 1
        parent = heap[parent_at]
        if not parent < item:
            break
        heap[at] = parent
        at = parent_at
    heap[at] = item


def heap_up_max(heap, at):
    """heap_up with the largest at the root"""
    end, start = len(heap), at
    item = heap[at]
    child = 2 * at + 1
    while child < end:
        right = child + 1
        if right < end and not heap[right] < heap[child]:
            child = right
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    heap[at] = item
    heap_down_max(heap, start, at)


def heap_push(heap, item):
    """heappush"""
    heap.append(item)
    heap_down(heap, 0, len(heap) - 1)


def heap_pop(heap):
    """heappop"""
    last = heap.pop()
    if heap:
        first = heap[0]
        heap[0] = last
        heap_up(heap, 0)
        return first
    return last


def heap_replace(heap, item):
    """heapreplace"""
    first = heap[0]
    heap[0] = item
    heap_up(heap, 0)
    return first


def heap_pushpop(heap, item):
    """heappushpop"""
    if heap and heap[0] < item:
        item, heap[0] = heap[0], item
        heap_up(heap, 0)
    return item


def heap_make(heap):
    """heapify"""
    for at in range(len(heap) // 2 - 1, -1, -1):
        heap_up(heap, at)


def heap_push_max(heap, item):
    """heappush_max"""
    heap.append(item)
    heap_down_max(heap, 0, len(heap) - 1)


def heap_pop_max(heap):
    """heappop_max"""
    last = heap.pop()
    if heap:
        first = heap[0]
        heap[0] = last
        heap_up_max(heap, 0)
        return first
    return last


def heap_replace_max(heap, item):
    """heapreplace_max"""
    first = heap[0]
    heap[0] = item
    heap_up_max(heap, 0)
    return first


def heap_pushpop_max(heap, item):
    """heappushpop_max"""
    if heap and item < heap[0]:
        item, heap[0] = heap[0], item
        heap_up_max(heap, 0)
    return item


def heap_make_max(heap):
    """heapify_max"""
    for at in range(len(heap) // 2 - 1, -1, -1):
        heap_up_max(heap, at)


# bisect.

def bisect_bounds(a, lo, hi):
    """The bounds of a search"""
    lo = index_of(lo)
    if lo < 0:
        raise ValueError('lo must be non-negative')
    return lo, len(a) if hi is None else index_of(hi)


def bisect_right_(a, x, lo=0, hi=None, key=None):
    """bisect_right"""
    lo, hi = bisect_bounds(a, lo, hi)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if x < item:
            hi = middle
        else:
            lo = middle + 1
    return lo


def bisect_left_(a, x, lo=0, hi=None, key=None):
    """bisect_left"""
    lo, hi = bisect_bounds(a, lo, hi)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if item < x:
            lo = middle + 1
        else:
            hi = middle
    return lo


def insort_right_(a, x, lo=0, hi=None, key=None):
    """insort_right"""
    at = bisect_right_(a, x if key is None else key(x), lo, hi, key)
    a.insert(at, x)


def insort_left_(a, x, lo=0, hi=None, key=None):
    """insort_left"""
    at = bisect_left_(a, x if key is None else key(x), lo, hi, key)
    a.insert(at, x)
