"""Modules from Zip files, read with `zipfile`; compiled ones in them are passed over."""

import io
import zipfile
from importlib.machinery import ModuleSpec

__all__ = ['ZipImportError', 'zipimporter']


class ZipImportError(ImportError):
    pass


_zip_directory_cache = {}


class zipimporter:
    """zipimporter(archivepath) -> zipimporter object

    The path may go on below the file, to a folder in it.
    """

    def __init__(self, path):
        import os
        path = os.fsdecode(path)
        if not path:
            raise ZipImportError('archive path is empty', path=path)
        archive, inner = path, []
        while not os.path.isfile(archive):
            archive, name = os.path.split(archive)
            if not name:
                raise ZipImportError(f'not a Zip file: {path!r}', path=path)
            inner.insert(0, name)
        self.archive = archive
        self.prefix = ''.join([name + '/' for name in inner])
        self._files = _zip_directory_cache.get(archive)
        if self._files is None:
            self.invalidate_caches()

    def invalidate_caches(self):
        try:
            with zipfile.ZipFile(self.archive) as file:
                self._files = {entry.filename: entry for entry in file.infolist()}
        except (OSError, zipfile.BadZipFile):
            _zip_directory_cache.pop(self.archive, None)
            self._files = {}
            raise ZipImportError(f'not a Zip file: {self.archive!r}', path=self.archive) from None
        _zip_directory_cache[self.archive] = self._files

    # Where a module lies in the file and whether it is a package, or None.
    def _find(self, fullname):
        base = self.prefix + fullname.rpartition('.')[2]
        for name, is_package in ((base + '/__init__.py', True), (base + '.py', False)):
            if name in self._files:
                return name, is_package

    def _found(self, fullname):
        found = self._find(fullname)
        if found is None:
            raise ZipImportError(f"can't find module {fullname!r}", name=fullname)
        return found

    def find_spec(self, fullname, target=None):
        found = self._find(fullname)
        if found is not None:
            filename, is_package = self.get_filename(fullname), found[1]
            spec = ModuleSpec(fullname, self, origin=filename, is_package=is_package)
            spec._set_fileattr = True
            if is_package:
                spec.submodule_search_locations = [filename.rpartition('/')[0]]
            return spec
        folder = self.prefix + fullname.rpartition('.')[2] + '/'
        if any(name.startswith(folder) for name in self._files):
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [f'{self.archive}/{folder[:-1]}']
            return spec

    def is_package(self, fullname):
        return self._found(fullname)[1]

    def get_filename(self, fullname):
        return f'{self.archive}/{self._found(fullname)[0]}'

    def get_source(self, fullname):
        return io.TextIOWrapper(io.BytesIO(self._read(self._found(fullname)[0])), 'utf-8-sig').read()

    def get_code(self, fullname):
        return compile(self._read(self._found(fullname)[0]), self.get_filename(fullname), 'exec', dont_inherit=True)

    def _read(self, name):
        with zipfile.ZipFile(self.archive) as file:
            return file.read(name)

    def get_data(self, pathname):
        name = pathname.removeprefix(self.archive + '/')
        if name not in self._files:
            raise OSError(0, '', name)
        return self._read(name)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__spec__.name), module.__dict__)

    def load_module(self, fullname):
        from importlib.util import module_from_spec
        import sys
        spec = self.find_spec(fullname)
        if spec is None or spec.loader is None:
            raise ZipImportError(f"can't find module {fullname!r}", name=fullname)
        module = sys.modules.get(fullname)
        if module is None:
            module = sys.modules[fullname] = module_from_spec(spec)
        try:
            self.exec_module(module)
        except:
            del sys.modules[fullname]
            raise
        return sys.modules[fullname]

    def __repr__(self):
        return f'<zipimporter object "{self.archive}/{self.prefix}">'
