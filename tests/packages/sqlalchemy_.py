"""SQLAlchemy's bridge: greenlet_spawn and await_only."""
import asyncio

from sqlalchemy.util.concurrency import await_only, greenlet_spawn, in_greenlet


async def query(n):
    await asyncio.sleep(0.001)
    if n < 0:
        raise ValueError(n)
    return n + 1


def session(n):
    rows = [await_only(query(i)) for i in range(n)]
    return rows, in_greenlet()


def failing():
    try:
        await_only(query(-1))
    except ValueError as error:
        return f'caught {error}'


async def main():
    print(await greenlet_spawn(session, 3), in_greenlet())
    print(await greenlet_spawn(failing))
    print(await asyncio.gather(*[greenlet_spawn(session, n) for n in range(3)]))
    coroutine = query(1)
    try:
        await_only(coroutine)
    except Exception as error:
        print(type(error).__name__, str(error)[:60])
    coroutine.close()

    def raises():
        await_only(asyncio.sleep(0))
        raise KeyError('sync')

    try:
        await greenlet_spawn(raises)
    except KeyError as error:
        print('raised', error)

asyncio.run(main())
