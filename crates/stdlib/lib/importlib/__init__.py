"""The import system's own interface."""

__all__ = ['__import__', 'import_module', 'invalidate_caches', 'reload']

import sys

import _airlock
from builtins import __import__

_RELOADING = {}


def invalidate_caches():
    pass


def import_module(name, package=None):
    level = 0
    if name.startswith('.'):
        if not package:
            raise TypeError("the 'package' argument is required to perform a "
                            f"relative import for {name!r}")
        for character in name:
            if character != '.':
                break
            level += 1
        name = _airlock.resolve_relative(name[level:], package, level)
    return _airlock.load_module_named(name)


def reload(module):
    try:
        name = module.__spec__.name
    except AttributeError:
        try:
            name = module.__name__
        except AttributeError:
            raise TypeError("reload() argument must be a module") from None
    if sys.modules.get(name) is not module:
        raise ImportError(f"module {name} not in sys.modules", name=name)
    if name in _RELOADING:
        return _RELOADING[name]
    _RELOADING[name] = module
    try:
        parent = name.rpartition('.')[0]
        path = sys.modules[parent].__path__ if parent else sys.path
        found = _airlock.find_module(name, path)
        if found is None:
            raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
        kind, payload, filename, is_package, search_path = found
        if kind == 'code':
            _airlock.prepare_module(module, name, filename, is_package, search_path)
            _airlock.exec_found(payload, module.__dict__)
        return sys.modules[name]
    finally:
        _RELOADING.pop(name, None)


def _get_resource_reader(self, name):
    """Of the loader of modules in files: what finds data beside them."""
    from importlib.readers import FileReader
    return FileReader(self)


_get_resource_reader.__name__ = _get_resource_reader.__qualname__ = 'get_resource_reader'
type(__spec__.loader).get_resource_reader = _get_resource_reader
