"""The pair on a native CPython: `native.py ADAPTER CORE.py SHELL.py RUNS`.

Prints the milliseconds that the shell takes, of as many runs; each in a new
process, without the interpreter's start. The module `airlock` is played by
this file, over asyncio's own API.
"""

import asyncio
import importlib.util
import inspect
import os
import subprocess
import sys
import threading
import time
import types


def adapter_of(key):
    if key == 'run':
        return asyncio.run
    if key == 'runner':
        return asyncio.new_event_loop().run_until_complete
    if key == 'nested':
        import nest_asyncio
        nest_asyncio.apply()
        return asyncio.new_event_loop().run_until_complete
    if key == 'thread':
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        return lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    if key == 'pool':
        from concurrent.futures import ThreadPoolExecutor
        local = threading.local()

        def begin():
            local.loop = asyncio.new_event_loop()

        pool = ThreadPoolExecutor(10, initializer=begin)
        return lambda coroutine: pool.submit(lambda: local.loop.run_until_complete(coroutine)).result()
    raise SystemExit(f'no adapter {key}')


async def awaited(awaitable):
    return await awaitable


def wrap(module, drive):
    def adapt(value):
        if inspect.isawaitable(value):
            value = drive(awaited(value))
        if hasattr(type(value), '__anext__'):
            return items(value)
        return value

    def items(iterator):
        while True:
            try:
                yield drive(awaited(iterator.__anext__()))
            except StopAsyncIteration:
                return

    class Wrapped:
        def __getattr__(self, name):
            value = getattr(module, name)
            return (lambda *args, **kwargs: adapt(value(*args, **kwargs))) if inspect.isfunction(value) else value

    return Wrapped()


def one(key, core_path, shell_path):
    spec = importlib.util.spec_from_file_location('core', core_path)
    core = sys.modules['core'] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    drive = adapter_of(key)
    shim = sys.modules['airlock'] = types.ModuleType('airlock')
    shim.wrap = lambda module: wrap(module, drive)
    with open(shell_path) as file:
        code = compile(file.read(), shell_path, 'exec')
    start = time.perf_counter()
    exec(code, {'__name__': '__main__'})
    passed = time.perf_counter() - start
    print(passed * 1e3, file=sys.stderr)
    sys.stderr.flush()
    os._exit(0)


if __name__ == '__main__':
    if len(sys.argv) == 4:
        one(*sys.argv[1:])
    for _ in range(int(sys.argv[4])):
        done = subprocess.run([sys.executable, __file__, *sys.argv[1:4]], capture_output=True, text=True, timeout=60)
        print(done.stderr.split()[-1] if done.returncode == 0 else 'nan')
