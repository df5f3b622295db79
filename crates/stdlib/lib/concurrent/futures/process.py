"""`ProcessPoolExecutor`: calls run in other processes, each with a VM of its
own. A thread of the pool serves each process: it hands over one call after
the other and waits for the answers.
"""

import itertools
import os
import queue
import threading
from functools import partial

from airlock import _peers

from . import _base


class _RemoteTraceback(_peers.RemoteTraceback):
    pass


class BrokenProcessPool(_base.BrokenExecutor):
    """A process of the pool died, so that the pool can do nothing more."""


_DIED = ('A process in the process pool was terminated abruptly while the future was running or pending.')
_BROKEN = 'A child process terminated abruptly, the process pool is not usable anymore'

_threads = {}
_shutdown = False


def _python_exit():
    global _shutdown
    _shutdown = True
    for thread, calls in list(_threads.items()):
        calls.put(None)
    for thread in list(_threads):
        thread.join()


threading._register_atexit(_python_exit)


class _Call:
    def __init__(self, future, function, args, kwargs):
        self.future = future
        self.function = function
        self.args = args
        self.kwargs = kwargs


def _process_chunk(function, chunk):
    return [function(*args) for args in chunk]


def _chunks(rows, size):
    rows = iter(rows)
    while chunk := tuple(itertools.islice(rows, size)):
        yield chunk


def _flat(chunks):
    for chunk in chunks:
        chunk.reverse()
        while chunk:
            yield chunk.pop()


class ProcessPoolExecutor(_base.Executor):
    _broken_error = BrokenProcessPool
    _remote = _RemoteTraceback
    _with_main = True

    def __init__(self, max_workers=None, mp_context=None, initializer=None, initargs=(), *, max_tasks_per_child=None):
        """Initializes a new ProcessPoolExecutor instance."""
        if max_workers is None:
            max_workers = _peers.width()
        elif max_workers <= 0:
            raise ValueError('max_workers must be greater than 0')
        if initializer is not None and not callable(initializer):
            raise TypeError('initializer must be a callable')
        if max_tasks_per_child is not None:
            if not isinstance(max_tasks_per_child, int):
                raise TypeError('max_tasks_per_child must be an integer')
            if max_tasks_per_child <= 0:
                raise ValueError('max_tasks_per_child must be >= 1')
        why = _peers.missing()
        if why is not None:
            raise NotImplementedError(f'{type(self).__name__} is not available here: {why}')
        self._max_workers = max_workers
        self._mp_context = mp_context
        self._initializer = initializer
        self._initargs = initargs
        self._max_tasks_per_child = max_tasks_per_child
        self._calls = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._workers = []
        self._peers = set()
        self._unfinished = set()
        self._broken = False
        self._is_shut_down = False

    def submit(self, fn, /, *args, **kwargs):
        with self._lock:
            if self._broken:
                raise self._broken_error(self._broken)
            if self._is_shut_down:
                raise RuntimeError('cannot schedule new futures after shutdown')
            if _shutdown:
                raise RuntimeError('cannot schedule new futures after interpreter shutdown')
            future = _base.Future()
            self._unfinished.add(future)
            self._calls.put(_Call(future, fn, args, kwargs))
            if not self._idle.acquire(timeout=0) and len(self._workers) < self._max_workers:
                name = f'{self._worker_name}-{len(self._workers) + 1}'
                thread = threading.Thread(target=self._work, name=name)
                self._workers.append(thread)
                _threads[thread] = self._calls
                thread.start()
            return future

    submit.__doc__ = _base.Executor.submit.__doc__
    _worker_name = 'Process'

    def map(self, fn, *iterables, timeout=None, chunksize=1, buffersize=None):
        if chunksize < 1:
            raise ValueError('chunksize must be >= 1.')
        results = super().map(partial(_process_chunk, fn), _chunks(zip(*iterables), chunksize), timeout=timeout,
                              buffersize=buffersize)
        return _flat(results)

    map.__doc__ = _base.Executor.map.__doc__

    def _work(self):
        peer, calls_made = None, 0
        try:
            while True:
                call = self._next_call()
                if call is None:
                    return
                future = call.future
                if not future.set_running_or_notify_cancel():
                    self._unfinished.discard(future)
                    continue
                try:
                    if peer is None:
                        peer, calls_made = self._start_peer(), 0
                    result = peer.request('call', call.function, call.args, call.kwargs,
                                          names=('function', 'args', 'kwargs'), remote=self._remote)
                except _peers.PeerEnded as error:
                    peer = None
                    self._break(error)
                    return
                except BaseException as error:
                    self._unfinished.discard(future)
                    future.set_exception(error.with_traceback(None))
                    # An exception's traceback holds this frame.
                    error = None
                else:
                    self._unfinished.discard(future)
                    future.set_result(result)
                call = future = result = None
                calls_made += 1
                if peer is not None and calls_made == self._max_tasks_per_child:
                    self._peers.discard(peer)
                    peer.end()
                    peer = None
        finally:
            if peer is not None:
                self._peers.discard(peer)
                peer.end()
            _threads.pop(threading.current_thread(), None)

    def _next_call(self):
        try:
            call = self._calls.get_nowait()
        except queue.Empty:
            self._idle.release()
            call = self._calls.get()
        if call is None:
            # For the others.
            self._calls.put(None)
        return call

    def _start_peer(self):
        peer = _peers.Peer(self._with_main)
        self._peers.add(peer)
        try:
            if self._initializer is not None:
                peer.request('call', self._initializer, self._initargs, {}, names=('initializer', 'initargs'))
        except _peers.PeerEnded:
            raise
        except BaseException as error:
            from logging import getLogger
            getLogger('concurrent.futures').critical('Exception in initializer:%s', str(error.__cause__ or error).rstrip('\n"'))
            peer.stop()
            raise _peers.PeerEnded('the initializer failed') from None
        return peer

    def _break(self, error):
        with self._lock:
            if self._broken:
                return
            self._broken = _BROKEN
        why = str(error)
        for peer in list(self._peers):
            peer.stop()
        for future in list(self._unfinished):
            broken = self._broken_error(_DIED)
            if why:
                broken.__cause__ = self._remote(f"\n'''\n{why}'''")
            try:
                future.set_exception(broken)
            except _base.InvalidStateError:
                pass
        self._unfinished.clear()
        self._calls.put(None)

    def shutdown(self, wait=True, *, cancel_futures=False):
        with self._lock:
            self._is_shut_down = True
            if cancel_futures:
                while True:
                    try:
                        call = self._calls.get_nowait()
                    except queue.Empty:
                        break
                    if call is not None:
                        call.future.cancel()
            self._calls.put(None)
        if wait:
            for thread in self._workers:
                thread.join()

    shutdown.__doc__ = _base.Executor.shutdown.__doc__

    def terminate_workers(self):
        """Ends the pool's processes at once; what they do is lost."""
        for peer in list(self._peers):
            peer.stop()
        self.shutdown(wait=False, cancel_futures=True)

    kill_workers = terminate_workers
