import time
import airlock, core
calls = airlock.wrap(core)


def count_all():
    shells = [airlock.spawn(calls.count_primes, *part) for part in core.PARTS]
    return sum(shell.get() for shell in shells)


count_all()                         # the processes start: look at the wall
started = time.perf_counter()
total = count_all()                 # then all of them work at once
print(total, f"primes in {(time.perf_counter() - started) * 1000:.1f} ms")
