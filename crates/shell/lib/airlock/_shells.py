"""Several shells over one core: what `gevent.spawn` and `joinall` are for.

With `greenlet` each shell is a greenlet, with `thread`, `run` and `pool` a
thread; a loop that only one at a time can run (`runner`, `nested`) lets them
run one after the other, as they are spawned.
"""

import threading

import _airlock_shell

from . import _adapters


class Shell:
    """A function that runs as a shell of its own."""

    def __init__(self, function, args, kwargs):
        self._call = function, args, kwargs
        self._name = getattr(function, '__name__', 'shell')
        self._done = False
        self._waiting = []
        self._thread = None
        self.value = None
        self.exception = None

    def _run(self):
        function, args, kwargs = self._call
        self._call = None
        try:
            self.value = function(*args, **kwargs)
        except BaseException as error:
            self.exception = error
        self._done = True
        for fiber in self._waiting:
            _airlock_shell.wake_fiber(fiber)

    def _start(self):
        how = _adapters.shells_run()
        if how == 'greenlet':
            # The loop belongs to all shells, so it starts outside of them.
            _adapters.greenlet.task()
            _airlock_shell.spawn_fiber(self._run, self._name)
        elif how == 'thread':
            self._thread = threading.Thread(target=self._run, name=self._name)
            self._thread.start()
        else:
            self._run()
        return self

    def ready(self):
        """Whether the function has returned or raised."""
        return self._done

    def join(self):
        """Waits until it has."""
        if self._thread is not None:
            self._thread.join()
        while not self._done:
            self._waiting.append(_airlock_shell.current_fiber())
            _airlock_shell.park_fiber()

    def get(self):
        """What the function returned, or raises what it raised."""
        self.join()
        if self.exception is not None:
            raise self.exception
        return self.value

    def __repr__(self):
        state = 'running' if not self._done else 'failed' if self.exception is not None else 'done'
        return f'<Shell {self._name}: {state}>'


def spawn(function, /, *args, **kwargs):
    """Starts a shell that calls the function."""
    return Shell(function, args, kwargs)._start()


def joinall(shells, *, raise_error=False):
    """Waits for all of them; their list. With `raise_error` the first that
    raised lets its exception out here."""
    shells = list(shells)
    for shell in shells:
        shell.join()
    if raise_error:
        for shell in shells:
            if shell.exception is not None:
                raise shell.exception
    return shells
