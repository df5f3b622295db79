import time

PARTS = [(low, low + 3000) for low in range(0, 12000, 3000)]


async def count_primes(low, high):
    """Nothing in it waits, so a loop can do nothing else meanwhile."""
    count = 0
    for number in range(max(low, 2), high):
        for factor in range(2, int(number ** 0.5) + 1):
            if number % factor == 0:
                break
        else:
            count += 1
    return count


async def main():
    started = time.perf_counter()
    total = sum([await count_primes(*part) for part in PARTS])
    print(total, f"primes in {(time.perf_counter() - started) * 1000:.1f} ms")
