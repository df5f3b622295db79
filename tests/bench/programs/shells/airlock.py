"""One crossing on Airlock, with the adapter chosen on the page: nanoseconds each."""

import time

import airlock
import core

core = airlock.wrap(core)
for _ in range(25):
    start = time.perf_counter()
    for number in range(5000):
        core.answer(number)
    print("@", (time.perf_counter() - start) / 5000 * 1e9)
print("marshalled", airlock.ledger()["marshalled_bytes"])
