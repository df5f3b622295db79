"""outcome, sniffio, async-timeout and aioitertools."""
import asyncio
import aioitertools
import outcome
import sniffio
from aioitertools import builtins as a
from async_timeout import timeout


async def numbers(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def main():
    print(sniffio.current_async_library())
    result = await outcome.acapture(asyncio.sleep, 0, 'slept')
    print(result, result.unwrap(), outcome.capture(int, 'x'))
    try:
        outcome.capture(int, 'x').unwrap()
    except ValueError as error:
        print(error)
    try:
        async with timeout(0.01) as waiting:
            await asyncio.sleep(5)
    except asyncio.TimeoutError:
        print('late', waiting.expired)
    print(await a.list(a.map(str, numbers(3))), await a.sum(numbers(4)))
    print([pair async for pair in a.zip(numbers(2), 'ab')], [x async for x in aioitertools.islice(numbers(9), 2, 5)])
    print([x async for x in aioitertools.chain(numbers(2), [7])], [x async for x in aioitertools.accumulate(numbers(4))])
    print(await aioitertools.asyncio.gather(*[asyncio.sleep(0, i) for i in range(4)], limit=2))

try:
    sniffio.current_async_library()
except sniffio.AsyncLibraryNotFoundError:
    print('no library')
asyncio.run(main())
