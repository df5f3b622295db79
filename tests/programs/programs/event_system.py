# Publish and subscribe, plugins by decorator, weak references.
import weakref
from collections import defaultdict
class Events:
    def __init__(self):
        self.handlers = defaultdict(list)
    def on(self, name, priority=0):
        def decorate(function):
            self.handlers[name].append((priority, len(self.handlers[name]), function))
            self.handlers[name].sort(key=lambda h: (-h[0], h[1]))
            return function
        return decorate
    def emit(self, name, *args, **kwargs):
        return [function(*args, **kwargs) for _, _, function in self.handlers[name]]
events = Events()
@events.on("greet")
def plain(name):
    return f"hello {name}"
@events.on("greet", priority=10)
def loud(name):
    return f"HELLO {name.upper()}"
print(events.emit("greet", "ann"), events.emit("nothing"))
class Node:
    def __init__(self, name):
        self.name = name
node = Node("n")
reference = weakref.ref(node)
cache = weakref.WeakValueDictionary(n=node)
print(reference() is node, cache["n"].name, len(cache))
class Observable:
    def __init__(self):
        self._listeners = []
    def __getattr__(self, name):
        if name.startswith("when_"):
            return lambda f: self._listeners.append((name[5:], f)) or f
        raise AttributeError(name)
    def set(self, **values):
        for key, value in values.items():
            object.__setattr__(self, key, value)
            for wanted, f in self._listeners:
                if wanted == key:
                    f(value)
o = Observable()
o.when_x(lambda v: print("x is", v))
o.set(x=1, y=2)
print(o.x + o.y)
