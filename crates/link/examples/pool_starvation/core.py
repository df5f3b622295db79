import asyncio


async def main():
    async def inner():
        return 1

    async def outer():
        await asyncio.sleep(0.002)
        return await inner()        # tasks need no thread to wait in

    print(sum(await asyncio.gather(outer(), outer())))
