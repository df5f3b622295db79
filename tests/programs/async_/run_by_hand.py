"""`run_until_complete` and `asyncio.run`: what a program sees of them, whichever way they run."""

import asyncio
import contextvars
import signal
import sys

variable = contextvars.ContextVar('variable', default='none')
loop = asyncio.new_event_loop()


async def look(result):
    running = asyncio.get_running_loop()
    print(running is loop, running.is_running(), running._thread_id is not None,
          sys.get_asyncgen_hooks().firstiter == running._asyncgen_firstiter_hook)
    print('_run_until_complete_cb' in repr(asyncio.current_task()))
    variable.set('inner')
    await asyncio.sleep(0)
    return result


print(loop.run_until_complete(look(1)), variable.get())
print(sys.get_asyncgen_hooks().firstiter, loop._thread_id, asyncio._get_running_loop())
print(loop.run_until_complete(task := loop.create_task(look(2))), loop.run_until_complete(task))
future = loop.create_future()
loop.call_later(0.001, future.set_result, 'timer')
print(loop.run_until_complete(future))


def attempt(call, *args):
    try:
        print(call(*args))
    except BaseException as error:
        print(type(error).__name__, error)


async def fail(error):
    raise error


async def stop():
    asyncio.get_running_loop().stop()
    await asyncio.Event().wait()


async def cancel():
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


async def nest():
    for run in (loop.run_until_complete, asyncio.new_event_loop().run_until_complete, asyncio.run):
        coroutine = stop()
        attempt(run, coroutine)
        coroutine.close()


for error in (ValueError('value'), KeyboardInterrupt('key'), SystemExit(3), asyncio.CancelledError('gone')):
    attempt(loop.run_until_complete, fail(error))
    attempt(asyncio.run, fail(error))
attempt(loop.run_until_complete, stop())
attempt(loop.run_until_complete, cancel())
loop.run_until_complete(nest())
attempt(loop.run_until_complete, 3)
attempt(loop.run_until_complete, asyncio.new_event_loop().create_future())


# Whoever changes the loop or its class is asked.
def factory(loop, coroutine, **kwargs):
    print('factory', coroutine.__name__)
    return asyncio.Task(coroutine, loop=loop, **kwargs)


loop.set_task_factory(factory)
print(loop.run_until_complete(asyncio.sleep(0, 'made')))
loop.set_task_factory(None)
own = type(loop).run_forever
type(loop).run_forever = lambda self: print('patched') or own(self)
print(loop.run_until_complete(asyncio.sleep(0, 'patched')))
type(loop).run_forever = own
print(loop.run_until_complete(asyncio.sleep(0, 'as before')))
loop.set_debug(True)
print(loop.run_until_complete(asyncio.sleep(0, 'debug')))
loop.close()
loop.close()
attempt(loop.run_until_complete, None)
print(loop)


# A loop that is made and closed for one coroutine.
async def background():
    try:
        await asyncio.sleep(10)
    finally:
        print('background ends')


async def generate():
    try:
        yield 1
        yield 2
    finally:
        print('generator ends')


async def leave_behind():
    global kept, task
    task = asyncio.create_task(background())
    kept = generate()
    print(await anext(kept), len(asyncio.get_running_loop()._asyncgens))
    return await asyncio.to_thread(lambda: 'from a thread')


print(asyncio.run(leave_behind()), task.cancelled())


async def interrupt():
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(10)


attempt(asyncio.run, interrupt())
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)


async def debugs():
    return asyncio.get_running_loop().get_debug()


print(asyncio.run(debugs()), asyncio.run(debugs(), debug=True))
new = asyncio.new_event_loop()
print(new._ready, new._scheduled, new._default_executor, new.slow_callback_duration, len(new._asyncgens), new)
new.close()
