"""The pair on a native CPython: `native.py ADAPTER CORE.py SHELL.py RUNS`.

Prints the milliseconds that the shell takes, of as many runs after one that
does not count: profiles are measured warm as well. Loops and threads are
made when first used and closed at the end of each run, as Airlock's adapters
do it. The module `airlock` is played by this file, over asyncio's own API;
the greenlet adapter is greenback, the nested one nest_asyncio.
"""

import asyncio
import concurrent.futures
import functools
import importlib.util
import inspect
import os
import signal
import sys
import threading
import time
import types


class Each:
    """A new loop for each call."""

    def __init__(self):
        self.drive = asyncio.run

    def close(self):
        pass


class Runner:
    """One loop from the first call to the end."""

    loop = None

    def drive(self, coroutine):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
        return self.loop.run_until_complete(coroutine)

    def close(self):
        if self.loop is not None:
            finish(self.loop)


class Nested(Runner):
    """One loop that nest_asyncio has patched."""

    def __init__(self):
        import nest_asyncio
        nest_asyncio.apply()


class LoopThread:
    """A loop in a thread of its own."""

    loop = None

    def drive(self, coroutine):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
            self.thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def close(self):
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            finish(self.loop)


class Pool:
    """Threads with a loop each."""

    executor = None

    def begin(self):
        self.local.loop = asyncio.new_event_loop()
        self.loops.append(self.local.loop)

    def run(self, coroutine):
        return self.local.loop.run_until_complete(coroutine)

    def drive(self, coroutine):
        if self.executor is None:
            self.local, self.loops = threading.local(), []
            self.executor = concurrent.futures.ThreadPoolExecutor(10, initializer=self.begin)
        return self.executor.submit(self.run, coroutine).result()

    def close(self):
        if self.executor is not None:
            self.executor.shutdown()
            for loop in self.loops:
                finish(loop)


class Greenlet:
    """The shell in a greenlet under a running loop."""

    def __init__(self):
        import greenback
        self.drive = greenback.await_

    def run(self, shell):
        import greenback

        async def main():
            await greenback.ensure_portal()
            shell()

        asyncio.run(main())

    def close(self):
        pass


ADAPTERS = {'run': Each, 'runner': Runner, 'nested': Nested, 'thread': LoopThread, 'greenlet': Greenlet, 'pool': Pool}


def finish(loop):
    """What asyncio.run does with its loop at the end."""
    asyncio.runners._cancel_all_tasks(loop)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


async def awaited(awaitable):
    return await awaitable


def wrapped(function, drive):
    """A coroutine function, or one that gives an async generator or context manager, for sequential code."""
    if inspect.iscoroutinefunction(function):
        return lambda *args, **kwargs: drive(function(*args, **kwargs))

    def items(iterator):
        while True:
            try:
                yield drive(awaited(iterator.__anext__()))
            except StopAsyncIteration:
                return

    class Context:
        def __init__(self, manager):
            self.manager = manager

        def __enter__(self):
            return drive(awaited(self.manager.__aenter__()))

        def __exit__(self, *exc_info):
            return drive(awaited(self.manager.__aexit__(*exc_info)))

    def call(*args, **kwargs):
        value = function(*args, **kwargs)
        if hasattr(type(value), '__anext__'):
            return items(value)
        if hasattr(type(value), '__aenter__'):
            return Context(value)
        return value

    return call


def wrap(module, drive):
    class Wrapped:
        def __getattr__(self, name):
            value = getattr(module, name)
            if inspect.isfunction(value):
                value = wrapped(value, drive)
                setattr(self, name, value)
            return value

    return Wrapped()


def one(key, core_path, code):
    """Milliseconds of one run."""
    spec = importlib.util.spec_from_file_location('core', core_path)
    core = sys.modules['core'] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    adapter = ADAPTERS[key]()
    shim = sys.modules['airlock'] = types.ModuleType('airlock')
    shim.wrap = lambda module: wrap(module, adapter.drive)
    shell = functools.partial(exec, code, {'__name__': '__main__'})
    start = time.perf_counter()
    adapter.run(shell) if key == 'greenlet' else shell()
    adapter.close()
    return (time.perf_counter() - start) * 1e3


def main():
    key, core_path, shell_path, runs = sys.argv[1:]
    # As `airlock calibrate` measures: on one processor, without a handler for Ctrl-C.
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(shell_path) as file:
        code = compile(file.read(), shell_path, 'exec')
    for number in range(int(runs) + 1):
        passed = one(key, core_path, code)
        if number:
            print(passed, file=sys.stderr)
    sys.stderr.flush()
    os._exit(0)


if __name__ == '__main__':
    main()
