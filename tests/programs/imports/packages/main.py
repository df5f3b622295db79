# Packages, relative imports, circular imports, import forms.
import pkg
import pkg.sub.deep as deep
from pkg import helper, value as renamed
from pkg.sub import *
print(pkg.__name__, pkg.value, renamed, helper.greet("x"), deep.up())
print(pkg.sub.deep is deep, star, "hidden" in globals(), _private if "_private" in globals() else "no private")
import sys
print("pkg.sub" in sys.modules, pkg.__package__, deep.__package__, pkg.__path__[0].endswith("pkg"))
try:
    import missing_module
except ModuleNotFoundError as error:
    print(error, error.name)
try:
    from pkg import nothing
except ImportError as error:
    print(str(error).split(" (")[0])
try:
    import pkg.helper.x
except ModuleNotFoundError as error:
    print(error)
import circular_a
print(circular_a.result())
import importlib
print(importlib.import_module(".helper", "pkg") is helper)
before = pkg.counter
importlib.reload(pkg)
print(pkg.counter)
print(__name__, __file__.endswith("main.py"))
def local():
    from pkg.sub.deep import up
    import pkg.helper as h
    return up(), h.greet("y")
print(local())
try:
    import broken
except ZeroDivisionError:
    print("broken" in sys.modules)
try:
    import bad_syntax
except SyntaxError as error:
    print("syntax", error.lineno, error.filename.endswith("bad_syntax.py"))
import lazy_attr
print(lazy_attr.anything, lazy_attr.real)
