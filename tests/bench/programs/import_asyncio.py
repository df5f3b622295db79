"""`import asyncio` when none of its own modules is loaded: nanoseconds for the whole."""

import sys
import time


def fresh():
    for name in [name for name in sys.modules if name.split(".")[0] == "asyncio"]:
        del sys.modules[name]
    start = time.perf_counter_ns()
    import asyncio

    return time.perf_counter_ns() - start


for _ in range(15):
    print("@", fresh())


async def main():
    pass
