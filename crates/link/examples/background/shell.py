import time
import airlock, core
core = airlock.wrap(core)

core.connect()
time.sleep(0.040)                   # something else to do

# Who turns the loop meanwhile? A persistent loop stands still,
# asyncio.run() has cancelled the task, greenlets let it go on.
print("heartbeats sent:", core.sent())
