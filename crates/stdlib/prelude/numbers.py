# Numbers: what the natives of `int`, `float`, `math`, `cmath` and `_random`
# leave to Python because a user's method decides.


# An argument for natives that take ints and None.
def plain_index(value):
    return value if value is None or isinstance(value, int) else index_of(value)


# An argument for natives that take reals; strs are left for them to refuse.
def plain_real(value):
    return value if value is None or isinstance(value, (int, float, str)) else float(value)


# `int(x, base)` with a base or digits from Python code.
def int_new(cls, x=0, base=10):
    return int.__new__(cls, x, index_of(base))


# `float(x)` where the text's repr is Python's.
def float_new(cls, x=0.0, kwargs=None):
    raise ValueError(f'could not convert string to float: {x!r}')


# `float.from_number(x)`.
def float_from_number(cls, number):
    return cls(float(number))


# `round(number, ndigits)`.
def number_round(self, ndigits=None):
    return self.__round__(index_of(ndigits))


# `int.to_bytes`.
def int_to_bytes(self, length=1, byteorder='big', signed=False):
    return self.to_bytes(index_of(length), byteorder, signed=True if signed else False)


# `int.from_bytes` of an object with `__bytes__`, or of an iterable of ints.
def int_from_bytes(cls, data, byteorder='big', signed=False):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        data = bytes(data) if hasattr(type(data), '__bytes__') else bytes([index_of(item) for item in data])
    return cls.from_bytes(data, byteorder, signed=True if signed else False)


# `bool(x)`.
def bool_new(cls, x=False):
    return True if x else False


# Calls a function of `math` again with its arguments converted to floats.
def math_again_floats(name, args):
    return getattr(load_module_named('math'), name)(*[plain_real(arg) for arg in args])


# Calls a function of `math` again with its arguments converted to ints.
def math_again_ints(name, args):
    return getattr(load_module_named('math'), name)(*[plain_index(arg) for arg in args])


# `math.dist`.
def math_dist(p, q):
    return load_module_named('math').dist([plain_real(x) for x in p], [plain_real(x) for x in q])


# `math.fsum`.
def math_fsum(seq):
    return load_module_named('math').fsum([plain_real(x) for x in seq])


# `math.isclose`.
def math_isclose(a, b, rel_tol=None, abs_tol=None):
    return load_module_named('math').isclose(
        plain_real(a), plain_real(b),
        rel_tol=1e-09 if rel_tol is None else plain_real(rel_tol),
        abs_tol=0.0 if abs_tol is None else plain_real(abs_tol))


# `math.nextafter`.
def math_nextafter(x, y, steps=None):
    return load_module_named('math').nextafter(plain_real(x), plain_real(y), steps=plain_index(steps))


# `math.prod`.
def math_prod(iterable, start=1):
    for item in iterable:
        start = start * item
    return start


# `math.sumprod`.
def math_sumprod(p, q):
    total = 0
    for a, b in zip(p, q, strict=True):
        total = total + a * b
    return total


# Calls a function of `cmath` again with its arguments converted.
def cmath_again(name, args):
    return getattr(load_module_named('cmath'), name)(*[complex(arg) for arg in args])


# `cmath.isclose`.
def cmath_isclose(a, b, rel_tol=None, abs_tol=None):
    return load_module_named('cmath').isclose(
        complex(a), complex(b),
        rel_tol=1e-09 if rel_tol is None else plain_real(rel_tol),
        abs_tol=0.0 if abs_tol is None else plain_real(abs_tol))


# `cmath.rect`.
def cmath_rect(r, phi):
    return load_module_named('cmath').rect(plain_real(r), plain_real(phi))


# `_random.Random(seed)` with a seed whose hash is Python's.
def random_new(cls, args, kwargs):
    self = cls.__new__(cls)
    self.seed(hash(args[0]))
    return self


# `_random.Random.seed`; the hash counts as unsigned.
def random_seed(self, n=None):
    load_module_named('_random').Random.seed(self, hash(n) & 0xFFFF_FFFF_FFFF_FFFF)


# `_random.Random.getrandbits`.
def random_getrandbits(self, k):
    return load_module_named('_random').Random.getrandbits(self, index_of(k))
