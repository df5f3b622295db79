import asyncio


async def load(name):
    await asyncio.sleep(0.003)      # the database
    return name.title()


def greeting(name):
    """A helper for sync callers."""
    return "Hello " + asyncio.run(load(name))


async def welcome(name):
    await asyncio.sleep(0.002)
    return greeting(name)           # sync helper, async caller


async def main():
    print(await welcome("ada"))
