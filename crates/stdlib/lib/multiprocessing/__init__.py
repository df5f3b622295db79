"""What asks about processes is answered, and `Pool` is there; what would share memory, or start a process that
runs by itself, is refused."""

from airlock import _peers


class ProcessError(Exception):
    pass


class BufferTooShort(ProcessError):
    pass


class TimeoutError(ProcessError):
    pass


class AuthenticationError(ProcessError):
    pass


class _MainProcess:
    name = 'MainProcess'
    daemon = False
    exitcode = None
    pid = ident = 1

    def is_alive(self):
        return True

    def __repr__(self):
        return "<_MainProcess name='MainProcess' parent=None started>"


_main = _MainProcess()


def current_process():
    return _main


def parent_process():
    return None


def active_children():
    return []


def cpu_count():
    return _peers.width()


def freeze_support():
    pass


def get_all_start_methods():
    return ['spawn']


def get_start_method(allow_none=False):
    return 'spawn'


def set_start_method(method, force=False):
    get_context(method)


def get_context(method=None):
    if method not in (None, 'spawn'):
        raise ValueError(f'cannot find context for {method!r}')
    import multiprocessing
    return multiprocessing


def Pool(processes=None, initializer=None, initargs=(), maxtasksperchild=None):
    """Returns a process pool object."""
    from .pool import Pool
    return Pool(processes, initializer, initargs, maxtasksperchild)


def _refuse(name):
    def refused(*args, **kwargs):
        raise NotImplementedError(f'multiprocessing.{name} is not available here; multiprocessing.Pool and '
                                  'concurrent.futures.ProcessPoolExecutor are there')
    refused.__name__ = refused.__qualname__ = name
    return refused


for _name in ('Array', 'Barrier', 'BoundedSemaphore', 'Condition', 'Event', 'JoinableQueue', 'Lock', 'Manager', 'Pipe',
              'Process', 'Queue', 'RLock', 'RawArray', 'RawValue', 'Semaphore', 'SimpleQueue', 'Value',
              'get_logger', 'log_to_stderr', 'set_executable', 'set_forkserver_preload'):
    globals()[_name] = _refuse(_name)
__all__ = [_name for _name in globals() if not _name.startswith('_')]
