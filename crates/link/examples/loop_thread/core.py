import asyncio

ready = {}


async def prefetch(count):
    for page in range(count):
        await asyncio.sleep(0.004)  # the server's answer
        ready[page] = page * page


async def start(count):
    global task
    task = asyncio.create_task(prefetch(count))


async def take(page):
    for _ in range(20):
        if page in ready:
            break
        await asyncio.sleep(0.001)
    return ready.get(page, "never came")


async def main():
    await start(5)
    for page in range(5):
        await asyncio.sleep(0.004)  # work on the page before
        print(await take(page), end=" ")
    print()
