"""Names of signals. None can arrive here, so handlers are only kept."""

_NUMBERS = {'SIGHUP': 1, 'SIGINT': 2, 'SIGQUIT': 3, 'SIGILL': 4, 'SIGTRAP': 5, 'SIGABRT': 6, 'SIGBUS': 7,
    'SIGFPE': 8, 'SIGKILL': 9, 'SIGUSR1': 10, 'SIGSEGV': 11, 'SIGUSR2': 12, 'SIGPIPE': 13, 'SIGALRM': 14,
    'SIGTERM': 15, 'SIGCHLD': 17, 'SIGCONT': 18, 'SIGSTOP': 19, 'SIGTSTP': 20, 'SIGTTIN': 21, 'SIGTTOU': 22,
    'SIGWINCH': 28, 'SIGIO': 29, 'SIGSYS': 31}
NSIG = 65
_handlers = {}


# Enums are made when their names are first asked for.
def __getattr__(name):
    if name != 'Signals' and name != 'Handlers' and name not in _NUMBERS and name not in ('SIG_DFL', 'SIG_IGN'):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from enum import IntEnum
    for kind, members in (('Signals', _NUMBERS), ('Handlers', {'SIG_DFL': 0, 'SIG_IGN': 1})):
        made = globals()[kind] = IntEnum(kind, members, module=__name__)
        globals().update(made.__members__)
    return globals()[name]


def _enum(name):
    return globals().get(name) or __getattr__(name)


def default_int_handler(signalnum, frame, /):
    raise KeyboardInterrupt


def getsignal(signalnum, /):
    if signalnum not in range(1, NSIG):
        raise ValueError('signal number out of range')
    found = _handlers.get(int(signalnum))
    if found is None:
        return default_int_handler if signalnum == 2 else _enum('SIG_DFL')
    return found


def signal(signalnum, handler, /):
    import threading
    if threading.current_thread() is not threading.main_thread():
        raise ValueError('signal only works in main thread of the main interpreter')
    if not callable(handler) and handler not in (0, 1):
        raise TypeError('signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object')
    before = getsignal(signalnum)
    _handlers[int(signalnum)] = handler
    return before


def raise_signal(signalnum, /):
    handler = getsignal(signalnum)
    if callable(handler):
        handler(signalnum, None)


def set_wakeup_fd(fd, /, *, warn_on_full_buffer=True):
    return -1


def siginterrupt(signalnum, flag, /):
    pass


def valid_signals():
    return set(_enum('Signals'))


def strsignal(signalnum, /):
    for name, number in _NUMBERS.items():
        if number == signalnum:
            return name
    return None
