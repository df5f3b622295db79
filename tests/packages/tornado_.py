"""tornado: its IOLoop over asyncio, gen coroutines, locks and queues."""
import asyncio
import datetime

from tornado import gen, locks, queues
from tornado.ioloop import IOLoop, PeriodicCallback


@gen.coroutine
def old_style(n):
    yield gen.sleep(0.001)
    raise gen.Return(n * 2)


async def main():
    print(await old_style(4))
    print(await gen.multi([old_style(1), old_style(2)]), await gen.multi({'a': old_style(3)}))
    try:
        await gen.with_timeout(datetime.timedelta(milliseconds=1), gen.sleep(1))
    except gen.TimeoutError as error:
        print('timeout', error)
    queue = queues.Queue(maxsize=2)

    async def worker():
        async for item in queue:
            print('item', item)
            queue.task_done()

    IOLoop.current().spawn_callback(worker)
    for i in range(3):
        await queue.put(i)
    await queue.join()
    condition = locks.Condition()

    async def waiter():
        await condition.wait()
        return 'woken'

    waiting = asyncio.ensure_future(waiter())
    await gen.sleep(0)
    condition.notify()
    print(await waiting)
    print(await IOLoop.current().run_in_executor(None, lambda: 'from a thread'))
    ticks = []
    callback = PeriodicCallback(lambda: ticks.append(1), 2)
    callback.start()
    await gen.sleep(0.011)
    callback.stop()
    print(len(ticks) >= 3, callback.is_running())
    done = asyncio.Event()
    loop = IOLoop.current()
    loop.add_callback(print, 'callback')
    loop.call_later(0.001, done.set)
    handle = loop.call_later(10, print, 'never')
    loop.remove_timeout(handle)
    await done.wait()

IOLoop.current().run_sync(main)
asyncio.run(main())
