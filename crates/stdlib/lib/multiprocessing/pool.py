"""`Pool` over the processes of `concurrent.futures`."""

from concurrent.futures import as_completed
from concurrent.futures.process import ProcessPoolExecutor, _chunks, _process_chunk

from . import TimeoutError


def _apply_all(function, items):
    return [function(item) for item in items]


class AsyncResult:
    def __init__(self, futures, join, callback, error_callback):
        self._futures = futures
        self._join = join
        self._left = len(futures)
        self._callbacks = callback, error_callback
        for future in futures:
            future.add_done_callback(self._one_done)

    def _one_done(self, future):
        self._left -= 1
        callback, error_callback = self._callbacks
        if self._left:
            return
        errors = [future.exception() for future in self._futures if future.exception() is not None]
        if errors:
            if error_callback is not None:
                error_callback(errors[0])
        elif callback is not None:
            callback(self._join([future.result() for future in self._futures]))

    def ready(self):
        return all(future.done() for future in self._futures)

    def successful(self):
        if not self.ready():
            raise ValueError(f'{self!r} not ready')
        return all(future.exception() is None for future in self._futures)

    def wait(self, timeout=None):
        from concurrent.futures import wait
        wait(self._futures, timeout)

    def get(self, timeout=None):
        self.wait(timeout)
        if not self.ready():
            raise TimeoutError
        return self._join([future.result() for future in self._futures])


ApplyResult = MapResult = AsyncResult


def _flat(lists):
    return [item for items in lists for item in items]


class Pool:
    """A pool of processes that calls are given to."""

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, context=None):
        if processes is not None and processes < 1:
            raise ValueError('Number of processes must be at least 1')
        if maxtasksperchild is not None and (not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0):
            raise ValueError('maxtasksperchild must be a positive int or None')
        self._executor = ProcessPoolExecutor(processes, None, initializer, initargs,
                                             max_tasks_per_child=maxtasksperchild)
        self._closed = False

    def _submit(self, function, *args, **kwargs):
        if self._closed:
            raise ValueError('Pool not running')
        return self._executor.submit(function, *args, **kwargs)

    def apply(self, func, args=(), kwds={}):
        return self.apply_async(func, args, kwds).get()

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):
        future = self._submit(func, *args, **kwds)
        return AsyncResult([future], lambda results: results[0], callback, error_callback)

    def _spread(self, each, func, iterable, chunksize, callback=None, error_callback=None):
        items = list(iterable)
        if chunksize is None:
            chunksize = max(1, -(-len(items) // (self._executor._max_workers * 4)))
        futures = [self._submit(each, func, chunk) for chunk in _chunks(items, chunksize)]
        return AsyncResult(futures, _flat, callback, error_callback)

    def map(self, func, iterable, chunksize=None):
        return self.map_async(func, iterable, chunksize).get()

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return self._spread(_apply_all, func, iterable, chunksize, callback, error_callback)

    def starmap(self, func, iterable, chunksize=None):
        return self.starmap_async(func, iterable, chunksize).get()

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return self._spread(_process_chunk, func, iterable, chunksize, callback, error_callback)

    def imap(self, func, iterable, chunksize=1):
        futures = [self._submit(_apply_all, func, chunk) for chunk in _chunks(iterable, chunksize)]
        return (item for future in futures for item in future.result())

    def imap_unordered(self, func, iterable, chunksize=1):
        futures = [self._submit(_apply_all, func, chunk) for chunk in _chunks(iterable, chunksize)]
        return (item for future in as_completed(futures) for item in future.result())

    def close(self):
        self._closed = True
        self._executor.shutdown(wait=False)

    def terminate(self):
        self._closed = True
        self._executor.terminate_workers()

    def join(self):
        if not self._closed:
            raise ValueError('Pool is still running')
        self._executor.shutdown()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.terminate()
