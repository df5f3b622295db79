"""A program here is one process: what asks about it is answered, what would start another is refused."""


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
    return 1


def freeze_support():
    pass


def get_all_start_methods():
    return []


def get_start_method(allow_none=False):
    return None


def _refuse(name):
    def refused(*args, **kwargs):
        raise NotImplementedError(f'multiprocessing.{name} is not available: a program here is one process; '
                                  'threads and concurrent.futures.ThreadPoolExecutor are there')
    refused.__name__ = refused.__qualname__ = name
    return refused


for _name in ('Array', 'Barrier', 'BoundedSemaphore', 'Condition', 'Event', 'JoinableQueue', 'Lock', 'Manager', 'Pipe',
              'Pool', 'Process', 'Queue', 'RLock', 'RawArray', 'RawValue', 'Semaphore', 'SimpleQueue', 'Value',
              'get_context', 'get_logger', 'log_to_stderr', 'set_executable', 'set_forkserver_preload',
              'set_start_method'):
    globals()[_name] = _refuse(_name)
__all__ = [_name for _name in globals() if not _name.startswith('_')]
