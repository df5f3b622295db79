# Calls of what an instance itself holds: `thing.name()` where `name` is no method.


class Holder:
    def shown(self):
        return 'method'

    def __getattr__(self, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return lambda: f'made {name}'


def call(thing):
    return thing.shown(), thing.other()


plain, through_dict = Holder(), Holder()
for holder, tag in (plain, 'plain'), (through_dict, 'dict'):
    for round in range(3):
        print(tag, round, call(holder))
plain.other = lambda: 'own'
through_dict.__dict__['first'] = 1
through_dict.__dict__['other'] = lambda: 'own in dict'
for round in range(3):
    print(call(plain), call(through_dict))

# Another order of attributes, and one that shadows the method.
late = Holder()
late.shown = lambda: 'shadows'
late.other = lambda: 'late'
for round in range(2):
    print(call(late), call(plain), call(through_dict))

# What is replaced, deleted, or moved by a new dict is seen at once.
plain.other = lambda: 'replaced'
print(call(plain))
del plain.other
print(call(plain))
late.__dict__ = {'other': lambda: 'of a new dict'}
print(call(late), late.__dict__.keys())
through_dict.__dict__.clear()
print(call(through_dict))


# The class comes first with a data descriptor, and not with any other.
class Data:
    def __get__(self, instance, owner):
        return lambda: 'data descriptor'

    def __set__(self, instance, value):
        raise AttributeError


class NonData:
    def __get__(self, instance, owner):
        return lambda: 'descriptor'


plain.other = lambda: 'own again'
for round in range(2):
    print(call(plain))
Holder.other = NonData()
print(call(plain), call(late), call(through_dict))
Holder.other = Data()
print(call(plain), call(late))
del Holder.other
print(call(plain), call(late), call(through_dict))


class Watched(Holder):
    def __getattribute__(self, name):
        return lambda: f'asked for {name}'


watched = Watched()
object.__setattr__(watched, 'other', lambda: 'never')
for round in range(2):
    print(call(watched))
plain.__class__ = Watched
print(call(plain))
