import asyncio

visits = 0


async def visit():
    global visits
    await asyncio.sleep(0)          # one turn of the loop
    visits += 1
    return visits


async def main():
    for _ in range(20):
        await visit()
    print("visits:", visits)
