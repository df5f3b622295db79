# The loop's own calls: call_soon, call_later, futures, callbacks.
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    order = []
    loop.call_later(0.02, order.append, "later 20")
    loop.call_later(0.01, order.append, "later 10")
    loop.call_soon(order.append, "soon")
    handle = loop.call_soon(order.append, "never")
    handle.cancel()
    await asyncio.sleep(0.05)
    print(order)
    future = loop.create_future()
    future.add_done_callback(lambda f: print("callback", f.result()))
    loop.call_soon(future.set_result, 42)
    print(await future, future.done())
    await asyncio.sleep(0)
    failed = loop.create_future()
    failed.set_exception(KeyError("x"))
    try:
        await failed
    except KeyError as error:
        print("future raised", error)
    try:
        future.set_result(1)
    except asyncio.InvalidStateError:
        print("invalid state")
    class Custom:
        def __await__(self):
            value = yield from asyncio.sleep(0, "custom").__await__()
            return value
    print(await Custom())
    result = await loop.run_in_executor(None, lambda: sum(range(10)))
    print(result, await asyncio.to_thread(pow, 2, 5))
    for task in asyncio.as_completed([asyncio.sleep(0.02, "second"), asyncio.sleep(0.001, "first")]):
        print(await task)
asyncio.run(main())
loop = asyncio.new_event_loop()
print(loop.run_until_complete(asyncio.sleep(0, "manual")), loop.is_running())
loop.close()
print(loop.is_closed())
try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)
async def nested():
    try:
        asyncio.run(asyncio.sleep(0))
    except RuntimeError as error:
        print(error)
import warnings
warnings.simplefilter("ignore")
asyncio.run(nested())


# Futures of a loop that is closed: they can be made, but nothing runs there.
closed = asyncio.new_event_loop()
closed.close()
orphan = closed.create_future()
print(orphan, orphan.get_loop() is closed)


async def await_orphan():
    await orphan


try:
    asyncio.run(await_orphan())
except RuntimeError as error:
    print('attached to a different loop' in str(error))
orphan.add_done_callback(print)
try:
    orphan.set_result(1)
except RuntimeError as error:
    print(error)
