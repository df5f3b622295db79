"""Names of CPython's import machinery that other modules look for."""

from _airlock import SourceFileLoader
from importlib.machinery import (
    BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES, FileFinder, NamespaceLoader, PathFinder,
    SourcelessFileLoader,
)
from importlib.util import cache_from_source, decode_source, spec_from_file_location

_NamespaceLoader = NamespaceLoader


class _LoaderBasics:
    def is_package(self, fullname):
        folder, _, name = self.get_filename(fullname).rpartition('/')
        return name.rsplit('.', 1)[0] == '__init__' and fullname.rpartition('.')[2] != '__init__'

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = self.get_code(module.__name__)
        if code is None:
            raise ImportError(f'cannot load module {module.__name__!r} when get_code() returns None')
        exec(code, module.__dict__)

    def load_module(self, fullname):
        from importlib._bootstrap import _load_module_shim
        return _load_module_shim(self, fullname)


class SourceLoader(_LoaderBasics):
    def get_source(self, fullname):
        path = self.get_filename(fullname)
        try:
            return decode_source(self.get_data(path))
        except OSError as error:
            raise ImportError('source not available through get_data()', name=fullname) from error

    def source_to_code(self, data, path, *, _optimize=-1):
        return compile(data, path, 'exec', dont_inherit=True, optimize=_optimize)

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class FileLoader:
    def __init__(self, fullname, path):
        self.name = fullname
        self.path = path

    def __eq__(self, other):
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    def load_module(self, fullname):
        return super().load_module(fullname)

    def get_filename(self, fullname):
        return self.path

    def get_data(self, path):
        with open(path, 'rb') as file:
            return file.read()
