"""The core of the row of a thousand shells: a call that waits."""

import asyncio


async def answer():
    await asyncio.sleep(0.005)
