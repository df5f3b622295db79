"""Other processes as the program sees them: each a VM of its own that runs
`airlock._peer` and answers one request after the other.
"""

import sys

import _peers
from _peers import PeerEnded

from . import _marshal

# Set in a process while it imports the program that started it.
importing_main = False

_BOOTSTRAPPING = '''
        An attempt has been made to start a new process before the
        current process has finished its bootstrapping phase.

        This probably means that you are not using fork to start your
        child processes and you have forgotten to use the proper idiom
        in the main module:

            if __name__ == '__main__':
                freeze_support()
                ...

        The "freeze_support()" line can be omitted if the program
        is not going to be frozen to produce an executable.

        To fix this issue, refer to the "Safe importing of main module"
        section in https://docs.python.org/3/library/multiprocessing.html
        '''


class RemoteTraceback(Exception):
    """Prints as the traceback of another process."""

    def __init__(self, text):
        self.tb = text

    def __str__(self):
        return self.tb


def width():
    """How many processes run side by side here."""
    return _peers.width()


def missing():
    """Why no process can be started here, or None."""
    return _peers.missing()


class Peer:
    """Another process. One thread at a time may call it."""

    # What the timeline calls it.
    lane = 'process'

    def __init__(self, with_main=True):
        if importing_main:
            raise RuntimeError(_BOOTSTRAPPING)
        sys.modules.setdefault('__mp_main__', sys.modules['__main__'])
        self._id = _peers.start(self.lane)
        self._with_main = with_main
        self._prepared = False

    def request(self, kind, *parts, names=(), remote=RemoteTraceback):
        """What the process answers; raises what it raised there, with its
        traceback as the cause, and `PeerEnded` if it died."""
        message = _marshal.dumps((kind, *parts), ('', *names))
        if not self._prepared:
            self._prepared = True
            main = main_program() if self._with_main else None
            self._exchange(_marshal.dumps(('prepare', sys.argv, sys.path, main)), remote)
        return self._exchange(message, remote)

    def call(self, function, args, kwargs):
        return self.request('call', function, args, kwargs, names=('function', 'args', 'kwargs'))

    def _exchange(self, message, remote):
        self.send(message)
        return self.result(_marshal.loads(self.receive()), remote)

    def send(self, message):
        _peers.send(self._id, message)

    def receive(self):
        return _peers.receive(self._id)

    def result(self, answer, remote=RemoteTraceback):
        ended, value, text = answer
        if ended == 'returned':
            return value
        value.__cause__ = remote(f'\n"""\n{text}"""')
        raise value

    def end(self):
        """Lets it end once it has answered."""
        try:
            _peers.send(self._id, _marshal.dumps(('end',)))
            while True:
                _peers.receive(self._id)
        except PeerEnded:
            pass

    def stop(self):
        """Ends it wherever it stands."""
        _peers.stop(self._id)


def main_program():
    """What a new process imports as `__mp_main__`: a module's name or a file."""
    main = sys.modules['__main__']
    spec = getattr(main, '__spec__', None)
    if spec is not None:
        return 'module', spec.name
    file = getattr(main, '__file__', None)
    return None if file is None else ('file', file)
