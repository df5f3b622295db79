"""What the import system of CPython keeps in C."""

check_hash_based_pycs = 'never'


def acquire_lock():
    pass


def release_lock():
    pass


def lock_held():
    return False


def is_builtin(name, /):
    import sys
    return int(name in sys.builtin_module_names)


def is_frozen(name, /):
    return False


def extension_suffixes():
    return []


def source_hash(key, source):
    return b'\0' * 8


def _override_frozen_modules_for_tests(override, /):
    """No module is frozen, so that there is nothing to choose."""


def _override_multi_interp_extensions_check(override, /):
    return 0
