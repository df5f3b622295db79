# Exception groups and except*.
def raise_group():
    raise ExceptionGroup("many", [ValueError("a"), TypeError("b"), ExceptionGroup("inner", [ValueError("c"), KeyError("d")])])
try:
    try:
        raise_group()
    except* ValueError as group:
        print("values", [str(e) for e in group.exceptions[:1]], len(group.exceptions))
    except* TypeError as group:
        print("types", group.exceptions)
except ExceptionGroup as rest:
    print("rest", rest, rest.exceptions)
try:
    raise ValueError("plain")
except* ValueError as group:
    print(type(group).__name__, group.exceptions)
group = ExceptionGroup("g", [ValueError(1), OSError(2)])
match, rest = group.split(ValueError)
print(match, rest, group.subgroup(lambda e: isinstance(e, OSError)))
print(group.derive([KeyError()]).message)
try:
    try:
        raise ExceptionGroup("x", [ValueError(1)])
    except* ValueError:
        raise RuntimeError("from handler")
except ExceptionGroup as e:
    print("group", e)
except RuntimeError as e:
    print("runtime", e)
