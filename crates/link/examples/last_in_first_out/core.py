import asyncio
import time

started = time.monotonic()


def note(text):
    print(f"{(time.monotonic() - started) * 1000:3.0f} ms: {text}")


async def answer(name, seconds):
    await asyncio.sleep(seconds)    # a server
    note(f"{name} answered")


def ask(name, seconds):
    """A sync helper that crosses, called from inside the loop."""
    import airlock, core
    airlock.wrap(core).answer(name, seconds)
    note(f"ask({name}) returned")


async def job(name, seconds):
    ask(name, seconds)


async def both():
    await asyncio.gather(job("A", 0.010), job("B", 0.040))


async def main():
    await asyncio.gather(answer("A", 0.010), answer("B", 0.040))
