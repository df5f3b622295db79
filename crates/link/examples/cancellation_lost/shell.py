import asyncio, threading, time
import core

loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()

# Look at what is printed last: the wait was given up, the order was not.
future = asyncio.run_coroutine_threadsafe(core.save("tea"), loop)
try:
    future.result(timeout=0.005)
except TimeoutError:
    print("tea given up")           # without future.cancel()
time.sleep(0.030)
loop.call_soon_threadsafe(loop.stop)
