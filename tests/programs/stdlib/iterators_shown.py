"""count over any numbers; what count and repeat show."""
from itertools import count, islice, repeat


class Named:
    def __repr__(self):
        return 'Named!'


print(count(10), count(10.25), count(10.5, 1.25), count(1 + 1j), count(step=2), count(-1))
print(repeat(3), repeat(object=1 + 0j, times=0), repeat('a', 5), repeat(Named()), repeat([Named()], 2))
print(list(islice(count(0.1, 0.1), 4)), list(islice(count(2**63 - 1), 3)), list(islice(count(5, -2), 3)))
numbers = count(10.25)
next(numbers)
print(numbers)
try:
    count('a')
except TypeError as error:
    print(error)
