# Frames that an exception ended keep their variables; breakpoint() and what __doc__ says.
import sys, traceback, functools, io, inspect, types, os


def inner(a, b=2, *args, **kw):
    z = a * b
    fn = lambda: z
    return [][z]


def middle(x):
    y = x + 1
    try:
        return inner(y, k=x)
    finally:
        w = 'w'


def outer():
    v = 'v'
    try:
        middle(5)
    except IndexError as e:
        caught = 1
        tb = e.__traceback__
        out = []
        while tb:
            f = tb.tb_frame
            out.append((f.f_code.co_name, sorted(((k, v) for k, v in f.f_locals.items() if isinstance(v, (int, str, tuple, dict)) and k != 'tb')), tb.tb_lineno - f.f_code.co_firstlineno))
            tb = tb.tb_next
        print(*out, sep='\n')
        print(e.__traceback__.tb_frame is not None, [f.f_code.co_name for f, _ in traceback.walk_stack(e.__traceback__.tb_frame)])
        te = traceback.TracebackException.from_exception(e, capture_locals=True)
        print(''.join((l for l in te.format() if '0x' not in l))[:400] if 0 else [sorted(s.locals) for s in te.stack])
        return e


e = outer()


def g():
    q = 1
    yield q
    raise KeyError('g')


def drive():
    for i in g():
        pass


try:
    drive()
except KeyError as e:
    print([(f.f_code.co_name, {k: v for k, v in f.f_locals.items() if k in 'qi'}) for f, _ in traceback.walk_tb(e.__traceback__)][1:])
import pdb
out = io.StringIO()
p = pdb.Pdb(stdin=io.StringIO('p z\nu\np y\nq\n'), stdout=out, readrc=False)
p.use_rawinput = 0
p.reset()
try:
    middle(3)
except IndexError as e:
    p.interaction(None, e.__traceback__ if sys.version_info < (3, 13) else e)
shown = out.getvalue().replace(os.path.abspath(__file__), 'FILE')
print([l for l in shown.splitlines() if l.startswith('(Pdb)')])
calls = []
sys.breakpointhook = lambda *a, **k: calls.append((a, k))
breakpoint(1, x=2)
print(calls)
sys.breakpointhook = sys.__breakpointhook__
os.environ['PYTHONBREAKPOINT'] = '0'
print(breakpoint())
os.environ['PYTHONBREAKPOINT'] = 'builtins.len'
print(breakpoint([1, 2]))
import warnings
os.environ['PYTHONBREAKPOINT'] = 'nope.x'
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    breakpoint()
    print([str(x.message) for x in w])
try:
    open('a\x00b')
except ValueError as e:
    print(e)
f = functools.partial(print)
f.__setstate__((f, (), {}, {}))
print(repr(f))
f.__setstate__((print, (), {}, {}))
print(all((isinstance(x.__doc__, str) for x in (len, str.upper, int, [].append, dict.get, int.__add__, max, type, types.CoroutineType.send, types.CoroutineType.__dict__['__name__']))), inspect.getdoc(len) is not None, functools.wraps(len)(lambda: 1).__doc__ == len.__doc__)
