import asyncio
import core

# Look at the task's lane, which ends in the middle: the loop is closed
# by hand while the upload waits. asyncio.run() would have cancelled it.
loop = asyncio.new_event_loop()
print(loop.run_until_complete(core.begin("photo")))
loop.close()
