# Unbound and subclassed super, changed bases, a metaclass's mro(), special
# methods and __call__ that are descriptors, __dict__ set to the instance.
import weakref


class A:
    def meth(self):
        return 'A'


class B(A):
    def meth(self):
        return 'B' + self._super.meth()


B._super = super(B)
print(B().meth())


class Named(super):
    def __init__(self, *args):
        super().__init__(*args)


class C(B):
    def meth(self):
        found = Named(C, self)
        return f'C[{type(found).__name__}]' + found.meth()


print(C().meth(), super(C).__self__, super(C, C()).__self_class__ is C)


class Base:
    def hello(self):
        return 'from Base'


class Other:
    def hello(self):
        return 'from Other'


class Sub(Base):
    pass


class SubSub(Sub):
    pass


it = SubSub()
print(it.hello())
Sub.__bases__ = (Other,)
print(it.hello(), Base.__subclasses__(), Other.__subclasses__() == [Sub])
for wrong in ((), (SubSub,), (1,), (dict,), (Other, Other)):
    try:
        Sub.__bases__ = wrong
    except TypeError as error:
        print(type(error).__name__)


class Reversed(type):
    def mro(cls):
        found = super().mro()
        return found[:1] + found[1:-1][::-1] + found[-1:]


class R(Sub, A, metaclass=Reversed):
    pass


print([cls.__name__ for cls in R.__mro__])


class Descriptor:
    def __get__(self, instance, owner):
        return lambda *args: (owner.__name__, args)


class D:
    __call__ = Descriptor()
    __getattr__ = Descriptor()
    __len__ = Descriptor()
    __add__ = Descriptor()


print(D()(1, 2), D().anything, D() + 3)


class Loop:
    pass


Loop.__call__ = Loop()
try:
    Loop()()
except RecursionError as error:
    print(error)


class AttrDict(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


settings = AttrDict(colour='red')
settings.size = 3
print(settings.colour, settings['size'], settings)


class WriteOnly:
    def __set__(self, instance, value):
        instance.__dict__['field'] = value * 2


class W:
    field = WriteOnly()


w = W()
print(type(w.field).__name__)
w.field = 21
print(w.field)


class Slotted:
    __slots__ = ('a',)


print('__dict__' in A.__dict__, '__weakref__' in A.__dict__, '__dict__' in B.__dict__, '__dict__' in Slotted.__dict__)
try:
    Slotted.a.__set__(A(), 1)
except TypeError as error:
    print(error)


class Child(A):
    pass


alive = weakref.ref(Child)
print(Child in A.__subclasses__())


class Told:
    @property
    def __dict__(self):
        return {'told': 1}


print(Told().__dict__, vars(Told()))
