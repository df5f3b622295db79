# Async generators, comprehensions, async for and async with.
import asyncio
from contextlib import asynccontextmanager
async def countdown(n):
    try:
        while n:
            yield n
            await asyncio.sleep(0)
            n -= 1
    finally:
        print("countdown over")
class Ticker:
    def __init__(self, n):
        self.n = n
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n
class Resource:
    async def __aenter__(self):
        print("open")
        await asyncio.sleep(0)
        return self
    async def __aexit__(self, kind, value, tb):
        await asyncio.sleep(0)
        print("close", kind.__name__ if kind else None)
        return kind is ValueError
@asynccontextmanager
async def managed(name):
    print("begin", name)
    try:
        yield name
    finally:
        print("end", name)
async def main():
    async for n in countdown(3):
        print(n)
    else:
        print("else")
    print([n async for n in Ticker(3)], {n async for n in countdown(2)})
    print([x + 1 for x in [await asyncio.sleep(0, 5)]], [await asyncio.sleep(0, i) for i in range(3)])
    async with Resource() as r, managed("m") as m:
        print(type(r).__name__, m)
    async with Resource():
        raise ValueError
    agen = countdown(5)
    print(await agen.__anext__(), await anext(agen))
    await agen.aclose()
    # Closed by hand: when one that is only dropped is closed, CPython's
    # reference counts decide.
    left = countdown(5)
    async for n in left:
        if n == 4:
            break
    await left.aclose()
    async def echo():
        received = None
        while True:
            received = yield received
    e = echo()
    await e.asend(None)
    print(await e.asend("hello"))
    try:
        await e.athrow(KeyError("k"))
    except KeyError as error:
        print("thrown", error)
    one = countdown(1)
    print(await anext(one), await anext(Ticker(0), "default"))
    await one.aclose()
    total = sum([x async for x in Ticker(4) if x % 2])
    print(total)
asyncio.run(main())
