"""The core alone: `core.main()` on a loop that leaves the host's own free."""

import asyncio

import _inspect_lite as inspect
import core


def _cooperative_loop():
    loop = asyncio.new_event_loop()
    loop._set_cooperative(True)
    return loop


main = getattr(core, 'main', None)
if inspect.iscoroutinefunction(main):
    with asyncio.Runner(loop_factory=_cooperative_loop) as runner:
        runner.run(main())
elif callable(main):
    main()
