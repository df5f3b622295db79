# python: 3.14
def f():
    try:
        int("x")
    except ValueError, TypeError:
        return "no parentheses"
print(f())
name = "world"
t = t"hello {name!r:>10}"
print(t.strings, t.interpolations[0].value, t.interpolations[0].expression, t.interpolations[0].conversion)
print(f"{'nested "quotes"'} {f"{name}"}")
print(f"{
    name  # a comment
}")
