"""Where a coroutine was made; what unpacking raises in the head of a loop."""
import sys
import types
import warnings


async def work():
    pass


def outer():
    return inner()


def inner():
    return work()


coroutine = work()
print(sys.get_coroutine_origin_tracking_depth(), coroutine.cr_origin)
coroutine.close()
sys.set_coroutine_origin_tracking_depth(2)
coroutine = outer()
print([(line, name) for _, line, name in coroutine.cr_origin])
coroutine.close()
try:
    sys.set_coroutine_origin_tracking_depth(-1)
except ValueError as error:
    print(error)
sys.set_coroutine_origin_tracking_depth(0)

coroutine = work()
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    coroutine.cr_frame.clear()
print([str(w.message) for w in seen])
coroutine.close()


class Ends:
    def __iter__(self):
        raise StopAsyncIteration(42)


async def pairs():
    yield Ends()


async def loop():
    async for a, b in pairs():
        pass


try:
    loop().send(None)
except StopAsyncIteration as error:
    print(repr(error))


def catching():
    while True:
        try:
            yield
        except ValueError as error:
            print('caught', repr(error))


generator = catching()
next(generator)
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    generator.throw(ValueError, TypeError(1))
    generator.throw(ValueError, (1, 2))
