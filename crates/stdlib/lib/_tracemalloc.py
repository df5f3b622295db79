"""Nothing is traced."""


def is_tracing():
    return False


def start(nframe=1, /):
    raise RuntimeError('tracemalloc is not available here')


def stop():
    pass


def clear_traces():
    pass


def get_traced_memory():
    return (0, 0)


def get_traceback_limit():
    return 1


def get_tracemalloc_memory():
    return 0


def reset_peak():
    pass


def _get_traces():
    return []


def _get_object_traceback(obj, /):
    return None
