import asyncio
import time


async def price(symbol):
    started = time.monotonic()
    await asyncio.sleep(0.005)      # a quote service
    late = time.monotonic() - started - 0.005
    return f"{symbol} {late * 1000:.0f} ms late"


def write_report():
    time.sleep(0.025)               # blocks whoever calls it
    return "report written"


async def everything():
    return await asyncio.gather(
        price("A"), asyncio.to_thread(write_report), price("B"))


async def main():
    for answer in await everything():
        print(answer)
