"""Loops that turn by their Python code, beside the native one: a clock of their own, a selector, handles, debug mode."""
import asyncio
import contextvars
import gc
import heapq
import selectors
import threading


class Virtual(asyncio.SelectorEventLoop):
    """Its clock jumps to the next timer."""

    def __init__(self):
        self.now = 0
        super().__init__()

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0]._when)
        super()._run_once()


class Idle(selectors.BaseSelector):
    """A selector that never waits and finds nothing."""

    def register(self, fileobj, events, data=None):
        return selectors.SelectorKey(fileobj, 0, events, data)

    def unregister(self, fileobj):
        pass

    def select(self, timeout=None):
        return []

    def get_map(self):
        return {}


class Bare(asyncio.BaseEventLoop):
    """Nothing but what BaseEventLoop asks of its subclasses."""

    def __init__(self):
        super().__init__()
        self._selector = Idle()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


variable = contextvars.ContextVar('variable', default='unset')


async def child(n):
    await asyncio.sleep(n / 1000)
    return n, asyncio.current_task().get_name(), variable.get()


async def core():
    variable.set('core')
    loop = asyncio.get_running_loop()
    print(type(loop).__name__, await asyncio.gather(*[asyncio.create_task(child(n), name=f't{n}') for n in (3, 1)]))
    async with asyncio.timeout(5):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(child(n), name=f'g{n}') for n in (2, 1)]
    print([task.result()[0] for task in tasks], asyncio.current_task() in asyncio.all_tasks(), len(asyncio.all_tasks()))
    try:
        async with asyncio.timeout(0.002):
            await asyncio.Event().wait()
    except TimeoutError:
        print('timed out')
    queue = asyncio.Queue()
    loop.call_soon(queue.put_nowait, 'soon')
    loop.call_later(0.001, queue.put_nowait, 'later')
    print(await queue.get(), await queue.get())
    task = asyncio.create_task(child(1000))
    await asyncio.sleep(0)
    task.cancel()
    print(await asyncio.gather(task, return_exceptions=True), task.cancelled(), task.cancelling())


for make in (asyncio.new_event_loop, Virtual, lambda: asyncio.SelectorEventLoop(selectors.DefaultSelector()), Bare):
    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(core())

virtual = Virtual()
virtual.run_until_complete(asyncio.sleep(3600))
print('an hour', virtual.now, isinstance(virtual, asyncio.SelectorEventLoop))
virtual.close()

# Handles, made by hand and by loops.
loop = asyncio.new_event_loop()
ran = []
handle = asyncio.Handle(ran.append, ('by hand',), loop)
handle._run()
early, late = asyncio.TimerHandle(1, print, (), loop), asyncio.TimerHandle(2, print, (), loop)
print(ran, early < late, early == late, heapq.nsmallest(1, [late, early]) == [early], early.when())
late.cancel()
print(late.cancelled(), late)
soon, timer = loop.call_soon(print), loop.call_at(5, print)
print(isinstance(soon, asyncio.Handle), isinstance(timer, asyncio.TimerHandle), soon, timer, timer > early)
soon.cancel()
print(soon)

# What goes wrong is told to the handler.
told = []
loop.set_exception_handler(lambda loop, context: told.append(context))


def fails():
    raise ValueError('in a callback')


async def failing():
    raise KeyError('in a task')

loop.call_soon(fails)
loop.create_task(failing())
loop.run_until_complete(asyncio.sleep(0))
gc.collect()
loop.run_until_complete(asyncio.sleep(0))
print([(context['message'].split(' at ')[0], repr(context['exception']), sorted(context)) for context in told])
loop.close()

# Debug mode.
loop = asyncio.new_event_loop()
loop.set_debug(True)


def wrong_thread():
    try:
        loop.call_soon(print)
    except RuntimeError as error:
        print(error)


async def debugged():
    future = loop.create_future()
    print([type(thing._source_traceback[-1]).__name__ for thing in (future, loop.call_soon(int), asyncio.current_task())])
    thread = threading.Thread(target=wrong_thread)
    thread.start()
    thread.join()
    for what in (child(1), 5):
        try:
            loop.call_soon(what)
        except TypeError as error:
            print(error)
        if what != 5:
            what.close()

loop.slow_callback_duration = 100
loop.run_until_complete(debugged())
loop.close()

# The classes that are Python code, on either kind of loop.
for make in (asyncio.new_event_loop, Virtual):
    loop = make()
    task = asyncio.tasks._PyTask(asyncio.sleep(0.001, 'slept'), loop=loop)
    future = asyncio.futures._PyFuture(loop=loop)
    loop.call_later(0.001, future.set_result, 'set')

    async def mixed():
        return await future, await task, await asyncio.wait_for(asyncio.shield(future), 1)

    print(loop.run_until_complete(mixed()))
    loop.close()
