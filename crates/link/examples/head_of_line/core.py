import asyncio
import time


async def price(symbol):
    started = time.monotonic()
    await asyncio.sleep(0.005)      # a quote service
    late = time.monotonic() - started - 0.005
    return f"{symbol} {late * 1000:.0f} ms late"


async def report():
    await asyncio.sleep(0.002)
    time.sleep(0.025)               # a blocking call: nobody else moves
    return "report written"


async def everything():
    return await asyncio.gather(price("A"), price("B"), report(), price("C"))


async def main():
    for answer in await everything():
        print(answer)
