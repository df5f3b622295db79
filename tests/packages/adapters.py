"""asgiref, nest_asyncio, anyio, synchronicity and unsync: sync code over async code."""
import asyncio
import threading

import anyio
import anyio.from_thread
from asgiref.sync import async_to_sync, sync_to_async
from synchronicity import Synchronizer
from unsync import unsync


async def work(n):
    await asyncio.sleep(0.001)
    return n * 2

print('asgiref', async_to_sync(work)(4))


def blocking(n):
    return n + 1, threading.current_thread() is threading.main_thread()


async def outer():
    return await sync_to_async(blocking)(1), await sync_to_async(lambda: async_to_sync(work)(3))()

print(async_to_sync(outer)())


async def in_anyio():
    seen = []

    async def child(n, *, task_status=anyio.TASK_STATUS_IGNORED):
        task_status.started(n)
        await anyio.sleep(0.02 * n)
        seen.append(n)

    async with anyio.create_task_group() as group:
        print('started', await group.start(child, 3))
        group.start_soon(child, 1)
    with anyio.move_on_after(0.001) as scope:
        await anyio.sleep(1)
    send, receive = anyio.create_memory_object_stream(2)
    async with send, receive:
        await send.send('item')
        print(seen, scope.cancelled_caught, await receive.receive())
    print(await anyio.to_thread.run_sync(lambda: anyio.from_thread.run(work, 5)))

anyio.run(in_anyio)
with anyio.from_thread.start_blocking_portal() as portal:
    print('portal', portal.call(work, 6), portal.start_task_soon(work, 7).result())

synchronizer = Synchronizer()


@synchronizer.wrap
class Client:
    def __init__(self, n):
        self.n = n

    async def get(self):
        await asyncio.sleep(0)
        return self.n

    async def count(self):
        for i in range(self.n):
            yield i

client = Client(3)
print('synchronicity', client.get(), list(client.count()))


@unsync
async def later(n):
    await asyncio.sleep(0.001)
    return n


@unsync
def thread(n):
    return n * n

print('unsync', later(8).result(), thread(9).result(), [t.result() for t in [later(i) for i in range(3)]])
