"""The collector, as far as programs may ask for it."""

import _airlock

DEBUG_STATS, DEBUG_COLLECTABLE, DEBUG_UNCOLLECTABLE, DEBUG_SAVEALL, DEBUG_LEAK = 1, 2, 4, 32, 38
callbacks = []
garbage = []
_enabled = True
_threshold = (2000, 10, 0)
_stats = [{'collections': 0, 'collected': 0, 'uncollectable': 0} for _ in range(3)]


def enable():
    global _enabled
    _enabled = True


def disable():
    global _enabled
    _enabled = False


def isenabled():
    return _enabled


def collect(generation=2):
    if not 0 <= generation <= 2:
        raise ValueError('invalid generation')
    info = {'generation': generation, 'collected': 0, 'uncollectable': 0}
    for callback in list(callbacks):
        callback('start', info)
    info['collected'] = found = _airlock.collect_garbage()
    _stats[generation]['collections'] += 1
    _stats[generation]['collected'] += found
    for callback in list(callbacks):
        callback('stop', info)
    return found


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
    if generation is not None and generation < 0:
        raise ValueError('generation parameter cannot be negative')
    if generation is not None and generation > 2:
        raise ValueError('generation parameter must be less than the number of available generations (3)')
    _airlock.collect_garbage()
    return _airlock.objects()


def get_referrers(*objects):
    _airlock.collect_garbage()
    return _airlock.referrers(*objects)


def get_referents(*objects):
    return _airlock.referents(*objects)


def get_stats():
    return [dict(stats) for stats in _stats]


def is_tracked(object, /):
    return type(object) not in (int, bool, float, str, bytes, bytearray, complex, range, type(None), type(...),
                                type(NotImplemented))


def is_finalized(object, /):
    return False


def freeze():
    pass


def unfreeze():
    pass


def get_freeze_count():
    return 0
