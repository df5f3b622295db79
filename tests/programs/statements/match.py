# Structural pattern matching.
from dataclasses import dataclass

@dataclass
class Point:
    x: int
    y: int

def describe(value):
    match value:
        case 0:
            return "zero"
        case 1 | 2 | 3:
            return "small"
        case int() as n if n < 0:
            return f"negative {n}"
        case int(n):
            return f"int {n}"
        case "yes" | "no" as word:
            return f"answer {word}"
        case str():
            return "text"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [first, *_, last] if first == last:
            return f"same ends {first}"
        case [Point(x=0), Point(0, y)]:
            return f"points {y}"
        case (a, b):
            return f"pair {a} {b}"
        case [1, 2, *rest]:
            return f"rest {rest}"
        case {"kind": "circle", "r": r, **other}:
            return f"circle {r} {other}"
        case {"kind": kind}:
            return f"kind {kind}"
        case Point(x=0, y=0):
            return "origin"
        case Point(x, y):
            return f"point {x},{y}"
        case None:
            return "none"
        case _:
            return "other"

for value in [0, 2, -5, 50, "yes", "hm", [], [9], [1, 2, 1], [1, 2], [1, 2, 3], [Point(0, 1), Point(0, 7)],
              {"kind": "circle", "r": 2, "z": 1}, {"kind": "x"}, Point(0, 0), Point(3, 4), None, 1.5, {}]:
    print(describe(value))

class Color:
    RED = 1
def named(v):
    match v:
        case Color.RED:
            return "red"
        case True:
            return "true"
        case 2.5 | -1 | 3 + 4j:
            return "number"
        case b"x":
            return "bytes"
    return "nothing"
print([named(v) for v in (1, True, 2.5, -1, 3 + 4j, b"x", "q")])
