import asyncio
import contextlib


class Client:
    """A client."""

    def __init__(self, name="x"):
        self.name = name
        self.count = 0

    async def get(self, key: str, *, times=1) -> str:
        """Gets it."""
        await asyncio.sleep(0.001)
        self.count += 1
        return f"{self.name}:{key}" * times

    def plain(self):
        return self.name

    async def __aenter__(self):
        await asyncio.sleep(0.001)
        print("enter")
        return self

    async def __aexit__(self, *exc_info):
        print("exit", exc_info[0])
        return exc_info[0] is LookupError

    def __len__(self):
        return self.count

    async def items(self):
        try:
            for number in range(3):
                await asyncio.sleep(0)
                yield number
        finally:
            print("closed")

    @property
    def upper(self):
        return self.name.upper()

    @classmethod
    def make(cls):
        return cls("made")

    async def child(self):
        return Client(self.name + "/child")


class Special(Client):
    pass


@contextlib.asynccontextmanager
async def entered(value):
    try:
        yield value
    finally:
        print("left")


async def fail():
    await asyncio.sleep(0)
    raise ValueError("no")


async def work(number):
    await asyncio.sleep(0.005)
    return number


def crosses_back():
    import airlock, core
    return airlock.wrap(core).work(3)


async def outer():
    return crosses_back()
