import asyncio


async def write(line):
    await asyncio.sleep(0.004)      # the disk
    print("written:", line)


async def log(line):
    asyncio.create_task(write(line))  # nobody waits for it
    return "noted"


async def main():
    print(await log("started"), await log("ended"))
    await asyncio.sleep(0.010)
