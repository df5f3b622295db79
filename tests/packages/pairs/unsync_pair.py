"""unsync: all calls begin at once on a loop in a thread, so their waits pass side by side."""
import core
from unsync import unsync

fetch = unsync(core.fetch)
print([future.result() for future in [fetch(i) for i in range(4)]])
