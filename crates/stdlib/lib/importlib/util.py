"""Helpers around the import system."""

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
    found = _airlock.find_module(name, sys.path if path is None else path)
    if found is None or found[0] == 'refused':
        return None
    kind, payload, filename, is_package, search_path = found
    if kind == 'native':
        return ModuleSpec(name, BuiltinImporter, origin='built-in')
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


def spec_from_file_location(name, location=None, *, loader=None, submodule_search_locations=None):
    if loader is None:
        loader = _FileLoader(name, location)
    spec = ModuleSpec(name, loader, origin=location)
    spec.has_location = True
    spec.submodule_search_locations = submodule_search_locations
    return spec


def spec_from_loader(name, loader, *, origin=None, is_package=None):
    if is_package is None:
        is_package = bool(getattr(loader, 'is_package', None) and loader.is_package(name))
    return ModuleSpec(name, loader, origin=origin, is_package=is_package)


def source_hash(source_bytes):
    raise NotImplementedError('there are no bytecode files here')


def cache_from_source(path, debug_override=None, *, optimization=None):
    raise NotImplementedError('sys.implementation.cache_tag is None')


source_from_cache = cache_from_source


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
