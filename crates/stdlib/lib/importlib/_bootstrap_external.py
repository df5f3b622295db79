"""Names of CPython's import machinery that other modules look for."""

from _airlock import SourceFileLoader
from importlib.machinery import FileFinder, PathFinder, NamespaceLoader, SourcelessFileLoader
from importlib.util import cache_from_source, decode_source, spec_from_file_location

_NamespaceLoader = NamespaceLoader
