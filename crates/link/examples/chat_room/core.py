import asyncio

inboxes = {}


def join(name):
    inboxes[name] = asyncio.Queue()


async def say(sender, text):
    await asyncio.sleep(0.004)      # the network
    for name, inbox in inboxes.items():
        if name != sender:
            await inbox.put(f"{sender}: {text}")


async def hear(name):
    return await inboxes[name].get()


async def visit(name, lines, count):
    for text in lines:
        await say(name, text)
    for _ in range(count):
        print(name, "heard", await hear(name))


async def main():
    for name in ("Ada", "Grace", "Nick"):
        join(name)
    async with asyncio.TaskGroup() as visitors:
        visitors.create_task(visit("Ada", ["hello", "anyone here?"], 3))
        visitors.create_task(visit("Grace", ["good morning", "me"], 3))
        visitors.create_task(visit("Nick", ["hi all"], 4))
