"""One crossing on Pyodide, by the browser's stack switching: nanoseconds each."""

import time

import core
from pyodide.ffi import run_sync

for _ in range(25):
    start = time.perf_counter()
    for number in range(1000):
        run_sync(core.answer(number))
    print("@", (time.perf_counter() - start) / 1000 * 1e9)
