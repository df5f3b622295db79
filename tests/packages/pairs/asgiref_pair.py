"""asgiref: each call makes a loop in a thread of its own and waits for it."""
import core
from asgiref.sync import async_to_sync

fetch = async_to_sync(core.fetch)
print([fetch(i) for i in range(4)])
