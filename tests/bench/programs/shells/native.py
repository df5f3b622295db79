"""One crossing on CPython: SQLAlchemy's and greenback's way where `greenlet` is installed,
else a persistent loop. Nanoseconds each."""

import asyncio
import time

import core

try:
    from greenlet import getcurrent, greenlet
except ImportError:
    with asyncio.Runner() as runner:
        for _ in range(25):
            start = time.perf_counter()
            for number in range(5000):
                runner.run(core.answer(number))
            print("@", (time.perf_counter() - start) / 5000 * 1e9)
else:

    def await_(awaitable):
        return getcurrent().parent.switch(awaitable)

    def shell():
        for _ in range(25):
            start = time.perf_counter()
            for number in range(5000):
                await_(core.answer(number))
            print("@", (time.perf_counter() - start) / 5000 * 1e9)

    async def bridge():
        fiber = greenlet(shell)
        awaitable = fiber.switch()
        while not fiber.dead:
            awaitable = fiber.switch(await awaitable)

    asyncio.run(bridge())
