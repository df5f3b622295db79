"""nest_asyncio: a running loop is run once more inside one of its handles."""
import asyncio

import core
import nest_asyncio

nest_asyncio.apply()


def plain(n):
    return asyncio.run(core.fetch(n))


async def outer():
    return [plain(i) for i in range(4)]

print(asyncio.run(outer()))
