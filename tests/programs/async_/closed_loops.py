# Closed loops stay closed for whoever still has them, however many others come and go.
import asyncio
import gc


async def nothing():
    return asyncio.get_running_loop()


kept = asyncio.new_event_loop()
pending = kept.create_future()
kept.close()


class Ending(asyncio.SelectorEventLoop):
    seen = []

    def __del__(self):
        self.seen.append(self.is_closed())
        super().__del__()


for _ in range(300):
    loop = Ending()
    loop.close()
    assert asyncio.run(nothing()).is_closed()
del loop
gc.collect()
fresh = asyncio.new_event_loop()
print(len(Ending.seen), set(Ending.seen))
print(kept.is_closed(), fresh.is_closed(), pending.get_loop() is kept)
try:
    kept.call_soon(print)
except RuntimeError as error:
    print(error)
pending.cancel()
print(pending.cancelled(), fresh.run_until_complete(nothing()) is fresh)
fresh.close()
