# python: 3.14
# Assignment patterns and starred expressions.
a, b = 1, 2
a, b = b, a
print(a, b)
first, *rest = [1, 2, 3]
*init, last = "abc"
x, (y, z), *w = 1, (2, 3), 4, 5
print(first, rest, init, last, x, y, z, w)
[p, q] = {"k1": 1, "k2": 2}
print(p, q)
print([*range(3), *"ab"], (*[1], 2), {*[1, 1, 2]}, {**{"a": 1}, "b": 2, **{"a": 3}})
def f(*args, **kwargs):
    return args, kwargs
print(f(*[1, 2], 3, *(4,), k=5, **{"m": 6}))
for source in ([1], [1, 2, 3]):
    try:
        a, b = source
    except ValueError as error:
        print(error)
try:
    a, *b, c = [1]
except ValueError as error:
    print(error)
try:
    a, b = 5
except TypeError as error:
    print(error)
i = j = [0]
j.append(1)
print(i)
values = [0, 1, 2]
k = 0
k, values[k] = 2, "set"
print(k, values)
