import asyncio


async def price(symbol):
    await asyncio.sleep(0.005)      # a quote service
    return len(symbol) * 7


async def main():
    async def buyer():
        return [await price(symbol) for symbol in ("A", "BB", "CCC")]

    print(sum(map(sum, await asyncio.gather(*[buyer() for _ in range(5)]))))
