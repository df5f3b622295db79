import asyncio


async def convert(name):
    await asyncio.sleep(0.006)      # a slow service
    return name.upper()


async def main():
    print(await asyncio.gather(*map(convert, ["a", "b", "c", "d"])))
