"""`InterpreterPoolExecutor`: as a pool of processes; here a further
interpreter is a VM of its own like these.
"""

from airlock import _peers

from . import _base, process


class ExecutionFailed(_peers.RemoteTraceback):
    """Prints as the traceback in the other interpreter."""


class BrokenInterpreterPool(_base.BrokenExecutor):
    """An interpreter of the pool died, so that the pool can do nothing more."""


class InterpreterPoolExecutor(process.ProcessPoolExecutor):
    _broken_error = BrokenInterpreterPool
    _remote = ExecutionFailed

    def __init__(self, max_workers=None, thread_name_prefix='', initializer=None, initargs=()):
        """Initializes a new InterpreterPoolExecutor instance."""
        super().__init__(max_workers, None, initializer, initargs)
        self._worker_name = thread_name_prefix or 'InterpreterPoolExecutor'

