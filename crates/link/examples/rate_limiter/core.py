import asyncio
import time
from collections import deque

RATE, PERIOD = 4, 0.020             # four starts in any 20 ms

starts = deque(maxlen=RATE)
turn = asyncio.Lock()


async def wait_for_turn():
    async with turn:
        if len(starts) == RATE:
            pause = starts[0] + PERIOD - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
        starts.append(time.monotonic())


async def fetch(page):
    await wait_for_turn()
    await asyncio.sleep(0.015)      # the server's answer
    return page * page


async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(page)) for page in range(12)]
    print([task.result() for task in tasks])
