"""Helpers around the import system."""

import os as _os
import sys
import types

import _airlock
from _airlock import BuiltinImporter, ModuleSpec, SourceFileLoader

MAGIC_NUMBER = b'\0\0\r\n'


def resolve_name(name, package):
    if not name.startswith('.'):
        return name
    if not package:
        raise ImportError(f'no package specified for {repr(name)} '
                          '(required for relative module names)')
    level = len(name) - len(name.lstrip('.'))
    return _airlock.resolve_relative(name[level:], package, level)


def _find(name, path=None):
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            return spec
    return _find_file(name, path) or _find_native(name, path)


def _find_native(name, path):
    found = _airlock.find_module(name, sys.path if path is None else path)
    if found is not None and found[0] == 'native':
        return ModuleSpec(name, BuiltinImporter, origin='built-in')


# What `PathFinder` finds: the finders of `sys.meta_path` may ask it.
def _find_file(name, path=None):
    found = _airlock.find_module(name, sys.path if path is None else path)
    if found is None or found[0] in ('refused', 'native'):
        return None
    kind, payload, filename, is_package, search_path = found
    spec = ModuleSpec(name, SourceFileLoader(name, filename), origin=filename, is_package=is_package)
    spec.has_location = filename is not None
    if is_package:
        spec.submodule_search_locations = search_path
    return spec


def find_spec(name, package=None):
    fullname = resolve_name(name, package) if name.startswith('.') else name
    if fullname in sys.modules:
        module = sys.modules[fullname]
        if module is None:
            return None
        try:
            spec = module.__spec__
        except AttributeError:
            raise ValueError(f'{name}.__spec__ is not set') from None
        if spec is None:
            raise ValueError(f'{name}.__spec__ is None')
        return spec
    parent = fullname.rpartition('.')[0]
    path = None
    if parent:
        try:
            path = __import__(parent, fromlist=['__path__']).__path__
        except AttributeError as error:
            raise ModuleNotFoundError(f"__path__ attribute not found on {parent!r} "
                                      f"while trying to find {fullname!r}", name=fullname) from error
    return _find(fullname, path)


def module_from_spec(spec):
    module = None
    if hasattr(spec.loader, 'create_module'):
        module = spec.loader.create_module(spec)
    if module is None:
        module = types.ModuleType(spec.name)
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__package__ = spec.parent
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    if spec.has_location:
        module.__file__ = spec.origin
    return module


class _FileLoader(SourceFileLoader):
    """Runs a file that need not be on `sys.path`."""

    def exec_module(self, module):
        source = _airlock.read_file(self.path).decode()
        exec(compile(source, self.path, 'exec', dont_inherit=True), module.__dict__)


_asked = object()


def spec_from_file_location(name, location=None, *, loader=None, submodule_search_locations=_asked):
    if location is None:
        location = loader.get_filename(name) if hasattr(loader, 'get_filename') else '<unknown>'
    else:
        import os
        location = os.path.abspath(os.fspath(location))
    if loader is None:
        if not location.endswith('.py'):
            return None
        loader = _FileLoader(name, location)
    spec = ModuleSpec(name, loader, origin=location)
    spec.has_location = True
    if submodule_search_locations is _asked:
        is_package = getattr(loader, 'is_package', None)
        try:
            submodule_search_locations = [] if is_package and is_package(name) else None
        except ImportError:
            submodule_search_locations = None
    if submodule_search_locations == []:
        submodule_search_locations = [location.rpartition('/')[0]]
    spec.submodule_search_locations = submodule_search_locations
    return spec


def spec_from_loader(name, loader, *, origin=None, is_package=None):
    if is_package is None:
        is_package = bool(getattr(loader, 'is_package', None) and loader.is_package(name))
    return ModuleSpec(name, loader, origin=origin, is_package=is_package)


# CPython's is another: it marks bytecode files, which are only ever read by the Python that wrote them.
def source_hash(source_bytes):
    from hashlib import blake2b
    return blake2b(source_bytes, digest_size=8).digest()


# Where bytecode would lie; none is written.
def cache_from_source(path, debug_override=None, *, optimization=None):
    if debug_override is not None:
        if optimization is not None:
            raise TypeError('debug_override or optimization must be set to None')
        optimization = '' if debug_override else 1
    folder, name = _os.path.split(_os.fspath(path))
    optimization = '' if optimization is None else str(optimization)
    if optimization and not optimization.isalnum():
        raise ValueError(f'{optimization!r} is not alphanumeric')
    tag = f'.{sys.implementation.cache_tag}' + (optimization and f'.opt-{optimization}')
    return _os.path.join(folder, '__pycache__', _os.path.splitext(name)[0] + tag + '.pyc')


def source_from_cache(path):
    folder, name = _os.path.split(_os.fspath(path))
    folder, cache = _os.path.split(folder)
    if cache != '__pycache__':
        raise ValueError(f'__pycache__ not bottom-level directory in {path!r}')
    dots = name.count('.')
    if dots not in (2, 3):
        raise ValueError(f'expected only 2 or 3 dots in {name!r}')
    if dots == 3:
        level = name.rsplit('.', 2)[-2]
        if not level.startswith('opt-'):
            raise ValueError("optimization portion of filename does not start with 'opt-'")
        if not level[4:].isalnum():
            raise ValueError(f'optimization level {level!r} is not an alphanumeric value')
    return _os.path.join(folder, name.partition('.')[0] + '.py')


def decode_source(source_bytes):
    return source_bytes.decode('utf-8-sig').replace('\r\n', '\n').replace('\r', '\n')


class LazyLoader:
    def __init__(self, loader):
        self.loader = loader

    @classmethod
    def factory(cls, loader):
        return lambda *args, **kwargs: cls(loader(*args, **kwargs))

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
