import asyncio

approved = asyncio.Event()


async def publish(article):
    print(f"{article}: waiting for approval")
    await approved.wait()
    print(f"{article}: published")


async def approve():
    await asyncio.sleep(0.002)      # the editor reads it
    approved.set()


async def main():
    await asyncio.gather(publish("Airlocks"), approve())
