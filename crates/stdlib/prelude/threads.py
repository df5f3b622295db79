# What `time`, `_thread` and `_contextvars` leave to Python.

StructTime = struct_sequence('time.struct_time', 'time',
    ('tm_year', 'tm_mon', 'tm_mday', 'tm_hour', 'tm_min', 'tm_sec', 'tm_wday', 'tm_yday', 'tm_isdst'),
    ('tm_zone', 'tm_gmtoff'))
StructTime.tm_zone = StructTime.tm_gmtoff = None
ThreadHookArgs = struct_sequence('_thread._ExceptHookArgs', '_thread',
    ('exc_type', 'exc_value', 'exc_traceback', 'thread'))


# `time.strptime`.
def time_strptime(string, format):
    return load_module_named('_strptime')._strptime_time(string, format)


# `time.get_clock_info`.
def clock_info(name):
    if not isinstance(name, str):
        raise TypeError(f'get_clock_info() argument 1 must be str, not {type(name).__name__}')
    functions = {'time': 'clock_gettime(CLOCK_REALTIME)', 'monotonic': 'clock_gettime(CLOCK_MONOTONIC)',
                 'perf_counter': 'clock_gettime(CLOCK_MONOTONIC)',
                 'process_time': 'clock_gettime(CLOCK_PROCESS_CPUTIME_ID)',
                 'thread_time': 'clock_gettime(CLOCK_THREAD_CPUTIME_ID)'}
    if name not in functions:
        raise ValueError('unknown clock')
    return builtin_type('simple_namespace')(implementation=functions[name], monotonic=name != 'time',
                                            adjustable=name == 'time', resolution=1e-09)


# `_thread.interrupt_main`.
def interrupt_main_(signum):
    thread = load_module_named('_thread')
    signal = sys.modules.get('signal')
    handler = None if signal is None else signal.getsignal(signum)
    if signum == 2 and (signal is None or handler is signal.default_int_handler):
        thread._interrupt()
    elif callable(handler):
        if thread.get_ident() != thread._get_main_thread_ident():
            raise NotImplementedError('interrupt_main() cannot call a handler from another thread')
        handler(signum, sys._getframe(1))


# Reports what ended a thread that `_thread` started.
def thread_died(function, error):
    try:
        sys.unraisablehook(UnraisableHookArgs((type(error), error, error.__traceback__,
            f'Exception ignored in thread started by {function!r}', None)))
    except BaseException:
        pass


# `threading.excepthook`.
def thread_excepthook(args, /):
    if type(args) is not ThreadHookArgs:
        raise TypeError('_thread.excepthook argument type must be ExceptHookArgs')
    if args.exc_type is SystemExit:
        return
    thread = args.thread
    if sys is not None and sys.stderr is not None:
        stderr = sys.stderr
    elif thread is not None:
        stderr = thread._stderr
        if stderr is None:
            return
    else:
        return
    name = thread.name if thread is not None else load_module_named('_thread').get_ident()
    print(f'Exception in thread {name}:', file=stderr, flush=True)
    load_module_named('traceback').print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=stderr)
    stderr.flush()


thread_excepthook.__name__ = thread_excepthook.__qualname__ = '_excepthook'
thread_excepthook.__module__ = '_thread'


# `==` of two contexts with values whose `__eq__` is Python.
def context_eq(self, other):
    for var, value in self.items():
        if var not in other or not (other[var] is value or other[var] == value):
            return False
    return True


# `repr` of a context variable whose default's is Python.
def contextvar_repr(self):
    default = load_module_named('_contextvars')._default_of(self)
    return f'<ContextVar name={self.name!r} default={default!r} at {id(self):#x}>'


# `repr` of a token of such a variable.
def token_repr(self):
    used = ' used' if load_module_named('_contextvars')._is_used(self) else ''
    return f'<Token{used} var={self.var!r} at {id(self):#x}>'
