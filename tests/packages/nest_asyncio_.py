import asyncio
import nest_asyncio

nest_asyncio.apply()


async def inner(n):
    await asyncio.sleep(0.001)
    return n


async def main():
    loop = asyncio.get_running_loop()
    print(loop.run_until_complete(inner(1)), asyncio.run(inner(2)))
    task = asyncio.create_task(inner(3))
    print(loop.run_until_complete(asyncio.gather(task, inner(4))))
    return 'done'

print(asyncio.run(main()))
