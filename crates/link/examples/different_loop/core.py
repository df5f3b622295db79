import asyncio

slot = asyncio.Lock()               # one connection for all


async def fetch(page):
    async with slot:
        await asyncio.sleep(0.003)
        return page * page


async def fetch_pair(page):
    return await asyncio.gather(fetch(page), fetch(page + 1))


async def main():
    for page in (1, 3, 5):
        print(await fetch_pair(page))
