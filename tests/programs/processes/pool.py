"""Pools of processes: results, exceptions, death, limits of a worker's life."""
import asyncio
import os
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, TimeoutError, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import Pool, cpu_count, current_process

state = 0


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return hash(self.x)


class Custom(Exception):
    pass


def begin(value):
    global state
    state = value


def read(more=0, *, times=1):
    return (state + more) * times


def count():
    global state
    state += 1
    return state


def square(x):
    return x * x


def slow(seconds):
    time.sleep(seconds)
    return seconds


def fail(x):
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise Custom('failed', x) from error


def same(value):
    return value


def die():
    os._exit(3)


def leave():
    raise SystemExit(4)


async def in_loop():
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2) as pool:
        print(await asyncio.gather(*(loop.run_in_executor(pool, square, n) for n in range(4))))


def main():
    with ProcessPoolExecutor(1, initializer=begin, initargs=(7,)) as pool:
        print(pool.submit(read, 1, times=2).result(), state)
        print(list(pool.map(square, range(10), chunksize=3)), list(pool.map(pow, [2, 3], [3, 2])))
        try:
            pool.submit(fail, 5).result()
        except Custom as error:
            cause = str(error.__cause__)
            print(error.args, type(error.__cause__).__name__, 'ZeroDivisionError: division by zero' in cause,
                  'direct cause of the following exception' in cause, "raise Custom('failed', x) from error" in cause)
        print(type(pool.submit(leave).exception()))
        try:
            pool.submit(same, lambda: 1).result()
        except Exception:
            print('a lambda cannot cross')
        print(pool.submit(read).result())

        loop = [1, {'a': 2}]
        loop.append(loop)
        back = pool.submit(same, loop).result()
        print(back[2] is back, back is loop)
        point = Point(3)
        one, two, table = pool.submit(same, (point, point, {point: {point}})).result()
        print(one == point, one is two, table == {point: {point}})
        values = [None, True, -5, 2 ** 100, -2 ** 70, 1.5, 1j, 'é😀', b'ab', bytearray(b'c'), (), (1,), {1, 2},
                  frozenset([3]), range(3), slice(1, None), ..., NotImplemented, len, Point, [[]] * 2]
        back = pool.submit(same, values).result()
        print(back == values, [type(value).__name__ for value in back])

        futures = [pool.submit(slow, 0.1) for _ in range(6)]
        while not futures[0].running():
            time.sleep(0.005)
        print(futures[-1].cancel(), futures[-1].cancelled(), futures[0].cancel())
        print(len(wait(futures)[0]), sum(1 for future in as_completed(futures) if not future.cancelled()))
        try:
            pool.submit(slow, 0.3).result(timeout=0.01)
        except TimeoutError:
            print('timed out')
    try:
        pool.submit(read)
    except RuntimeError as error:
        print(error)

    with ProcessPoolExecutor(2) as pool:
        first = pool.submit(die)
        try:
            first.result()
        except BrokenProcessPool as error:
            print(isinstance(error, BrokenExecutor))
        try:
            pool.submit(read)
        except BrokenProcessPool:
            print('broken')

    asyncio.run(in_loop())

    with Pool(2, begin, (3,), maxtasksperchild=10) as pool:
        print(pool.map(square, range(7)), pool.starmap(pow, [(2, 3), (3, 2)]), pool.apply(read, (1,), {'times': 3}))
        print(list(pool.imap(square, [3, 4])), sorted(pool.imap_unordered(square, [1, 2])))
        print(pool.apply_async(square, (9,)).get(), pool.map_async(square, [1]).get())
    print(cpu_count() >= 1, current_process().name)

    for wrong in {'max_workers': 0}, {'initializer': 1}, {'max_tasks_per_child': 0}:
        try:
            ProcessPoolExecutor(**wrong)
        except (TypeError, ValueError) as error:
            print(type(error).__name__, error)


if __name__ == '__main__':
    main()
