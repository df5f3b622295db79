import asyncio
from contextlib import aclosing


async def rows(table):
    print("  opens", table)
    try:
        for row in range(100):
            await asyncio.sleep(0.001)  # the database
            yield row
    finally:
        print("  closes", table)


async def evens(table):
    async for row in rows(table):   # ends late if this one is left
        if row % 2 == 0:
            yield row


async def evens_closed(table):
    async with aclosing(rows(table)) as every:
        async for row in every:
            if row % 2 == 0:
                yield row


async def main():
    async with aclosing(evens_closed("orders")) as found:
        async for row in found:
            print("found", row)
            break
    print("done")
