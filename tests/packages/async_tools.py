"""aiostream, janus, aiofiles, tenacity, async_lru, aiocache: small async libraries, beside each other."""
import asyncio
import os
import tempfile
import threading

import aiocache
import aiofiles
import janus
import tenacity
from aiostream import pipe, stream
from async_lru import alru_cache


async def streams():
    xs = stream.range(10) | pipe.map(lambda n: n * n) | pipe.filter(lambda n: n % 2) | pipe.take(3)
    print(await stream.list(xs))
    merged = stream.merge(stream.range(3, interval=0.001), stream.range(10, 12))
    async with merged.stream() as streamer:
        print(sorted([item async for item in streamer]))
    print(await (stream.range(5) | pipe.accumulate() | pipe.chunks(2) | pipe.list()))


async def between_threads():
    queue = janus.Queue()

    def produce():
        for i in range(3):
            queue.sync_q.put(i)
        queue.sync_q.join()

    thread = threading.Thread(target=produce)
    thread.start()
    for _ in range(3):
        print('got', await queue.async_q.get())
        queue.async_q.task_done()
    await asyncio.to_thread(thread.join)
    await queue.aclose()


async def files():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'notes.txt')
        async with aiofiles.open(path, 'w') as file:
            await file.write('one\ntwo\n')
        async with aiofiles.open(path) as file:
            print([line.strip() async for line in file])


async def retries():
    attempts = []

    @tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_fixed(0.001))
    async def flaky():
        attempts.append(1)
        if len(attempts) < 3:
            raise OSError('not yet')
        return 'at last'

    print(await flaky(), len(attempts))

    @tenacity.retry(stop=tenacity.stop_after_attempt(2), wait=tenacity.wait_none(), reraise=True)
    async def hopeless():
        raise OSError('never')

    try:
        await hopeless()
    except OSError as error:
        print(error, hopeless.statistics['attempt_number'])


async def caches():
    calls = []

    @alru_cache(maxsize=2)
    async def slow(n):
        calls.append(n)
        await asyncio.sleep(0.001)
        return n * n

    print(await asyncio.gather(*[slow(3) for _ in range(4)]), calls, slow.cache_info())
    cache = aiocache.Cache(aiocache.Cache.MEMORY)
    await cache.set('key', 'value', ttl=60)
    print(await cache.get('key'), await cache.exists('other'), await cache.multi_get(['key', 'none']))

    @aiocache.cached(ttl=10)
    async def squared(n):
        calls.append('squared')
        return n * n

    print(await squared(4), await squared(4), calls)


async def main():
    for part in (streams, between_threads, files, retries, caches):
        await part()

asyncio.run(main())
