"""Modules in zip files: none here. The names are there for those who ask what a loader is."""


class ZipImportError(ImportError):
    pass


class zipimporter:
    def __init__(self, path):
        raise ZipImportError('modules in zip files are not available in Airlock', path=path)
