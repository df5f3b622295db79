import asyncio

saved = []


async def save(order):
    await asyncio.sleep(0.002)      # the disk
    saved.append(order)


async def accept(order):
    save(order)                     # nobody awaits this
    return f"{order} accepted"


async def main():
    print(await accept("tea"))
    print("saved:", saved)
