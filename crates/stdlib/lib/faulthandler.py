"""Nothing here can crash the way this module reports."""


def enable(file=None, all_threads=True, c_stack=True):
    pass


def disable():
    pass


def is_enabled():
    return False


def dump_traceback(file=None, all_threads=True):
    pass


def dump_traceback_later(timeout, repeat=False, file=None, exit=False):
    pass


def cancel_dump_traceback_later():
    pass
