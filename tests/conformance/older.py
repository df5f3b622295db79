"""Lets the tests of an older Python be imported on a 3.14.

Some of CPython's test files stop at their first lines on a newer Python,
and all their tests with them, because of something that only a few are about.
Those few fail all the same; the others can be asked this way.
"""

import importlib
import importlib.util
import sys


def prepare(module):
    """To be called before the test file `module` is imported."""
    if sys.version_info < (3, 14):
        return
    support = importlib.import_module('test.support')
    # Asks a module in C for what every 3.14 has.
    support.has_no_debug_ranges = lambda: False
    _import_removed()
    _annotate_modules()
    _let_typing_have_its_types()
    if sys.implementation.name == 'airlock':
        _say_what_airlock_has(support)
    if module == 'test.test_inspect':
        _name_the_pickler()
    if module.startswith('test.test_asyncio'):
        _let_asyncio_be_tested(support)
    if module == 'test.test_logging':
        _give_logging_its_functions()


def _import_removed():
    """Modules of the library then that announce their removal in 3.12."""
    import warnings
    original = warnings._deprecated
    warnings._deprecated = lambda *args, **options: None
    for name in ('asyncore', 'smtpd'):
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    warnings._deprecated = original


def _annotate_modules():
    """Modules that write into `__annotations__`, which 3.14 only makes when asked."""
    folder = 'test.typinganndata.'
    for name in ('ann_module', 'ann_module2', 'ann_module3'):
        try:
            spec = importlib.util.find_spec(folder + name)
        except ImportError:
            return
        module = importlib.util.module_from_spec(spec)
        module.__dict__['__annotations__'] = {}
        sys.modules[spec.name] = module
        with open(spec.origin, encoding='utf-8') as source:
            code = compile(source.read(), spec.origin, 'exec')
        exec(code, module.__dict__)
        setattr(sys.modules[folder[:-1]], name, module)


def _let_typing_have_its_types():
    """There was a `typing` without `_typing` once."""
    helper = importlib.import_module('test.support.import_helper')
    original = helper.import_fresh_module

    def import_fresh_module(name, fresh=(), blocked=(), **options):
        if name == 'typing':
            blocked = [other for other in blocked if other != '_typing']
        return original(name, fresh, blocked, **options)

    helper.import_fresh_module = import_fresh_module


def _say_what_airlock_has(support):
    """Threads, and event loops: only sockets have nobody to talk to. What
    `sys.platform` names has neither, so the tests would not try."""
    threads = importlib.import_module('test.support.threading_helper')
    threads.can_start_thread = True
    support.has_socket_support = True


def _let_asyncio_be_tested(support):
    """Without child watchers, which are no more, sockets and terminals."""
    import types
    import unittest.mock
    support.maybe_get_event_loop_policy = lambda: None
    support.has_socket_support = True
    if sys.implementation.name == 'airlock':
        sockets = importlib.import_module('test.support.socket_helper')
        sockets.skip_unless_bind_unix_socket = unittest.skip('there are no sockets of the system')
    for name in ('tty', 'multiprocessing.util', 'asyncio.proactor_events', 'asyncio.selector_events'):
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = module = types.ModuleType(name)
            package, _, last = name.rpartition('.')
            if package:
                setattr(sys.modules[package], last, module)
            module._cleanup_tests = lambda: None
    asyncio = importlib.import_module('asyncio')
    for name in ('SafeChildWatcher', 'FastChildWatcher', 'ThreadedChildWatcher', 'PidfdChildWatcher', 'set_child_watcher'):
        if not hasattr(asyncio, name):
            setattr(asyncio, name, unittest.mock.MagicMock())


def _give_logging_its_functions():
    """The functions around its lock, which every test's set-up calls."""
    logging = importlib.import_module('logging')
    logging._acquireLock = lambda: logging._lock.acquire()
    logging._releaseLock = lambda: logging._lock.release()


def _name_the_pickler():
    """The one in C, which a few tests look at."""
    try:
        importlib.import_module('_pickle')
    except ImportError:
        sys.modules['_pickle'] = importlib.import_module('pickle')
