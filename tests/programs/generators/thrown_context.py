from contextlib import *
@contextmanager
def g(exc):
    try:
        yield
    finally:
        raise exc
def chain(e):
    out=[]
    while e is not None and len(out)<8:
        out.append(repr(e)); e=e.__context__
    return out
e1,e2,e3,e4=[Exception(i) for i in (1,2,3,4)]
try:
    with g(e4):
        with g(e3):
            with g(e2):
                raise e1
except Exception as e: print(chain(e))
e1,e2,e3,e4=[Exception(i) for i in (1,2,3,4)]
try:
    with ExitStack() as s:
        s.enter_context(g(e4)); s.enter_context(g(e3)); s.enter_context(g(e2))
        raise e1
except Exception as e: print(chain(e))
def gen():
    try: yield 1
    finally: raise e3
it = gen(); next(it)
e5=Exception(5)
try:
    try: raise e5
    except Exception as x:
        try: it.throw(x)
        except Exception as y: print(chain(y))
        print(chain(x))
except Exception as z: print(chain(z))
# throw inside other handling
def gen():
    try: yield 1
    except KeyError as k:
        print('in', chain(k))
        try: raise ValueError
        except ValueError as v: print(chain(v))
    import sys
    print(sys.exc_info()[0])
    try: yield 2
    except TypeError as t: print(chain(t))
it=gen(); next(it)
try: 1/0
except Exception:
    it.throw(KeyError('k'))
    it.close()
def gen():
    try:
        yield 1
    except Exception as e:
        print(chain(e))
    yield 5
it = gen(); next(it)
try:
    1/0
except Exception as z:
    try: raise KeyError(1)
    except KeyError as k:
        k.__context__ = None
        it.throw(k)


# What is thrown must be an exception; what goes wrong in making it is thrown.
class Odd(Exception):
    def __new__(cls, *args):
        return cls


class Failing(Exception):
    def __init__(self):
        raise LookupError('in __init__')


def catcher():
    while True:
        try:
            yield
        except Exception as error:
            print(type(error).__name__, error)


it = catcher()
next(it)
it.throw(Odd)
it.throw(Failing)
it.throw(ValueError('v'))


# Delegates that do not take exceptions.
class Plain:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def __getattr__(self, name):
        raise ZeroDivisionError(name)


def outer(inner):
    yield from inner


it = outer(Plain())
next(it)
try:
    it.throw(KeyError)
except ZeroDivisionError as error:
    print('looked for', error)


def stubborn():
    try:
        yield
    except GeneratorExit:
        yield 'again'


it = outer(stubborn())
next(it)
try:
    it.throw(GeneratorExit)
except RuntimeError as error:
    print(error)


# Coroutines are neither iterable nor awaited twice at once.
async def work():
    await pause()


class pause:
    def __await__(self):
        yield


async def wait(coroutine):
    await coroutine


job = work()
job.send(None)
try:
    wait(job).send(None)
except RuntimeError as error:
    print(error)
try:
    for _ in job:
        pass
except TypeError as error:
    print(error)


class NoAwait:
    def __aiter__(self):
        return self

    def __anext__(self):
        return 1


async def loop():
    async for _ in NoAwait():
        pass


try:
    loop().send(None)
except TypeError as error:
    print(error, '<-', type(error.__cause__).__name__)


async def agen():
    got = yield 1
    print('got', got)
    yield got


a = agen()
try:
    a.__anext__().send(None)
except StopIteration as stop:
    print(stop.value)
step = a.aclose()
try:
    step.send(None)
except StopIteration:
    pass
try:
    step.send(None)
except RuntimeError as error:
    print(error)
job.close()
