# send, throw, close, return values, yield from.
def echo():
    received = []
    try:
        while True:
            item = yield len(received)
            received.append(item)
    except ValueError as error:
        yield f"caught {error}"
    finally:
        print("closing", received)
g = echo()
print(next(g), g.send("a"), g.send("b"))
print(g.throw(ValueError("boom")))
try:
    next(g)
except StopIteration as stop:
    print("stopped", stop.value)
def inner():
    x = yield 1
    print("got", x)
    y = yield 2
    return x, y
def outer():
    result = yield from inner()
    print("result", result)
    yield from [10, 20]
    return "end"
g = outer()
print(next(g), g.send("x"), g.send("y"), next(g))
try:
    next(g)
except StopIteration as stop:
    print(stop.value)
g = echo()
next(g)
g.close()
print(list(g), g.gi_frame is None)
def bad():
    try:
        yield 1
    except GeneratorExit:
        yield 2
b = bad()
next(b)
try:
    b.close()
except RuntimeError as error:
    print(error)
def stops():
    yield 1
    raise StopIteration("inside")
try:
    list(stops())
except RuntimeError as error:
    print(error, repr(error.__cause__))
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
import itertools
print(list(itertools.islice(fib(), 12)))
try:
    fib().send(1)
except TypeError as error:
    print(error)
def reentrant():
    yield next(me)
me = reentrant()
try:
    next(me)
except ValueError as error:
    print(error)
