import asyncio


async def readings(count):
    for n in range(count):
        await asyncio.sleep(0.004)  # the sensor
        yield n * n % 17


async def ahead(source):
    """Reads on while whoever iterates is busy."""
    queue = asyncio.Queue(maxsize=4)

    async def fill():
        async for item in source:
            await queue.put((item,))
        await queue.put(None)

    filler = asyncio.create_task(fill())
    while (entry := await queue.get()) is not None:
        yield entry[0]
    await filler


async def averages(count):
    previous = None
    async for value in ahead(readings(count)):
        if previous is not None:
            yield (previous + value) / 2
        previous = value


async def main():
    async for average in averages(11):
        await asyncio.sleep(0.004)  # work on it
        print(average, end=" ")
    print()
