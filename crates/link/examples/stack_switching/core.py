import asyncio

seen = []


async def watch():
    while True:
        await asyncio.sleep(0.002)
        seen.append("beat")


async def load(page):
    await asyncio.sleep(0.008)      # the server's answer
    return page + 1


async def main():
    watcher = asyncio.create_task(watch())
    for page in range(3):
        print("page", await load(page))
    watcher.cancel()
    print("beats:", len(seen) > 5)
