# Short circuits give operands, not booleans.
def say(value):
    print("seen", value)
    return value

print(say(0) or say("b") or say("c"))
print(say(1) and say("") and say("never"))
print(not say([]), not say([0]))
print(say(1) if say(False) else say(2))
print(1 in [1, 2] and 3 not in (1, 2), "a" in "cat", "k" in {"k": 1})
x = None
print(x is None, x is not None, [] == [], [] is [])
print(any(n > 2 for n in range(5)), all(n > 2 for n in range(5)), any([]), all([]))
print((y := 10) + y, y)
print([z for n in range(5) if (z := n * n) % 2 == 0], z)
