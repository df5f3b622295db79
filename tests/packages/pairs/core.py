"""The core of every pair: four calls of five milliseconds, beside each other where it is alone."""
import asyncio


async def fetch(n):
    await asyncio.sleep(0.005)
    return n * 2


async def main():
    print(await asyncio.gather(*[fetch(i) for i in range(4)]))
