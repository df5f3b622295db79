"""An imperative shell over an event-driven core.

`core = airlock.wrap(core)` makes what is asynchronous in `core` usable from
plain sequential code: each such use is one crossing through the adapter that
the page, the command line or `airlock.use(key)` chose. `airlock.spawn` runs
several such shells at once where the adapter lets them.
"""

from _airlock_shell import ledger

from ._adapters import adapters, use
from ._shells import Shell, joinall, spawn
from ._wrapping import wrap

__all__ = ['wrap', 'use', 'ledger', 'adapters', 'spawn', 'joinall', 'Shell']
__version__ = '0.1.0'
