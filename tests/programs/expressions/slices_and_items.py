# Indexing, slicing and deleting, with every sign.
a = list(range(10))
print(a[2:5], a[:3], a[7:], a[-3:], a[::3], a[::-1], a[8:2:-2], a[100:], a[:])
a[2:5] = ["x"]
print(a)
a[1:1] = [100, 200]
print(a)
del a[0], a[-1]
print(a)
del a[::2]
print(a)
a[::2] = [0] * len(a[::2])
print(a)
try:
    a[::2] = [1]
except ValueError as error:
    print(error)
d = {"x": 1}
d["y"] = 2
del d["x"]
print(d, d.get("x"), d.get("x", "none"))
try:
    d["x"]
except KeyError as error:
    print("KeyError", error)
try:
    [1][5]
except IndexError as error:
    print(error)

class Grid:
    def __getitem__(self, key):
        return key
print(Grid()[1, 2:3, ..., ::4])
t = (1, 2, 3)
print(t[1:], t + (4,), t * 2, (5,) , ())
