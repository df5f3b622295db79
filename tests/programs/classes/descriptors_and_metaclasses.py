# Descriptors, __set_name__, metaclasses, __prepare__.
class Typed:
    def __init__(self, kind):
        self.kind = kind
    def __set_name__(self, owner, name):
        self.name = "_" + name
        print("named", owner.__name__, name)
    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.name)
    def __set__(self, instance, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name[1:]} must be {self.kind.__name__}")
        setattr(instance, self.name, value)
    def __delete__(self, instance):
        print("deleted", self.name)
class Person:
    name = Typed(str)
    age = Typed(int)
    def __init__(self, name, age):
        self.name, self.age = name, age
p = Person("Ann", 30)
print(p.name, p.age, type(Person.name).__name__)
try:
    p.age = "old"
except TypeError as error:
    print(error)
del p.name
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kwargs):
        print("prepare", name, kwargs)
        return {"injected": 1}
    def __new__(mcs, name, bases, namespace, **kwargs):
        cls = super().__new__(mcs, name, bases, dict(namespace))
        cls.created_by = mcs.__name__
        return cls
    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace)
    def __call__(cls, *args):
        print("making", cls.__name__)
        return super().__call__(*args)
    def __len__(cls):
        return 42
class Made(metaclass=Meta, option=True):
    def __init__(self, x):
        self.x = x
print(Made.injected, Made.created_by, Made(3).x, len(Made), type(Made).__name__)
class Child(Made):
    pass
print(Child(1).x, isinstance(Child, Meta))
Dynamic = type("Dynamic", (Made,), {"y": 5})
print(Dynamic.y, Dynamic.__mro__[1].__name__)
class Lazy:
    def __init__(self, function):
        self.function = function
    def __get__(self, instance, owner):
        value = instance.__dict__[self.function.__name__] = self.function(instance)
        return value
class Page:
    @Lazy
    def content(self):
        print("computed")
        return "text"
page = Page()
print(page.content, page.content)
