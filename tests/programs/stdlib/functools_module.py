import functools, operator
print(functools.reduce(operator.add, [1, 2, 3], 10), sorted("bca", key=functools.cmp_to_key(lambda a, b: (a > b) - (a < b))))
@functools.cache
def slow(n):
    print("computing", n)
    return n * n
print(slow(3), slow(3), slow.cache_info().hits)
@functools.singledispatch
def kind(value):
    return "object"
@kind.register
def _(value: int):
    return "int"
@kind.register(list)
def _(value):
    return "list"
print(kind(1), kind([]), kind("x"), kind(True))
class Data:
    calls = 0
    @functools.cached_property
    def heavy(self):
        Data.calls += 1
        return 42
    @functools.singledispatchmethod
    def show(self, x):
        return "any"
    @show.register
    def _(self, x: str):
        return "str"
d = Data()
print(d.heavy, d.heavy, Data.calls, d.show(1), d.show("s"))
add3 = functools.partial(lambda a, b, c=0: (a, b, c), 1, c=3)
print(add3(2), add3.args, add3.keywords)
@functools.lru_cache(maxsize=2)
def f(x):
    return x
for x in (1, 2, 3, 1):
    f(x)
print(f.cache_info())
print(operator.itemgetter(1, 2)("abc"), operator.attrgetter("real")(5), operator.methodcaller("upper")("a"))
