# Producers, consumers and a rate limiter on one loop.
import asyncio
class RateLimiter:
    def __init__(self, rate):
        self.rate, self.tokens = rate, asyncio.Queue(rate)
        for _ in range(rate):
            self.tokens.put_nowait(None)
    async def __aenter__(self):
        await self.tokens.get()
    async def __aexit__(self, *exc):
        asyncio.get_running_loop().call_later(0.01, self.tokens.put_nowait, None)
async def fetch(limiter, n):
    async with limiter:
        await asyncio.sleep(0.001 * (n % 3))
        return n * n
async def stream(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)
async def main():
    limiter = RateLimiter(3)
    print(await asyncio.gather(*(fetch(limiter, n) for n in range(8))))
    print([await fetch(limiter, n) async for n in stream(3)])
    queue = asyncio.Queue(maxsize=2)
    async def produce():
        async for i in stream(5):
            await queue.put(i)
        await queue.put(None)
    async def consume():
        items = []
        while (item := await queue.get()) is not None:
            items.append(item)
        return items
    _, items = await asyncio.gather(produce(), consume())
    print(items)
asyncio.run(main())
