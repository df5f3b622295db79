# A class can be given another metaclass, itself too; the machinery of class
# statements refuses what is no class body.
import builtins


class Sentinel(type):
    def __repr__(self):
        return f'<{self.__name__}>'

    def __len__(self):
        return 7


class Loud(Sentinel):
    pass


class Plain(metaclass=Loud):
    size = 1


class Own(Sentinel, metaclass=Sentinel):
    pass


print(type(Plain).__name__, Plain.size)
Plain.__class__ = Sentinel
print(Plain, type(Plain), len(Plain), Plain.size, isinstance(Plain, Sentinel), type(Plain()))
Own.__class__ = Own
print(type(Own) is Own, Own, isinstance(Own, Own), issubclass(Own, type))

class Indexed:
    def __getitem__(self, index):
        if index > 2:
            raise IndexError(index)
        return index


for attempt in (
    lambda: setattr(Plain, '__class__', int),
    lambda: setattr(Plain, '__class__', 5),
    lambda: setattr(int, '__class__', Sentinel),
    lambda: setattr(Indexed, '__class__', Sentinel),
):
    try:
        attempt()
    except TypeError as error:
        print(type(error).__name__)

for arguments in ((float, 'A'), (None, 'A'), (lambda: None, 5)):
    try:
        builtins.__build_class__(*arguments)
    except TypeError as error:
        print(error)
print([*Indexed(), 'end'])
for attempt in (lambda: [*Plain()], lambda: [*5], lambda: reversed(Indexed()), lambda: reversed(Plain())):
    try:
        attempt()
    except TypeError as error:
        print(error)
