# Objects end where the last reference to them goes, as with counts.
import weakref
from collections import deque
from functools import lru_cache, partial


class Ended:
    alive = 0

    def __init__(self, name):
        self.name = name
        Ended.alive += 1

    def __del__(self):
        Ended.alive -= 1
        print("end of", self.name)


class Holder:
    pass


def use():
    value = Ended("a local")
    print("using", value.name)


use()
print("used", Ended.alive)
Ended("a temporary")
print("after the temporary")
print(Ended("part of an expression").name)


def show(value):
    print("showing", value.name)


show(Ended("an argument"))
(lambda value: print("in a lambda", value.name))(Ended("given to a lambda"))

holder = Holder()
holder.value = Ended("an attribute")
holder.value = None
print("attribute replaced")
holder.value = Ended("a deleted attribute")
del holder.value
print("attribute deleted")
holder.value = Ended("held by what is held")
del holder
print("holder deleted")

items = [Ended("first"), Ended("second"), Ended("third"), Ended("fourth")]
items.pop()
print("popped")
items[1:2] = []
print("slice assigned")
items[0] = None
print("item replaced")
items.clear()
print("list cleared")
table = {key: Ended(key) for key in "abc"}
del table["a"]
table["b"] = None
table.pop("c")
print("dict empty of them")
last = deque(maxlen=1)
last.append(Ended("pushed out"))
last.append(Ended("pushed in"))
last.popleft()
print("deque empty")
bag = {Ended("in a set")}
bag.clear()
print("set empty")
call = partial(print, Ended("bound"))
call = None
print("partial gone")


@lru_cache(maxsize=1)
def cached(name):
    return Ended(name)


cached("cached first")
cached("cached second")
cached.cache_clear()
print("cache cleared")


def fail():
    value = Ended("in a frame of a traceback")
    raise ValueError("failed")


try:
    fail()
except ValueError as error:
    print("caught", error, Ended.alive)
print("after the handler", Ended.alive)


def closure():
    value = Ended("in a closure")
    return lambda: value.name


function = closure()
print(function())
function = None
print("closure gone")


class Parent:
    def __init__(self):
        self.child = Ended("child")

    def __del__(self):
        print("end of the parent")


def family():
    Parent()
    parent = Parent()
    print("a family")


family()
print("no family")


def circle():
    value = Ended("in a circle")
    value.itself = value


circle()
print("circles wait", Ended.alive)
import gc
gc.collect()
print("collected", Ended.alive)


# Generators that are left.
def numbers(end):
    try:
        yield from range(end)
    finally:
        print("no more numbers")


for number in numbers(5):
    if number == 2:
        break
print("left the loop")


def first():
    for number in numbers(5):
        return number


print(first())


def begun():
    generator = numbers(5)
    next(generator)


begun()
print("begun and left")


def doubled(numbers):
    for number in numbers:
        yield number * 2


def pipeline():
    for number in doubled(numbers(9)):
        if number > 4:
            return number


print(pipeline())


def holding():
    value = Ended("in a generator")
    yield value.name


generator = holding()
print(next(generator))
generator.close()
print("closed", Ended.alive)


# Weak references.
class Plain:
    def method(self):
        return "called"


def made():
    value = Plain()
    weakref.finalize(value, print, "finalized")
    return weakref.ref(value, lambda _: print("called back"))


print(made()())
cache = weakref.WeakValueDictionary()


def load(key):
    if key not in cache:
        value = cache[key] = Plain()
        print("loading", key)
        return value
    return cache[key]


def work():
    one, two = load("x"), load("x")
    print(one is two, list(cache))


work()
print(list(cache))
kept = load("kept")
load("dropped")
print(list(cache))
values = [Plain(), Plain()]
references = [weakref.ref(value) for value in values]
values.pop()
print([reference() is None for reference in references])
method = weakref.WeakMethod(kept.method)
print(method()())
kept = None
print(method(), list(cache))
try:
    raise KeyError
except KeyError:
    value = Ended("in a handler")
    value = None
print("done", Ended.alive)


def make(name):
    return Ended(name)


def rebind():
    value = Ended("a variable's first")
    value = Ended("a variable's second")
    value = make("a variable's last")
    value = None
    print("variable", value)


rebind()
