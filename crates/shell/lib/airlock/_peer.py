"""The main program of a process that another one started: it answers requests
until that one ends it.
"""

import sys

import _airlock_shell
import _inspect_lite as inspect
import _peers

from airlock import _marshal
from airlock import _peers as peers


def serve():
    while True:
        try:
            message = _peers.receive(_peers_parent)
        except _peers.PeerEnded:
            return
        answer = _answer(message)
        _peers.send(_peers_parent, answer)
        if answer == _TURNING:
            _turn()
        if answer in (_ENDED, _TURNING):
            return


_peers_parent = 0
_ENDED = _marshal.dumps(('returned', 'ended', ''))
_TURNING = _marshal.dumps(('returned', 'turning', ''))


def _answer(message):
    try:
        kind, *parts = _marshal.loads(message)
        if kind == 'end':
            return _ENDED
        if kind == 'turn':
            return _TURNING
        start, end = _REQUESTS[kind]
        value = start(*parts)
        if end is not None:
            if inspect.isawaitable(value):
                value = _run(value)
            value = end(value, *parts)
        return _marshal.dumps(('returned', value, ''), ('', 'result'))
    except BaseException as error:
        return _marshal.dumps(('raised', *_told(error)))


def _told(error):
    text = _traceback_text(error)
    # The text tells it.
    error.__cause__ = error.__context__ = None
    return error, text


def _turn():
    """Answers on a loop that turns by itself; requests and answers are
    numbered from here on, and may overtake each other."""
    import asyncio
    loop = asyncio.new_event_loop()
    tasks = {}

    # Plain calls of coroutine functions with plain results pass these by.

    def begin(number, message, is_plain):
        if message is None:
            loop.stop()
            return
        tasks[number] = loop.create_task(answer(number, message, is_plain))

    async def answer(number, message, is_plain):
        try:
            kind, *parts = ('call kept', *_marshal.loads(message)) if is_plain else _marshal.loads(message)
            if kind == 'end':
                loop.stop()
                return
            start, end = _REQUESTS[kind]
            value = start(*parts)
            if end is not None:
                if inspect.isawaitable(value):
                    value = await value
                value = end(value, *parts)
            answer = _marshal.dumps(('returned', value, ''), ('', 'result'))
        except BaseException as error:
            answer = _marshal.dumps(('raised', *_told(error)))
        _peers.answer(number, b'\0' + answer)
        del tasks[number]

    def finish(number, task, error):
        try:
            if error is not None:
                raise error
            answer = _marshal.dumps(('returned', _leave(task.result()), ''), ('', 'result'))
        except BaseException as error:
            answer = _marshal.dumps(('raised', *_told(error)))
        _peers.answer(number, b'\0' + answer)

    _airlock_shell.serve_with(loop, begin, finish)
    _peers.read_with(_peers_parent, loop, _airlock_shell.serve)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.get_loop().run_forever()


def _traceback_text(error):
    from traceback import format_exception
    trace = error.__traceback__
    # From the program's own code on.
    while trace is not None and trace.tb_frame.f_globals.get('__name__') in _OWN:
        trace = trace.tb_next
    return ''.join(format_exception(type(error), error, trace))


_OWN = {'__main__', 'airlock._peer', 'airlock._marshal', 'asyncio.runners', 'asyncio.base_events'}


def _prepare(argv, path, main):
    sys.argv[:] = argv
    sys.path[:] = path
    if main is None:
        return
    how, where = main
    peers.importing_main = True
    try:
        module = type(sys)('__mp_main__')
        sys.modules['__main__'] = sys.modules['__mp_main__'] = module
        if how == 'module':
            import runpy
            module.__dict__.update(runpy.run_module(where, run_name='__mp_main__', alter_sys=True))
            sys.modules['__main__'] = sys.modules['__mp_main__'] = module
        else:
            module.__file__ = where
            exec(compile(_source(where), where, 'exec'), module.__dict__)
    finally:
        peers.importing_main = False


def _source(file):
    name = file.rpartition('/')[2]
    for place in (file, *(f'{folder}/{name}' for folder in sys.path)):
        try:
            with open(place, encoding='utf-8') as source:
                return source.read()
        except OSError:
            pass
    raise FileNotFoundError(2, 'No such file or directory', file)


def _call(function, args, kwargs):
    return function(*args, **kwargs)


# The core's side of the adapter `process`: what is asynchronous runs on one
# loop, and what cannot leave it is kept here and known by a number there.

_LIBRARY = inspect.__file__.rpartition('/')[0] + '/'
_kept = {}
_numbers = {}
_runner = None
# Which of the shell's processes this is.
_key = None


def _run(awaitable):
    global _runner
    import asyncio
    if _runner is None:
        _runner = asyncio.Runner()

    async def main():
        return await awaitable

    return _runner.run(awaitable if inspect.iscoroutine(awaitable) else main())


def _be(key):
    global _key
    _key = key


def _call_kept(function, args, kwargs):
    return function(*args, **kwargs)


class Far:
    """What is sent of a thing that stays here."""

    def __init__(self, number, value):
        from airlock._wrapping import _is_async_class
        cls = type(value)
        self.number = number
        self.name = getattr(value, '__name__', cls.__name__)
        self.is_iterator = hasattr(cls, '__anext__')
        self.is_async = cls.__module__ != 'builtins' and _is_async_class(cls)
        self.text = repr(value)
        try:
            _marshal._name_of(cls, cls.__qualname__)
            self.cls = cls
        except _marshal._NoName:
            self.cls = None

class Itself:
    """Stands for the thing whose method was called."""


Far.__module__ = Itself.__module__ = 'airlock._peer'


def _leave(value, *_):
    """The value, or what is sent for one that stays here."""
    cls = type(value)
    if hasattr(cls, '__anext__') or hasattr(cls, '__aenter__') or hasattr(cls, '__dict__') and _has_async(cls):
        number = _numbers.get(id(value))
        if number is None:
            number = _numbers[id(value)] = len(_kept) + 1
            _kept[number] = value
        return Far(number, value)
    return value


def _has_async(cls):
    from airlock._wrapping import _is_async_class
    file = getattr(sys.modules.get(cls.__module__), '__file__', None)
    return file is not None and not file.startswith(_LIBRARY) and _is_async_class(cls)


def kept(process, number):
    """What a thing of the shell's stands for, here."""
    if process != _key:
        raise ValueError('a thing that stays in one process cannot be used in another')
    return _kept[number]


kept.__module__ = 'airlock._peer'


def _method(number, name, args, kwargs):
    thing = _kept[number]
    if name.startswith('__'):
        # As statements look these up.
        method = getattr(type(thing), name).__get__(thing)
    else:
        method = getattr(thing, name)
    return method(*args, **kwargs)


def _leave_method(value, number, *_):
    return Itself if value is _kept[number] else _leave(value)


def _attribute(number, name):
    return getattr(_kept[number], name)


def _leave_attribute(value, *_):
    if inspect.ismethod(value) or inspect.isfunction(value) or inspect.isbuiltin(value):
        return 'method', None
    return 'value', _leave(value)


def _set_attribute(number, name, value):
    setattr(_kept[number], name, value)


def _delete_attribute(number, name):
    delattr(_kept[number], name)


def _module_attribute(module, name):
    return _marshal._find(module, name)


def _finish():
    if _runner is not None:
        _runner.close()


# What begins to answer each request and, where that may be asynchronous, what
# makes its result ready to be sent.
_REQUESTS = {
    'prepare': (_prepare, None),
    'call': (_call, None),
    'be': (_be, None),
    'call kept': (_call_kept, _leave),
    'method': (_method, _leave_method),
    'attribute': (_attribute, _leave_attribute),
    'module attribute': (_module_attribute, _leave),
    'set attribute': (_set_attribute, None),
    'delete attribute': (_delete_attribute, None),
    'finish': (_finish, None),
}

if __name__ == '__main__':
    # Pickled by this name from here on.
    sys.modules['airlock._peer'] = sys.modules['__main__']
    serve()
