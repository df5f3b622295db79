import asyncio


async def fetch():
    await asyncio.sleep(0.003)      # the server
    return "a page"


def fetch_now(loop):
    """For threads beside the loop; here it is called on the loop's own."""
    future = asyncio.run_coroutine_threadsafe(fetch(), loop)
    return future.result()          # the loop cannot turn until this returns


async def show():
    return fetch_now(asyncio.get_running_loop())


async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.to_thread(fetch_now, loop))
