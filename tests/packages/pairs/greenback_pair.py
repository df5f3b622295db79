"""greenback: plain code in a task awaits by switching greenlets."""
import asyncio

import core
import greenback


def plain():
    return [greenback.await_(core.fetch(i)) for i in range(4)]

print(asyncio.run(greenback.with_portal_run_sync(plain)))
