"""greenback: sync code deep in a task awaits, over the module greenlet."""
import asyncio

import greenback


async def fetch(n):
    await asyncio.sleep(0.001)
    return n * 10


def sync_code(n):
    """Plain code that knows nothing of the loop it is under."""
    return [greenback.await_(fetch(i)) for i in range(n)]


class Lazy:
    """A property that awaits."""

    @property
    def value(self):
        return greenback.await_(fetch(7))


@greenback.autoawait
async def awaited(n):
    return await fetch(n)


async def numbers(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


class Resource:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return 'open'

    async def __aexit__(self, *error):
        print('closed after', error[0] and error[0].__name__)


async def main():
    try:
        greenback.await_(fetch(1))
    except RuntimeError as error:
        print('without a portal:', error)
    await greenback.ensure_portal()
    print(greenback.has_portal(), sync_code(3), Lazy().value, awaited(4))
    print(list(greenback.async_iter(numbers(4))))
    try:
        with greenback.async_context(Resource()) as state:
            print(state)
            raise KeyError('inside')
    except KeyError as error:
        print('raised', error)

    async def failing():
        await asyncio.sleep(0)
        raise ValueError('from the core')

    try:
        greenback.await_(failing())
    except ValueError as error:
        print('got', error)

    # Others on the loop go on while the sync code waits.
    seen = []

    async def ticker():
        for _ in range(3):
            seen.append('tick')
            await asyncio.sleep(0)

    task = asyncio.create_task(ticker())
    greenback.await_(asyncio.sleep(0.005))
    print(seen, task.done())

    async def child():
        return sync_code(2)

    print(await greenback.with_portal_run(child), await greenback.with_portal_run_sync(sync_code, 2))

    async def cancelled():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print('the core was cancelled')
            raise

    async def waiting():
        await greenback.ensure_portal()
        greenback.await_(cancelled())

    task = asyncio.create_task(waiting())
    await asyncio.sleep(0.001)
    task.cancel()
    print(await asyncio.gather(task, return_exceptions=True))

asyncio.run(main())
