# Comprehensions and generator expressions.
print([x * y for x in range(3) for y in range(x + 1) if (x + y) % 2 == 0])
print({x % 3 for x in range(10)}, {k: v for k, v in zip("abc", range(3))})
print(sum(x for x in range(100) if x % 7 == 0), list(x for x in "ab"))
print([[i * j for j in range(3)] for i in range(3)])
print([(a, b) for a, *b in [(1, 2, 3), (4,)]])
x = "outer"
print([x for x in range(2)], x)
def f():
    n = 3
    return [n + i for i in range(2)], {n: i for i in range(1)}
print(f())
class C:
    base = [1, 2]
    doubled = [b * 2 for b in base]
print(C.doubled)
gen = (print("lazy", i) or i for i in range(2))
print("made")
print(next(gen), list(gen))
print([y for x in [1, 2] if x > 1 for y in [x, x * 10]])
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
print({**{i: i for i in range(2)}}, dict([(1, 2)]), dict(a=1))
print([w for w in "the quick brown fox".split() if len(w) > 3])
