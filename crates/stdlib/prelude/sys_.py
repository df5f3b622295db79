# The parts of `sys` that are Python: named tuples of constants, hooks.

sys = load_found('sys', find_module('sys', ()))
load_found('_airlock', find_module('_airlock', ()))


# Makes a class like CPython's `struct sequence`.
def struct_sequence(name, module, fields, extra=()):
    every = tuple(fields) + tuple(extra)
    shown = len(fields)

    def __new__(cls, sequence, dict=None):
        sequence = tuple(sequence)
        if len(sequence) < shown:
            raise TypeError(f'{name}() takes an at least {shown}-sequence ({len(sequence)}-sequence given)')
        self = tuple.__new__(cls, sequence[:shown])
        for field, value in zip(extra, sequence[shown:]):
            self.__dict__[field] = value
        return self

    def __repr__(self):
        return f"{name}({', '.join([f'{field}={value!r}' for field, value in zip(fields, self)])})"

    def __reduce__(self):
        return (self.__class__, (tuple(self),))

    namespace = {'__new__': __new__, '__repr__': __repr__, '__reduce__': __reduce__, '__module__': module,
                 'n_fields': len(every), 'n_sequence_fields': shown, 'n_unnamed_fields': 0,
                 '__match_args__': tuple(fields)}
    for index, field in enumerate(fields):
        namespace[field] = property(sequence_getter(index))
    return type(name.rpartition('.')[2], (tuple,), namespace)


# Reads one field of a struct sequence.
def sequence_getter(index):
    return lambda self: tuple.__getitem__(self, index)


# A struct sequence with one instance.
def constants(name, /, **fields):
    return struct_sequence('sys.' + name, 'sys', fields)(fields.values())


sys.version_info = constants('version_info', major=3, minor=14, micro=0, releaselevel='final', serial=0)
sys.flags = constants('flags', debug=0, inspect=0, interactive=0, optimize=0, dont_write_bytecode=1,
    no_user_site=1, no_site=1, ignore_environment=1, verbose=0, bytes_warning=0, quiet=0,
    hash_randomization=0, isolated=0, dev_mode=False, utf8_mode=1, warn_default_encoding=0,
    safe_path=False, int_max_str_digits=4300, gil=1, thread_inherit_context=0, context_aware_warnings=0)
sys.float_info = constants('float_info', max=1.7976931348623157e+308, max_exp=1024, max_10_exp=308,
    min=2.2250738585072014e-308, min_exp=-1021, min_10_exp=-307, dig=15, mant_dig=53,
    epsilon=2.220446049250313e-16, radix=2, rounds=1)
sys.int_info = constants('int_info', bits_per_digit=30, sizeof_digit=4, default_max_str_digits=4300,
    str_digits_check_threshold=640)
sys.hash_info = constants('hash_info', width=64, modulus=2305843009213693951, inf=314159, nan=0,
    imag=1000003, algorithm='siphash13', hash_bits=64, seed_bits=128, cutoff=0)
sys.thread_info = constants('thread_info', name='pthread-stubs', lock=None, version=None)
sys.implementation = builtin_type('simple_namespace')(name='airlock', cache_tag='airlock-314',
    version=sys.version_info, hexversion=sys.hexversion, supports_isolated_interpreters=False)
sys._git = ('Airlock', '', '')
sys.builtin_module_names = tuple("""
    _abc _ast _asyncio _bisect _codecs _collections _contextvars _csv _functools _heapq _imp _io _json _operator
    _queue _random _sre _string _struct _suggestions _thread _tokenize _typing _warnings _weakref array atexit
    binascii builtins cmath errno faulthandler gc itertools marshal math posix pyexpat select sys time unicodedata
    zlib
""".split())
# All of CPython's library, also what is not available here.
sys.stdlib_module_names = frozenset("""
    __future__ _abc _aix_support _android_support _apple_support _ast _ast_unparse _asyncio _bisect _blake2 _bz2
    _codecs _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _collections _collections_abc
    _colorize _compat_pickle _contextvars _csv _ctypes _curses _curses_panel _datetime _dbm _decimal _elementtree
    _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _heapq _hmac _imp _interpchannels
    _interpqueues _interpreters _io _ios_support _json _locale _lsprof _lzma _markupbase _md5 _multibytecodec
    _multiprocessing _opcode _opcode_metadata _operator _osx_support _overlapped _pickle _posixshmem
    _posixsubprocess _py_abc _py_warnings _pydatetime _pydecimal _pyio _pylong _pyrepl _queue _random
    _remote_debugging _scproxy _sha1 _sha2 _sha3 _signal _sitebuiltins _socket _sqlite3 _sre _ssl _stat _statistics
    _string _strptime _struct _suggestions _symtable _sysconfig _thread _threading_local _tkinter _tokenize
    _tracemalloc _types _typing _uuid _warnings _weakref _weakrefset _winapi _wmi _zoneinfo _zstd abc annotationlib
    antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath
    cmd code codecs codeop collections colorsys compileall compression concurrent configparser contextlib
    contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings
    ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath
    getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib importlib inspect io
    ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder
    msvcrt multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle
    pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr
    pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select
    selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants
    sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile
    tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc
    tty turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser winreg
    winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
""".split())
asyncgen_hooks_class = struct_sequence('sys.asyncgen_hooks', 'sys', ('firstiter', 'finalizer'))
UnraisableHookArgs = struct_sequence('UnraisableHookArgs', 'sys',
    ('exc_type', 'exc_value', 'exc_traceback', 'err_msg', 'object'))
sys.UnraisableHookArgs = UnraisableHookArgs


# `sys.get_asyncgen_hooks`.
def asyncgen_hooks(firstiter, finalizer):
    return asyncgen_hooks_class((firstiter, finalizer))


# `sys.exit`.
def sys_exit(status=None, /):
    if status is None:
        raise SystemExit
    raise SystemExit(*status) if isinstance(status, tuple) else SystemExit(status)


# `sys.displayhook`.
def displayhook(value, /):
    if value is None:
        return
    builtins = loaded_modules['builtins']
    builtins._ = None
    print(repr(value))
    builtins._ = value


# What a statement compiled as 'single' does with the value of an expression.
def display(value, _):
    hook = getattr(sys, 'displayhook', None)
    if hook is None:
        raise RuntimeError('lost sys.displayhook')
    hook(value)


# `sys.excepthook`.
def excepthook(exc, value, traceback, /):
    report_uncaught(value)


# `sys.unraisablehook`.
def unraisablehook(unraisable, /):
    file = sys.stderr
    if unraisable.err_msg is not None:
        if unraisable.object is not None:
            print(f'{unraisable.err_msg}: {unraisable.object!r}', file=file)
        else:
            print(f'{unraisable.err_msg}:', file=file)
    elif unraisable.object is not None:
        print(f'Exception ignored in: {unraisable.object!r}', file=file)
    # As C prints it: without marks under the lines and what came before.
    shown = load_module_named('traceback').TracebackException(
        unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback)
    for frame in shown.stack:
        frame.colno = frame.end_colno = None
    shown.print(file=file, chain=False)


# `sys.breakpointhook`.
def breakpointhook(*args, **kwargs):
    wanted = load_module_named('os').environ.get('PYTHONBREAKPOINT') or 'pdb.set_trace'
    if wanted == '0':
        return None
    module, _, name = wanted.rpartition('.')
    try:
        hook = getattr(load_module_named(module or 'builtins'), name)
    except (ImportError, AttributeError):
        load_module_named('warnings').warn(
            f'Ignoring unimportable $PYTHONBREAKPOINT: "{wanted}"', RuntimeWarning, stacklevel=2)
        return None
    return hook(*args, **kwargs)


# `__doc__` of what is built in.
def native_doc(owner, name):
    try:
        return load_module_named('_docs').doc_of(owner, name)
    except ImportError:
        return None


# `breakpoint`.
def breakpoint(*args, **kwargs):
    return sys.breakpointhook(*args, **kwargs)


# `sys.call_tracing`.
def call_tracing(function, args, /):
    return function(*args)


# `sys._getframemodulename`.
def _getframemodulename(depth=0):
    try:
        return sys._getframe(depth).f_globals.get('__name__')
    except ValueError:
        return None


# A function that only says that it is not there.
def refused(name):
    def refuse(*args, **kwargs):
        raise NotImplementedError(f'{name}() is not supported by Airlock')

    refuse.__name__ = refuse.__qualname__ = name.rpartition('.')[2]
    return refuse


# `sys.monitoring`: names alone, for debuggers that are imported and not used.
def monitoring_namespace():
    names = ('BRANCH_LEFT', 'BRANCH_RIGHT', 'CALL', 'INSTRUCTION', 'JUMP', 'LINE', 'PY_RESUME', 'PY_RETURN',
             'PY_START', 'PY_THROW', 'PY_UNWIND', 'PY_YIELD', 'RAISE', 'RERAISE', 'STOP_ITERATION',
             'C_RETURN', 'C_RAISE', 'EXCEPTION_HANDLED', 'BRANCH')
    events = {name: 1 << at for at, name in enumerate(names)}
    namespace = builtin_type('simple_namespace')
    monitoring = namespace(
        DEBUGGER_ID=0, COVERAGE_ID=1, PROFILER_ID=2, OPTIMIZER_ID=5,
        events=namespace(NO_EVENTS=0, **events), DISABLE=object(), MISSING=object(),
        get_tool=lambda tool_id, /: None)
    for name in ('use_tool_id', 'free_tool_id', 'clear_tool_id', 'register_callback', 'get_events', 'set_events',
                 'get_local_events', 'set_local_events', 'restart_events'):
        setattr(monitoring, name, refused('sys.monitoring.' + name))
    return monitoring


# `sys._current_frames`.
def _current_frames():
    return load_module_named('_airlock').thread_frames()


sys.monitoring = monitoring_namespace()
sys_exit.__name__ = sys_exit.__qualname__ = 'exit'
for sys_function in (sys_exit, displayhook, excepthook, unraisablehook, breakpointhook, call_tracing,
                     _getframemodulename, _current_frames):
    sys_function.__module__ = 'sys'
    setattr(sys, sys_function.__name__, sys_function)
sys.__displayhook__ = displayhook
sys.__excepthook__ = excepthook
sys.__unraisablehook__ = unraisablehook
sys.__breakpointhook__ = breakpointhook


# `writelines` of a standard stream for lines made by Python code.
def stream_writelines(stream, lines):
    for line in lines:
        stream.write(line)


# The binary stream below a standard stream.
def stream_buffer(stream):
    return load_module_named('_io').StandardBuffer(stream)


# Binds what the prelude gives to `builtins` and to `_airlock`.
def publish_builtins():
    builtins = loaded_modules['builtins']
    for function in (__import__, open, breakpoint, _IncompleteInputError):
        function.__module__ = 'builtins' if function is not open else '_io'
        setattr(builtins, function.__name__, function)
    helpers = loaded_modules['_airlock']
    for function in (LazyModule, LazyLogger, ModuleSpec, SourceFileLoader, BuiltinImporter, struct_sequence, load_module_named,
                     load_spec, prepare_module, exec_found, sys_path, resolve_relative):
        setattr(helpers, function.__name__, function)


publish_builtins()
publish_site()
