"""Any program at all ends by its fuel and its memory, without a panic.

    vm.py AIRLOCK [--minutes N] [--seed S]

The programs are random ones whose values also go where nobody would put them:
odd arguments for every function and method that can be found at run time.
"""

import random
import sys

from limits import options, search
from programs import Maker, text_of

ODD = '''
import builtins, collections, functools, itertools, math, operator, sys, types, weakref, re, json, struct, array
import asyncio, contextvars, io, datetime, decimal, string, heapq, bisect, random, copy, threading, time, enum
class Odd:
    def __init__(self, how): self.how = how
    def __eq__(self, other):
        if self.how == 1: raise KeyError(self)
        return self.how == 2
    def __hash__(self): return 1
    def __lt__(self, other): return NotImplemented if self.how else values.clear() or True
    def __len__(self): return self.how - 2
    def __iter__(self): return iter([self, values]) if self.how else self
    def __next__(self):
        if len(values) > 3: values.pop()
        raise StopIteration
    def __index__(self): return -self.how if self.how else 10 ** 30
    def __getitem__(self, key): return values if self.how else self
    def __call__(self, *args, **kwargs): return args[0] if args else self
    def __str__(self): return 5 if self.how == 1 else 'odd'
    __repr__ = __str__
    def __del__(self): values.append(self.how)
    def __get__(self, instance, owner): return self
    def __bool__(self): return self.how
def gen():
    while True:
        got = yield
        if got: values.append(got)
async def coro(): await asyncio.sleep(0)
'''


def make(seed):
    rng = random.Random(seed)
    maker = Maker(seed)
    values = ', '.join([maker.value(1) if rng.randrange(3) else rng.choice(
        ['Odd(0)', 'Odd(1)', 'Odd(2)', 'gen()', 'iter([1])', 'object()', 'lambda *a, **k: a', 'type("T", (), {})', 'memoryview(b"ab")',
         'weakref.ref(Odd)', 'sys', 'print', 'int.__add__', '"".join', 'range(10**20)', '10**40', 'Odd', 'type', 'super', 'slice(None)',
         'collections.deque([1], 3)', 'itertools.count()', 'itertools.cycle("ab")', 'contextvars.copy_context()', 'ValueError("x")',
         'types.SimpleNamespace(a=1)', 'array.array("i", [1])', 'io.StringIO("x")', 'property()', 'classmethod(int)', 'gen', 'gen.__code__',
         'sys._getframe()', 're.compile("a*")', 'collections.OrderedDict(a=1)', 'functools.partial(int)', '{}.items()', 'coro', 'NotImplemented'])
        for _ in range(8)])
    return f'''{ODD}
import random as _random
values = []
def fill():
    values[:] = [{values.replace('float("nan")', '1.5')}]
fill()
rng = _random.Random({seed})
places = [builtins, collections, functools, itertools, math, operator, types, weakref, re, json, struct, heapq, bisect, copy, asyncio,
          contextvars, io, datetime, decimal, string, enum, array, int, str, list, dict, set, tuple, bytes, bytearray, float, complex, object, type]
skipped = {{'input', 'breakpoint', 'exit', 'quit', 'help', 'print', 'exec', 'eval', 'run', 'count', 'open', 'open_code'}}
for turn in range(300):
    if len(values) < 4: fill()
    thing = rng.choice([rng.choice(places), rng.choice(values)])
    try:
        names = [name for name in dir(thing) if name not in skipped]
        target = getattr(thing, rng.choice(names))
        arguments = [rng.choice(values) for _ in range(rng.randrange(4))]
        result = target(*arguments, **({{rng.choice(['key', 'default', 'start', 'sep', 'x']): rng.choice(values)}} if rng.randrange(5) == 0 else {{}}))
        if rng.randrange(3) == 0 and len(values) < 20: values.append(result)
        elif rng.randrange(9) == 0: repr(result)[:50]
        elif rng.randrange(9) == 0: list(itertools.islice(result, 3))
    except BaseException as error:
        try: str(error)
        except Exception: pass
''' + text_of(maker.program(3)).replace('import asyncio, functools, itertools\n', '')


if __name__ == '__main__':
    sys.exit(search(options(), make, '--fuel', '30000000', '--memory', '64'))
