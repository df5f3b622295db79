# with, several managers, suppression, contextlib.
from contextlib import contextmanager, suppress, closing, ExitStack, nullcontext, redirect_stdout
import io
class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        print("enter", self.name)
        return self.name
    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind.__name__ if kind else None, value)
        return self.swallow
with Manager("a") as a, Manager("b") as b:
    print(a, b)
with Manager("swallows", True):
    raise ValueError("gone")
try:
    with (Manager("outer"), Manager("inner")):
        raise KeyError("kept")
except KeyError as error:
    print("caught", error)
def early():
    with Manager("early"):
        return "returned"
print(early())
@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    except ZeroDivisionError:
        print("divided")
    finally:
        print(f"</{name}>")
with tag("b") as upper:
    print(upper)
with tag("i"):
    1 / 0
@tag("deco")
def decorated():
    print("inside")
decorated()
with suppress(KeyError):
    {}["x"]
with ExitStack() as stack:
    names = [stack.enter_context(Manager(n)) for n in "xy"]
    stack.callback(print, "callback")
    print(names)
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("captured")
print(repr(buffer.getvalue()))
with nullcontext(5) as n:
    print(n)
for i in range(2):
    with Manager(i):
        if i == 0:
            continue
        break
