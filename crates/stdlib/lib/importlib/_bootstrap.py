"""Names of CPython's import machinery that other modules look for."""

from _airlock import BuiltinImporter, ModuleSpec
from importlib.util import module_from_spec, spec_from_loader


def _call_with_frames_removed(function, *args, **kwargs):
    return function(*args, **kwargs)


def _load_module_shim(loader, fullname):
    import sys
    module = sys.modules.get(fullname)
    if module is None:
        module = module_from_spec(spec_from_loader(fullname, loader))
        sys.modules[fullname] = module
    loader.exec_module(module)
    return sys.modules[fullname]
