"""How `asyncio.run` ends: results, exceptions, interrupts, and what is left on the loop."""

import asyncio
import contextvars
import signal
import sys
import threading


def show(main):
    try:
        print(main.__name__, asyncio.run(main()))
    except BaseException as error:
        print(main.__name__, repr(error), repr(error.__context__))


async def raises():
    await asyncio.sleep(0)
    raise ValueError("boom")


async def leaves_a_task():
    async def background():
        try:
            await asyncio.sleep(10)
        finally:
            print("the task is cancelled")

    asyncio.create_task(background())
    await asyncio.sleep(0)
    return 5


async def is_interrupted():
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(1)


async def survives_an_interrupt():
    try:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        asyncio.current_task().uncancel()
        return "fine"


async def is_interrupted_twice():
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)


async def cancels_itself():
    raise asyncio.CancelledError("by itself")


async def exits():
    sys.exit(3)


async def uses_the_executor():
    return await asyncio.to_thread(lambda: 7)


async def leaves_a_generator():
    async def numbers():
        try:
            yield 1
            yield 2
        finally:
            print("the generator is closed")

    global left
    left = numbers()
    return await anext(left)


async def stops_the_loop():
    asyncio.get_running_loop().stop()
    await asyncio.sleep(1)


async def runs_inside():
    coroutine = raises()
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()


async def keeps_its_loop():
    loops.append(asyncio.get_running_loop())
    return asyncio.get_event_loop() is loops[-1], loops[-1].is_running()


async def sets_a_variable():
    variable.set(3)
    return variable.get()


loops = []
variable = contextvars.ContextVar("variable", default=1)
for main in (raises, leaves_a_task, is_interrupted, survives_an_interrupt, is_interrupted_twice, cancels_itself, exits,
             uses_the_executor, leaves_a_generator, stops_the_loop, runs_inside, keeps_its_loop, sets_a_variable):
    show(main)
print(variable.get(), loops, loops[0].is_closed(), loops[0]._closed)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
try:
    asyncio.get_event_loop_policy().get_event_loop()
except RuntimeError as error:
    print(error)
thread = threading.Thread(target=show, args=(keeps_its_loop,))
thread.start()
thread.join()

# What is patched is called.
new_event_loop = asyncio.events.new_event_loop
asyncio.events.new_event_loop = lambda: print("a new loop") or new_event_loop()
show(keeps_its_loop)
asyncio.events.new_event_loop = new_event_loop
show(keeps_its_loop)
