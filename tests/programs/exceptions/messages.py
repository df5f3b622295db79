# python: 3.14
# Messages of common errors.
def show(f):
    try:
        f()
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
show(lambda: 1 + "a")
show(lambda: "a" + 1)
show(lambda: [] + ())
show(lambda: -"a")
show(lambda: 1 < "a")
show(lambda: None.x)
show(lambda: (1).missing)
show(lambda: int("x"))
show(lambda: float("abc"))
show(lambda: [1][2])
show(lambda: (1,)["a"])
show(lambda: {}[1])
show(lambda: {[]: 1})
show(lambda: len(5))
show(lambda: iter(5))
show(lambda: next(iter([])))
show(lambda: 5())
show(lambda: "abc".index("z"))
show(lambda: [1, 2].remove(3))
show(lambda: [].pop())
show(lambda: {}.popitem())
show(lambda: set().pop())
show(lambda: chr(-1))
show(lambda: ord("ab"))
show(lambda: "x" * "y")
show(lambda: [1, 2, 3].index(9))
show(lambda: max([]))
show(lambda: sum(["a"]))
show(lambda: range(1, 2, 0))
show(lambda: b"a" + "b")
show(lambda: "a".join([1]))
show(lambda: isinstance(1, 2))
show(lambda: __import__("nonexistent_module"))
show(lambda: object().x)
show(lambda: setattr(object(), "x", 1))
show(lambda: "{}".format())
show(lambda: "%d" % "x")
show(lambda: "%s %s" % (1,))
show(lambda: bytes([300]))
show(lambda: "é".encode("ascii"))
show(lambda: b"\xff".decode())
show(lambda: int(float("nan")))
show(lambda: 2.0 ** 10000)

# Numbers that have no room in a field.
import struct

for form, number in (("B", 256), ("b", -129), (">H", 70_000), ("<I", -1), ("q", 2**70)):
    try:
        struct.pack(form, number)
    except struct.error as error:
        print(form, error)
