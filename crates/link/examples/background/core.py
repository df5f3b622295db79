import asyncio

beats = 0


async def keep_alive():
    global beats
    while True:
        await asyncio.sleep(0.002)  # a heartbeat to the server
        beats += 1


async def connect():
    asyncio.create_task(keep_alive(), name="keep_alive")
    await asyncio.sleep(0.004)      # the handshake


async def sent():
    return beats


async def main():
    await connect()
    await asyncio.sleep(0.040)      # something else to do
    print("heartbeats sent:", await sent())
