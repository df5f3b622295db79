"""SQLAlchemy: what its asyncio extension puts between its plain code and a driver."""
import asyncio

import core
from sqlalchemy.util.concurrency import await_only, greenlet_spawn


def plain():
    return [await_only(core.fetch(i)) for i in range(4)]

print(asyncio.run(greenlet_spawn(plain)))
