"""A thousand shells at once, each with ten calls of 5 ms: nanoseconds for all."""

import time

import airlock
import core

core = airlock.wrap(core)


def client():
    for _ in range(10):
        core.answer()


airlock.joinall([airlock.spawn(client) for _ in range(10)])
for _ in range(3):
    start = time.perf_counter()
    airlock.joinall([airlock.spawn(client) for _ in range(1000)])
    print("@", (time.perf_counter() - start) * 1e9)
