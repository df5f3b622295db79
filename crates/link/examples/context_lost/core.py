import asyncio
from contextvars import ContextVar

user = ContextVar("user", default="nobody")


async def log_in(name):
    await asyncio.sleep(0.002)      # ask the directory
    user.set(name)


async def whoami():
    await asyncio.sleep(0.001)
    return user.get()


async def main():
    await log_in("ada")
    print("logged in as", await whoami())
