# Deep and mutual recursion, and its limit.
import sys
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)
print(depth(500))
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
print(even(100), odd(100))
def forever(n):
    return forever(n + 1)
try:
    forever(0)
except RecursionError as error:
    print(str(error)[:32])
sys.setrecursionlimit(5000)
print(depth(3000))
def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(8, "a", "b", "c"))
def flatten(item):
    return [y for x in item for y in flatten(x)] if isinstance(item, list) else [item]
print(flatten([1, [2, [3, [4, []]]], 5]))
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))
print(ackermann(2, 5))
