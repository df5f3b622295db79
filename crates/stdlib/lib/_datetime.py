"""What CPython has in C and Python; here it is the Python version."""

from _pydatetime import *
from _pydatetime import __all__
