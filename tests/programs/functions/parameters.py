# Every kind of parameter.
def f(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    return a, b, c, args, d, e, kwargs
print(f(1, d=4))
print(f(1, 20, 30, 40, 50, d=4, z=6))
print(f(*[1, 2, 3, 4], **{"d": 5, "a": "kw"}))
def g(*, only):
    return only
print(g(only=1))
def show(call):
    try:
        print(call())
    except TypeError as error:
        print(error)
show(lambda: f())
show(lambda: f(1))
show(lambda: g(1))
show(lambda: g())
show(lambda: g(only=1, other=2))
def h(a, b):
    return a + b
show(lambda: h(1))
show(lambda: h(1, 2, 3))
show(lambda: h(1, a=2))
show(lambda: h(1, **{"b": 2}, **{"b": 3}))
def default(items=[]):
    items.append(1)
    return items
print(default(), default())
print(f.__defaults__, f.__kwdefaults__, f.__name__, f.__code__.co_argcount)
print((lambda x, *y, z=1, **k: (x, y, z, k))(1, 2, z=3, w=4))
