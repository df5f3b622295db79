"""twisted.internet.defer: deferreds, inline callbacks, and the way to asyncio and back."""
import asyncio

from twisted.internet import defer
from twisted.python.failure import Failure

d = defer.Deferred()
d.addCallback(lambda n: n + 1).addCallback(print).addErrback(print)
d.callback(1)
d = defer.Deferred()
d.addCallbacks(print, lambda failure: failure.trap(ValueError) and 'handled').addCallback(print)
d.errback(Failure(ValueError('x')))


@defer.inlineCallbacks
def inline(waiting):
    value = yield waiting
    try:
        yield defer.fail(KeyError('inside'))
    except KeyError as error:
        return value, error

waiting = defer.Deferred()
result = inline(waiting)
result.addCallback(print)
waiting.callback('ready')


async def coroutine():
    return await defer.succeed(5) + 1

defer.ensureDeferred(coroutine()).addCallback(print)
defer.gatherResults([defer.succeed(1), defer.succeed(2)]).addCallback(print)
defer.DeferredList([defer.succeed(1), defer.fail(ValueError('no'))], consumeErrors=True).addCallback(
    lambda results: print([(ok, value if ok else value.type.__name__) for ok, value in results]))
lock = defer.DeferredLock()
lock.run(lambda: defer.succeed('locked')).addCallback(print)


async def main():
    loop = asyncio.get_running_loop()
    d = defer.Deferred()
    loop.call_later(0.001, d.callback, 'through a deferred')
    print(await d.asFuture(loop))
    future = loop.create_future()
    back = defer.Deferred.fromFuture(future)
    back.addCallback(print)
    future.set_result('from a future')
    await asyncio.sleep(0.001)

asyncio.run(main())
