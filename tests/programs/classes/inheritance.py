# Multiple inheritance, the MRO, cooperative super.
class Base:
    def __init__(self, **kwargs):
        print("Base", kwargs)
    def who(self):
        return ["Base"]
class Left(Base):
    def __init__(self, left=0, **kwargs):
        super().__init__(**kwargs)
        self.left = left
    def who(self):
        return ["Left"] + super().who()
class Right(Base):
    def __init__(self, right=0, **kwargs):
        super().__init__(**kwargs)
        self.right = right
    def who(self):
        return ["Right"] + super().who()
class Both(Left, Right):
    def who(self):
        return ["Both"] + super().who()
both = Both(left=1, right=2, extra=3)
print(both.who(), both.left, both.right)
print([c.__name__ for c in Both.__mro__], issubclass(Both, Right), isinstance(both, (int, Base)))
try:
    class Broken(Base, Left):
        pass
except TypeError as error:
    print("consistent method resolution" in str(error))
class Plugin:
    registry = []
    def __init_subclass__(cls, /, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Plugin.registry.append((cls.__name__, name))
class A(Plugin, name="first"):
    pass
class B(A):
    pass
print(Plugin.registry)
class MyList(list):
    def append(self, item):
        super().append(item * 2)
m = MyList([1])
m.append(2)
print(m, len(m), m + [9], isinstance(m, list), type(m).__name__)
class MyInt(int):
    def __add__(self, other):
        return MyInt(int(self) + int(other) + 100)
print(MyInt(1) + 2, MyInt(5) * 2)
class Upper(str):
    def __new__(cls, text):
        return super().__new__(cls, text.upper())
print(Upper("abc"), Upper("x") == "X", {Upper("k"): 1}["K"])
class D(dict):
    def __missing__(self, key):
        return f"<{key}>"
print(D(a=1)["a"], D()["z"])
