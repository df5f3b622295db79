"""anyio: a portal to a loop in a thread."""
import core
from anyio.from_thread import start_blocking_portal

with start_blocking_portal() as portal:
    print([portal.call(core.fetch, i) for i in range(4)])
