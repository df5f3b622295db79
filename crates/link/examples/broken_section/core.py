import asyncio

balance = 100


async def record(amount):
    await asyncio.sleep(0)          # the audit log


def audit(amount):
    import airlock, core
    airlock.wrap(core).record(amount)  # looks as if nothing could come between


async def withdraw(amount):
    global balance
    before = balance
    audit(amount)
    balance = before - amount


async def everyone():
    await asyncio.gather(*[withdraw(10) for _ in range(5)])


async def main():
    global balance
    for _ in range(5):
        await record(10)
        balance -= 10
    print("left:", balance)
