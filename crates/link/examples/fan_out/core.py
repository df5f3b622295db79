import asyncio


async def price(symbol):
    await asyncio.sleep(0.005)      # a quote service
    return len(symbol) * 7


async def main():
    names = [f"S{i}" for i in range(10)]
    prices = await asyncio.gather(*map(price, names))
    print("total", sum(prices))
