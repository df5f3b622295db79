# python: 3.14. Types that CPython has in C are told with their module, cannot be changed,
# and have their own words for what is wrong; their frames do not show.
import collections
import datetime
import decimal
import io
import json
import pickle
import re
import traceback
from datetime import date, timedelta, timezone

naive, aware = datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 1, tzinfo=timezone.utc)
CASES = [
    lambda: collections.deque().foo,
    lambda: collections.OrderedDict() + 1,
    lambda: re.compile('a').foo,
    lambda: io.StringIO().foo,
    lambda: date.today().foo,
    lambda: datetime.datetime.foo,
    lambda: date(2024, 1, 1) + 5,
    lambda: date(2024, 1, 1) < naive,
    lambda: naive - aware,
    lambda: naive < aware,
    lambda: date(2024),
    lambda: date.max + timedelta(1),
    lambda: setattr(datetime.datetime, 'now', None),
    lambda: decimal.Decimal('abc'),
    lambda: decimal.Decimal(1) / 0,
    lambda: decimal.Decimal(0) / 0,
    lambda: decimal.Decimal(1) + 1.5,
    lambda: decimal.Decimal(None),
    lambda: pickle.loads(b''),
    lambda: print(*5),
    lambda: print(**5),
]
for case in CASES:
    try:
        case()
    except Exception as error:
        print(f'{type(error).__name__}: {error}')
for case in (lambda: date(2024, 13, 1), lambda: decimal.Decimal('x'), lambda: json.dumps([{1, 2}])):
    try:
        case()
    except Exception as error:
        print([frame.name for frame in traceback.extract_tb(error.__traceback__)])
