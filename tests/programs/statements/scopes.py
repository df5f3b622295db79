# global, nonlocal, closures, del and class scopes.
x = "global"
def outer():
    x = "outer"
    def inner():
        nonlocal x
        x += "+"
        return x
    def reader():
        return x
    inner()
    return reader(), inner()
print(outer(), x)
def set_global():
    global x, fresh
    x = "changed"
    fresh = "made"
set_global()
print(x, fresh)
def counter():
    count = 0
    def step(by=1):
        nonlocal count
        count += by
        return count
    return step
a, b = counter(), counter()
print(a(), a(5), b())
def unbound():
    if False:
        local = 1
    return local
try:
    unbound()
except UnboundLocalError as error:
    print(type(error).__name__)
try:
    missing
except NameError as error:
    print(error)
functions = [lambda: i for i in range(3)]
print([f() for f in functions])
functions = [lambda i=i: i for i in range(3)]
print([f() for f in functions])
class C:
    x = "class"
    values = [x for _ in range(2)] if False else [1]
    def method(self):
        return x
print(C().method(), C.x)
y = 1
del y
try:
    y
except NameError as error:
    print(error)
def deleted():
    z = 1
    del z
    try:
        z
    except UnboundLocalError:
        return "gone"
print(deleted())
