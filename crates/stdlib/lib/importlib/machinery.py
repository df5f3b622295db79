"""The classes of the import system."""

from _airlock import BuiltinImporter, ModuleSpec, SourceFileLoader

SOURCE_SUFFIXES = ['.py']
DEBUG_BYTECODE_SUFFIXES = OPTIMIZED_BYTECODE_SUFFIXES = BYTECODE_SUFFIXES = ['.pyc']
EXTENSION_SUFFIXES = []


def all_suffixes():
    return SOURCE_SUFFIXES + BYTECODE_SUFFIXES + EXTENSION_SUFFIXES


class FrozenImporter:
    pass


class PathFinder:
    @classmethod
    def invalidate_caches(cls):
        pass

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        from importlib.util import _find_file
        return _find_file(fullname, path)


class FileFinder:
    def __init__(self, path, *loader_details):
        self.path = path or '.'

    def invalidate_caches(self):
        pass

    def find_spec(self, fullname, target=None):
        from importlib.util import _find_file
        return _find_file(fullname, [self.path])


class SourcelessFileLoader(SourceFileLoader):
    pass


class ExtensionFileLoader:
    def __init__(self, name, path):
        self.name = name
        self.path = path


class NamespaceLoader:
    def __init__(self, name, path, path_finder):
        self._path = path


class WindowsRegistryFinder:
    pass


class AppleFrameworkLoader(ExtensionFileLoader):
    pass
