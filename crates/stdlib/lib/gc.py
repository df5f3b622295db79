"""The collector, as far as programs may ask for it."""

import _airlock

DEBUG_STATS, DEBUG_COLLECTABLE, DEBUG_UNCOLLECTABLE, DEBUG_SAVEALL, DEBUG_LEAK = 1, 2, 4, 32, 38
callbacks = []
garbage = []
_enabled = True
_threshold = (2000, 10, 0)


def enable():
    global _enabled
    _enabled = True


def disable():
    global _enabled
    _enabled = False


def isenabled():
    return _enabled


def collect(generation=2):
    return _airlock.collect_garbage()


def get_threshold():
    return _threshold


def set_threshold(threshold0, threshold1=10, threshold2=0, /):
    global _threshold
    _threshold = (threshold0, threshold1, threshold2)


def get_count():
    return (0, 0, 0)


def get_debug():
    return 0


def set_debug(flags, /):
    pass


def get_objects(generation=None):
    _airlock.collect_garbage()
    return _airlock.objects()


def get_referrers(*objects):
    _airlock.collect_garbage()
    return _airlock.referrers(*objects)


def get_referents(*objects):
    return _airlock.referents(*objects)


def get_stats():
    return [{'collections': 0, 'collected': 0, 'uncollectable': 0} for _ in range(3)]


def is_tracked(object, /):
    return not isinstance(object, (int, float, str, bytes, complex, type(None)))


def is_finalized(object, /):
    return False


def freeze():
    pass


def unfreeze():
    pass


def get_freeze_count():
    return 0
