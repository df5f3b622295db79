# Decorators with and without arguments, stacked, on classes.
import functools

def trace(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print("->", function.__name__, args, kwargs)
        result = function(*args, **kwargs)
        print("<-", result)
        return result
    return wrapper

def repeat(times):
    def decorate(function):
        def wrapper(*args):
            return [function(*args) for _ in range(times)]
        return wrapper
    return decorate

@trace
def add(a, b=1):
    "Adds."
    return a + b

@repeat(2)
@trace
def double(x):
    return x * 2

print(add(1, b=2), add.__name__, add.__doc__)
print(double(4))

def register(cls):
    cls.registered = True
    return cls

@register
class Thing:
    pass
print(Thing.registered)

@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info())

compose = lambda *fs: functools.reduce(lambda f, g: lambda x: g(f(x)), fs)
print(compose(lambda x: x + 1, lambda x: x * 10, str)(4))
print(functools.partial(pow, 2)(5), functools.partial(int, base=2)("101"))
