import asyncio


async def upload(name):
    await asyncio.sleep(0.010)      # the network
    print(name, "uploaded")


async def begin(name):
    asyncio.create_task(upload(name))
    await asyncio.sleep(0)
    return f"{name} begun"


async def main():
    print(await begin("photo"))
    await asyncio.sleep(0.020)
