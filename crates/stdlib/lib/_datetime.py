"""What CPython has in C and Python; here it is the Python version."""

from _pydatetime import *
from _pydatetime import __all__

import _airlock

_airlock.as_if_native(date, time, datetime, timedelta, timezone, tzinfo)
