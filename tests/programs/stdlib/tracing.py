# sys.settrace, sys.setprofile, trace, bdb and pdb.
import bdb
import contextlib
import io
import os
import pdb
import sys
import threading
import trace

events = []


def told(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return None
    if isinstance(arg, tuple) and arg and isinstance(arg[0], type):
        arg = arg[0].__name__
    events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, arg))
    return told


def show(function, *args):
    events.clear()
    sys.settrace(told)
    with contextlib.suppress(ZeroDivisionError):
        function(*args)
    sys.settrace(None)
    print(function.__name__)
    for event in events:
        if event[0] != '__exit__' or event[1] != 'call':
            print('  ', *event)


def simple(x):
    y = x + 1
    if y > 3:
        y = 0
    return y


def loops(n):
    total = 0
    for i in range(n):
        total += i
    while total > 0:
        total -= 2
    return simple(n)


def items(n):
    for i in range(n):
        yield i


def takes():
    found = []
    for x in items(2):
        found.append(x)
    return list(items(1))


def fails():
    try:
        raises()
    except ZeroDivisionError as error:
        x = error
    y = 2
    raise ZeroDivisionError(y)


def raises():
    raise ZeroDivisionError


class Managed:
    def __enter__(self):
        return 1

    def __exit__(self, *exc):
        return None


def manages():
    with Managed() as c:
        x = c
    return x


def defines():
    def inner(a, b=simple(1)):
        return a

    class K:
        z = 1
        w = 2
    return inner(K.w)


for function, *args in (simple, 1), (simple, 5), (loops, 2), (takes,), (manages,), (defines,):
    show(function, *args)
show(raises)
events.clear()
sys.settrace(told)
with contextlib.suppress(ZeroDivisionError):
    fails()
sys.settrace(None)
print([event[:3] for event in events if event[0] in ('fails', 'raises') and event[1:] != ('line', 1, None)])


# Profiles.
profile = []


def profiler(frame, event, arg):
    if frame.f_code.co_filename == __file__:
        profile.append((frame.f_code.co_name, event, getattr(arg, '__name__', arg)))


def busy():
    y = sorted([3, 1, 2], key=lambda v: -v)
    y.append(len(y))
    return int('x')


sys.setprofile(profiler)
with contextlib.suppress(ValueError):
    busy()
sys.setprofile(None)
for event in profile:
    if event[0] in ('busy', '<lambda>'):
        print(event)
print(sys.gettrace(), sys.getprofile())


# Lines of functions, counted.
counted = trace.Trace(count=1, trace=0)
counted.runfunc(loops, 3)
first = loops.__code__.co_firstlineno
print(sorted((line - first, n) for (name, line), n in counted.results().counts.items() if name == __file__))
called = trace.Trace(countfuncs=1)
called.runfunc(takes)
print(sorted(name for file, module, name in called.results().calledfuncs if file == __file__))


# Threads.
seen = set()


def sees(frame, event, arg):
    if frame.f_code is simple.__code__:
        seen.add((threading.current_thread().name, event))
    return sees


threading.settrace(sees)
thread = threading.Thread(target=simple, args=(1,), name='T1')
thread.start()
thread.join()
threading.settrace(None)
simple(1)
print(sorted(seen), threading.gettrace())


# A function that raises is heard of no more.
def refuses(frame, event, arg):
    raise KeyError('in the tracer')


sys.settrace(refuses)
try:
    simple(1)
except KeyError as error:
    print('raised', error, sys.gettrace())


# Single instructions, and a frame that runs already.
def watched():
    frame = sys._getframe()
    frame.f_trace = local
    frame.f_trace_opcodes = True
    sys.settrace(lambda *args: None)
    a = 1
    sys.settrace(None)
    return frame.f_trace is local


def local(frame, event, arg):
    kinds.append(event)
    return local


kinds = []
print(watched(), 'opcode' in kinds, kinds.count('line'))


# Debuggers.
class Steps(bdb.Bdb):
    def __init__(self):
        super().__init__()
        self.steps = []

    def user_line(self, frame):
        self.steps.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        self.set_step()

    def user_return(self, frame, value):
        self.steps.append(('returned', value))


steps = Steps()
print(steps.runcall(simple, 4), steps.steps)


def debug(commands, code):
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO('\n'.join(commands) + '\n'), stdout=out, nosigint=True, readrc=False)
    debugger.use_rawinput = 0
    try:
        debugger.run(code, {'__name__': '__main__', 'simple': simple, 'loops': loops})
    except bdb.BdbQuit:
        out.write('quit\n')
    for line in out.getvalue().splitlines():
        if not line.startswith(('> ', '(Pdb) > ')):
            print(line.replace(os.path.abspath(__file__), 'FILE'))


first = loops.__code__.co_firstlineno
debug(['s', 's', 'n', 'p x, y', '!y = 7', 'n', 'n', 'p y', 'r', 'p __return__', 'c'], 'simple(2)')
debug([f'b {first + 3}, i == 1', 'c', 'p total, i', 'pp locals()', 'a', 'cl 1', 'q'], 'loops(3)')
