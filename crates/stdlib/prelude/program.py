# Running a whole program: as `__main__`, with what happens at its end.


# The items of any iterable, as a list.
def list_of(iterable):
    return [item for item in iterable]


# Runs the program and ends it as CPython would; the exit status.
def run_program(kind, value, filename):
    status = 0
    try:
        run_as_main(kind, value, filename)
    except BaseException as error:
        status = report_exit(error)
    try:
        threading = loaded_modules.get('threading')
        if threading is not None:
            threading._shutdown()
    except BaseException as error:
        status = report_exit(error) or status
    atexit = loaded_modules.get('atexit')
    if atexit is not None:
        atexit._run_exitfuncs()
    finalize_at_exit()
    io = loaded_modules.get('_io')
    if io is not None:
        io._save_all()
    return status


# Runs source (`kind` 'source', a file's or a string's) or the module `value`.
def run_as_main(kind, value, filename):
    main = new_module('__main__')
    main.__builtins__ = loaded_modules['builtins']
    loaded_modules['__main__'] = main
    if kind == 'module':
        name, found = find_main_module(value)
        main.__file__ = sys.argv[0] = found[2]
        main.__spec__ = ModuleSpec(name, SourceFileLoader(name, found[2]), origin=found[2])
        main.__package__ = main.__spec__.parent
        main.__loader__ = main.__spec__.loader
        exec_found(found[1], main.__dict__)
        return
    if not filename.startswith('<'):
        main.__file__ = filename
        main.__loader__ = SourceFileLoader('__main__', filename)
        main.__cached__ = None
    exec_source(value, filename, main.__dict__)


# What `-m name` runs: the module, or the package's `__main__`; with its full name.
def find_main_module(name):
    parent = name.rpartition('.')[0]
    path = sys.path
    try:
        if parent:
            path = load_module_named(parent).__path__
        found = find_module(name, path)
        if found is not None and found[3]:
            path = load_module_named(name).__path__
            name += '.__main__'
            found = find_module(name, path)
    except ImportError as error:
        found = None
    if found is None or found[0] != 'code':
        print(f'airlock: No module named {name}', file=sys.stderr)
        raise SystemExit(1)
    return name, found


# Exit status for what ended the program, reported if it is an error.
def report_exit(error):
    if isinstance(error, SystemExit):
        code = error.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 0xFF
        print(code, file=sys.stderr)
        return 1
    sys.last_exc = sys.last_value = error
    sys.last_type = type(error)
    sys.last_traceback = error.__traceback__
    try:
        hook = sys.excepthook
    except AttributeError:
        hook = excepthook
    try:
        hook(type(error), error, error.__traceback__)
    except BaseException as second:
        second.__context__ = None
        print('Error in sys.excepthook:', file=sys.stderr)
        excepthook(type(second), second, second.__traceback__)
        print('\nOriginal exception was:', file=sys.stderr)
        excepthook(type(error), error, error.__traceback__)
    return 130 if isinstance(error, KeyboardInterrupt) else 1
