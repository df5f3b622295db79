import asyncio


async def save(order):
    await asyncio.sleep(0.020)      # a slow database
    print(order, "saved")


async def main():
    try:
        async with asyncio.timeout(0.005):
            await save("tea")
    except TimeoutError:
        print("tea given up")       # and cancelled with it
    await asyncio.sleep(0.030)
