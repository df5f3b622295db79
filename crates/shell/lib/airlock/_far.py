"""The adapter `process`, and `thread` where that is a Worker of its own: others
import the core's module, and what the shell calls runs there, in each on a
loop of its own.

A call goes to a process that is idle; where none is, a further one is started,
up to as many as run side by side. What cannot leave its process (an async
generator, an async context manager, an instance with async methods) stays in
it; a `FarThing` stands for it here, inside the usual wrappers.
"""

import atexit
import itertools
import threading

import _airlock_shell
import _peers as _native_peers

from . import _adapters, _marshal, _peer, _peers

_started = []
_keys = itertools.count()
_turn = 0
# The process whose loop turns by itself, once there is one.
_turning = None


class _Process(_peers.Peer):
    """Answers one request after the other: its loop turns for them alone."""

    def __init__(self):
        super().__init__(with_main=False)
        self.lock = threading.Lock()
        # Whoever makes one is the first to ask it something.
        self.lock.acquire()
        self.key = next(_keys)
        _started.append(self)
        self.begin('be', self.key)

    def begin(self, *request):
        """A request of its start, which it may not live through."""
        try:
            self.request(*request)
        except _peers.PeerEnded:
            _forget(self)
            raise

    def ask(self, request, names):
        return self.request(*request, names=names)

    def close(self):
        self.request('finish')
        self.end()


class _Turning(_Process):
    """Its loop turns whether or not it is asked something; requests may
    overlap."""

    lane = 'airlock loop'

    def __init__(self):
        super().__init__()
        self.begin('turn')
        self.lock.release()
        # From here on plain calls pass by this code.
        _airlock_shell.turn_with(self._id, _adapters.adapter_for('thread'), self.answered, self.died)

    def ask(self, request, names):
        return self.answer(_native_peers.ask(self._id, b'\0' + _marshal.dumps(request, ('', *names))))

    def answer(self, message):
        value = _marshal.loads(message[1:])
        return value if message[0] else self.result(value)

    def answered(self, message, adapter):
        """The answer of a plain call, which is not plain."""
        return _wrapped(self, self.answer(message), adapter)

    def died(self, error):
        raise _death(self, 'thread', error) from None

    def close(self):
        try:
            self.ask(('end',), ())
            while True:
                self.receive()
        except _peers.PeerEnded:
            pass


def _take(kind):
    """The process for a new call; the lock of one that answers one request
    after the other is held for it."""
    global _turn, _turning
    if not _started:
        atexit.register(_close)
    if kind == 'thread':
        if _turning is None:
            _turning = _Turning()
        return _turning
    for process in _started:
        if process.lock.acquire(blocking=False):
            return process
    if len(_started) < max(2, _peers.width()):
        return _Process()
    _turn += 1
    process = _started[_turn % len(_started)]
    process.lock.acquire()
    return process


def _close():
    global _turning
    for process in _started:
        try:
            process.close()
        except _peers.PeerEnded:
            pass
    _started.clear()
    _turning = None
    _airlock_shell.turn_with(None, None, None, None)


def call(kind, function, args, kwargs, name, adapter):
    """Calls a function of the core."""
    things = [value for value in args if type(value) is FarThing]
    process = things[0]._airlock_process if things else None
    return _cross(kind, process, name, adapter, ('call kept', function, args, kwargs), ('function', 'args', 'kwargs'))


def module_attribute(kind, module, name, adapter):
    """What a module of the core has there: the first process's answer."""
    return _wrapped(*_ask(kind, _started[0] if _started else None, ('module attribute', module, name)), adapter)


def _cross(kind, process, name, adapter, request, names=()):
    crossing = _airlock_shell.enter_crossing(name)
    raised = True
    try:
        answer = _ask(kind, process, request, names)
        raised = False
    finally:
        _airlock_shell.leave_crossing(crossing, raised)
    return _wrapped(*answer, adapter)


def _ask(kind, process, request, names=()):
    held = False
    try:
        if process is None:
            process = _take(kind)
            held = kind != 'thread'
        elif not isinstance(process, _Turning):
            process.lock.acquire()
            held = True
        return process, process.ask(request, names)
    except _peers.PeerEnded as error:
        where = 'thread' if kind == 'thread' or isinstance(process, _Turning) else 'process'
        raise _death(process, where, error) from None
    finally:
        if held:
            process.lock.release()


def _death(process, where, error):
    _forget(process)
    why = f': {error}' if str(error) else ''
    return RuntimeError(f'the {where} that the core ran in died{why}')


def _forget(process):
    global _turning
    if process in _started:
        _started.remove(process)
    if process is _turning:
        _turning = None
        _airlock_shell.turn_with(None, None, None, None)


def _wrapped(process, value, adapter):
    if type(value) is not _peer.Far:
        return value
    from . import _wrapping
    thing = FarThing(process, value, adapter)
    cls = value.cls
    if value.is_async and cls is not None and cls.__module__ in _wrapping._wrapped_modules:
        return _wrapping._wrap_instance(thing, _wrapping._wrap_class(cls, adapter))
    if value.is_iterator:
        return _wrapping._Iterator(thing, adapter)
    return _wrapping._Context(thing, adapter)


class FarThing:
    """Stands for a thing that stays in its process."""

    # What wrappers ask of the things they wrap.
    _airlock_far = True
    ag_frame = True
    func = None

    def __init__(self, process, far, adapter):
        self.__dict__.update(_airlock_process=process, _airlock_of=far, _airlock_adapter=adapter, __name__=far.name)

    @property
    def __class__(self):
        return self._airlock_of.cls or FarThing

    def _airlock_call(self, name, args=(), kwargs={}):
        """Calls a method; the thing itself for what gives itself."""
        far = self._airlock_of
        if name not in _NAMELESS:
            shown = name
        else:
            shown = far.name
        value = _cross(None, self._airlock_process, shown, self._airlock_adapter,
                       ('method', far.number, name, args, kwargs), ('', '', 'args', 'kwargs'))
        return self if value is _peer.Itself else value

    def __getattr__(self, name):
        if name.startswith('__') and name not in ('__anext__', '__aiter__'):
            raise AttributeError(name)
        process, answer = _ask(None, self._airlock_process, ('attribute', self._airlock_of.number, name))
        kind, value = answer
        if kind == 'method':
            return _FarMethod(self, name)
        return _wrapped(process, value, self._airlock_adapter)

    def __setattr__(self, name, value):
        _ask(None, self._airlock_process, ('set attribute', self._airlock_of.number, name, value))

    def __delattr__(self, name):
        _ask(None, self._airlock_process, ('delete attribute', self._airlock_of.number, name))

    def __reduce_ex__(self, protocol):
        return _peer.kept, (self._airlock_process.key, self._airlock_of.number)

    def __eq__(self, other):
        if type(other) is not FarThing:
            return NotImplemented
        return (self._airlock_process, self._airlock_of.number) == (other._airlock_process, other._airlock_of.number)

    def __hash__(self):
        return hash(self._airlock_of.number)

    def __repr__(self):
        return f'{self._airlock_of.text} in another process'


_NAMELESS = {'__anext__', '__aenter__', '__aexit__', '__aiter__', 'asend', 'athrow', 'aclose'}


class _FarMethod:
    def __init__(self, thing, name):
        self._thing = thing
        self.__name__ = name

    def __call__(self, *args, **kwargs):
        return self._thing._airlock_call(self.__name__, args, kwargs)
