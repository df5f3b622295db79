"""The adapters: each drives one awaitable to its end for sequential code."""

import asyncio
import atexit
import builtins
import threading

import _airlock_shell
import _inspect_lite as inspect
import _peers

_OFFERED = {
    'direct': 'no adapter: the core alone, on the loop',
    'run': 'asyncio.run() for each call',
    'runner': 'one loop, run_until_complete() for each call',
    'nested': 'one loop that may be run inside its own handles, as nest_asyncio does it',
    'thread': 'a loop in its own thread, run_coroutine_threadsafe().result() for each call',
    'greenlet': 'the shell is parked while the loop turns, as gevent does it',
    'pool': 'a pool of threads that each run a loop of their own',
    'process': 'the core in processes of its own, each with a loop; values are marshalled',
}
_MISSING = {}
_stack_missing = _airlock_shell.stack_missing()
if _stack_missing is None:
    _OFFERED['jspi'] = "the browser's own stack switching, as Pyodide's run_sync does it"
else:
    _MISSING['jspi'] = _stack_missing


def adapters():
    """The adapters by key: True, or the reason why this host offers it not."""
    offered = {key: True for key in _OFFERED} | _MISSING
    why = _peers.missing()
    if why is not None:
        offered['process'] = why
    return offered


def adapter_for(key):
    """The crossing function of an adapter."""
    why = adapters().get(key, True)
    if why is not True:
        raise ValueError(f'the adapter {key!r} is not offered here: {why}')
    if key not in _OFFERED:
        known = ', '.join(_OFFERED)
        raise ValueError(f'unknown adapter {key!r}; there are {known}')
    return _CROSS[key]


def use(key):
    """Chooses the adapter for what is wrapped without one of its own."""
    _choose(adapter_for(key))


def _choose(adapter):
    global chosen
    chosen = adapter
    _airlock_shell.choose(adapter)


# One crossing: what the awaitable gives.
cross = _airlock_shell.cross


async def _await(awaitable):
    return await awaitable


_airlock_shell.await_with(_await)


def far_kind(adapter=None):
    """The key of an adapter that runs the core on another VM, else None."""
    key = _FAR.get(adapter or chosen)
    return key if key != 'thread' or _peers.turn_alone() else None


def _cross_process(awaitable, name):
    if hasattr(awaitable, 'close'):
        awaitable.close()
    raise TypeError(
        f"the adapter 'process' cannot take {name}() over once it is called: a coroutine stays in its process; "
        "wrap the function or its module instead")


def _cross_direct(awaitable, name):
    if hasattr(awaitable, 'close'):
        awaitable.close()
    raise RuntimeError(
        f"the adapter 'direct' makes no crossings, so {name}() cannot be called from the shell; "
        "choose another adapter")


def _crossing(drive):
    """An adapter that drives a coroutine by calling `drive` with it."""
    def adapter(awaitable, name):
        return cross(awaitable, name, adapter)

    _airlock_shell.drive_with(adapter, drive)
    return adapter


def _finish(loop):
    """Closes a loop as `asyncio.run` does."""
    if loop.is_closed():
        return
    # Another greenlet may be running a loop in this thread.
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        asyncio.runners._cancel_all_tasks(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    finally:
        asyncio._set_running_loop(running)


class _Persistent:
    """A loop that lives from the first crossing to the shell's end."""

    loop = None
    patched = False

    def get(self):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            atexit.register(self.close)
            # From the next crossing on there is nothing to ask first.
            _airlock_shell.drive_with(_CROSS['runner'], self.loop.run_until_complete)
        return self.loop

    def close(self):
        loop, self.loop = self.loop, None
        if loop is not None:
            _airlock_shell.drive_with(_CROSS['runner'], self.drive)
            _finish(loop)

    def drive(self, coroutine):
        return self.get().run_until_complete(coroutine)

    def drive_nested(self, coroutine):
        if not self.patched:
            self.patched = True
            _airlock_shell.patch_tasks()
        running = asyncio._get_running_loop()
        loop = running or self.get()
        if running is None:
            asyncio._set_running_loop(loop)
        try:
            task = loop.create_task(coroutine)
            task._log_destroy_pending = False
            loop._run_until_done(task)
        finally:
            if running is None:
                asyncio._set_running_loop(None)
        if not task.done():
            raise RuntimeError('Event loop stopped before Future completed.')
        return task.result()


class _LoopThread:
    """A loop that runs in a thread of its own until the shell's end."""

    loop = None
    thread = None

    def get(self):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            self.thread = threading.Thread(target=self.run, name='airlock loop', daemon=True)
            self.thread.start()
            atexit.register(self.close)
        return self.loop

    def run(self):
        _airlock_shell.serve_adapter()
        self.loop.run_forever()

    def close(self):
        loop, self.loop = self.loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            self.thread.join()
            _finish(loop)

    def drive(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.get()).result()


class _Pool:
    """Threads that run a loop each; a call goes to one that is idle."""

    SIZE = 10

    executor = None

    def get(self):
        if self.executor is None:
            from concurrent.futures.thread import ThreadPoolExecutor
            self.loops = []
            self.local = threading.local()
            self.executor = ThreadPoolExecutor(self.SIZE, 'airlock pool', self.begin)
            atexit.register(self.close)
        return self.executor

    def begin(self):
        _airlock_shell.serve_adapter()
        self.local.loop = asyncio.new_event_loop()
        self.loops.append(self.local.loop)

    def close(self):
        executor, self.executor = self.executor, None
        if executor is not None:
            executor.shutdown()
            for loop in self.loops:
                _finish(loop)

    def drive_here(self, coroutine):
        return self.local.loop.run_until_complete(coroutine)

    def drive(self, coroutine):
        return self.get().submit(self.drive_here, coroutine).result()


class _Greenlet:
    """The loop turns on a fiber of its own; shells drive their coroutines on
    theirs, each under a task that stands for it. With 'jspi' that task only
    waits for the coroutine's own."""

    loop = None

    def __init__(self):
        self.tasks = {}
        _airlock_shell.greenlet_tasks(self.tasks, self.task)

    def start(self):
        loop = self.loop = asyncio.new_event_loop()
        loop._set_cooperative(True)
        _airlock_shell.spawn_fiber(self.run)
        # The loop's fiber runs until it waits for the first time.
        _airlock_shell.yield_fiber()
        atexit.register(self.close)

    def run(self):
        _airlock_shell.serve_adapter()
        self.loop.run_forever()

    def task(self):
        if self.loop is None:
            self.start()
        fiber = _airlock_shell.current_fiber()
        task = self.tasks.get(fiber)
        if task is None:
            task = self.tasks[fiber] = _airlock_shell.greenlet_task(self.loop)
        return task

    def switch(self, awaitable, name):
        """A crossing that suspends the stack of the host."""
        refusal = _airlock_shell.stack_refusal()
        if refusal is not None:
            if hasattr(awaitable, 'close'):
                awaitable.close()
            raise RuntimeError(f'cannot suspend the stack: {refusal}')
        coroutine = awaitable if inspect.iscoroutine(awaitable) else _await(awaitable)
        return _airlock_shell.stack_await(self.task(), coroutine, name)

    def close(self):
        loop, self.loop = self.loop, None
        if loop is None:
            return
        self.tasks.clear()
        loop.stop()
        while loop.is_running():
            _airlock_shell.yield_fiber()
        loop._set_cooperative(False)
        asyncio._set_running_loop(None)
        _finish(loop)


# What drives a coroutine there is the shell's own fiber.
cross_greenlet = _crossing(None)


_persistent = _Persistent()
_loop_thread = _LoopThread()
_pool = _Pool()
greenlet = _Greenlet()


def _cross_switch(awaitable, name):
    return greenlet.switch(awaitable, name)


_airlock_shell.switch_with(_cross_switch)

_CROSS = {
    'direct': _cross_direct,
    'run': _crossing(asyncio.run),
    'runner': _crossing(_persistent.drive),
    'nested': _crossing(_persistent.drive_nested),
    'thread': _crossing(_loop_thread.drive),
    'greenlet': cross_greenlet,
    'pool': _crossing(_pool.drive),
    'jspi': _cross_switch,
    'process': _cross_process,
}
# Those that can run the core on another VM.
_FAR = {_CROSS[key]: key for key in ('process', 'thread')}
_airlock_shell.far_adapters(_FAR)
# What the page or the command line chose.
_key = getattr(builtins, '__airlock_adapter__', 'runner')
_choose(_CROSS.get(_key, _CROSS['runner']))
if _key == 'pool':
    # Loaded before the program's time counts, where it is at hand.
    try:
        import concurrent.futures.thread
    except ImportError:
        pass
elif _key in ('process', 'thread'):
    try:
        from . import _far
    except ImportError:
        pass


def shells_run():
    """How shells that are spawned run with the chosen adapter: on a
    'greenlet' or a 'thread' of their own, or 'here', one after the other."""
    if chosen is cross_greenlet:
        return 'greenlet'
    in_threads = 'run', 'thread', 'pool', 'process'
    return 'thread' if chosen in [_CROSS[key] for key in in_threads] else 'here'
