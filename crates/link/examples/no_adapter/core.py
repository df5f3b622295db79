import asyncio


async def fetch(page):
    await asyncio.sleep(0.003)      # the server's answer
    return page * page


async def main():
    pages = await asyncio.gather(*[fetch(page) for page in range(5)])
    print(pages)
