# The import system. `find_module`, `exec_found`, `new_module` and
# `module_table` are natives of `_airlock`.

loaded_modules = module_table()
absent = object()


# A module's `__spec__`.
class ModuleSpec:
    def __init__(self, name, loader, *, origin=None, loader_state=None, is_package=None):
        self.name = name
        self.loader = loader
        self.origin = origin
        self.loader_state = loader_state
        self.submodule_search_locations = [] if is_package else None
        self._uninitialized_submodules = []
        self._set_fileattr = False
        self._cached = None
        self._initializing = False

    @property
    def parent(self):
        if self.submodule_search_locations is None:
            return self.name.rpartition('.')[0]
        return self.name

    @property
    def has_location(self):
        return self._set_fileattr

    @has_location.setter
    def has_location(self, value):
        self._set_fileattr = bool(value)

    @property
    def cached(self):
        return self._cached

    @cached.setter
    def cached(self, value):
        self._cached = value

    def __repr__(self):
        parts = [f'name={self.name!r}', f'loader={self.loader!r}']
        if self.origin is not None:
            parts.append(f'origin={self.origin!r}')
        if self.submodule_search_locations is not None:
            parts.append(f'submodule_search_locations={self.submodule_search_locations}')
        return f'{self.__class__.__name__}({", ".join(parts)})'

    def __eq__(self, other):
        try:
            return (self.name == other.name and self.loader == other.loader
                    and self.origin == other.origin
                    and self.submodule_search_locations == other.submodule_search_locations)
        except AttributeError:
            return NotImplemented


# Loads a module from a file or from the packed library.
class SourceFileLoader:
    def __init__(self, fullname, path):
        self.name = fullname
        self.path = path

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        found = find_module(self.name, sys_path())
        if found is None or found[0] != 'code':
            raise ImportError(f'cannot load module {self.name!r}', name=self.name)
        exec_found(found[1], module.__dict__)

    def load_module(self, fullname=None):
        return load_module_named(self.name)

    def is_package(self, fullname=None):
        name = self.name if fullname is None else fullname
        return self.path.endswith('/__init__.py') and name.rpartition('.')[2] != '__init__'

    def get_filename(self, fullname=None):
        return self.path

    def get_data(self, path):
        return read_file(path)

    def get_source(self, fullname=None):
        data = read_file(self.path)
        return None if data is None else data.decode()

    def get_code(self, fullname=None):
        source = self.get_source()
        return None if source is None else compile(source, self.path, 'exec', dont_inherit=True)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)


# Stands as the loader of modules written in Rust.
class BuiltinImporter:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        found = None if path is not None else find_module(fullname, ())
        if found is not None and found[0] == 'native':
            return ModuleSpec(fullname, cls, origin='built-in')
        return None

    @staticmethod
    def create_module(spec):
        found = find_module(spec.name, ())
        return None if found is None else found[1]

    @staticmethod
    def exec_module(module):
        pass

    @classmethod
    def load_module(cls, fullname):
        return load_module_named(fullname)

    @classmethod
    def is_package(cls, fullname):
        return False

    @classmethod
    def get_source(cls, fullname):
        return None

    @classmethod
    def get_code(cls, fullname):
        return None


for import_class in (ModuleSpec, SourceFileLoader, BuiltinImporter):
    import_class.__module__ = '_frozen_importlib'
SourceFileLoader.__module__ = '_frozen_importlib_external'


# The folders to search: `sys.path`.
def sys_path():
    module = loaded_modules.get('sys')
    return getattr(module, 'path', None) or []


# `__import__`.
def __import__(name, globals=None, locals=None, fromlist=(), level=0):
    return import_name(name, globals, fromlist, level)


# The import statement: the module for `from` imports, else the outermost package.
def import_name(name, globals, fromlist, level):
    if not isinstance(name, str):
        raise TypeError(f'__import__() argument 1 must be str, not {type(name).__name__}')
    if level:
        if level < 0:
            raise ValueError('level must be >= 0')
        package = package_of(globals)
        absolute = resolve_relative(name, package, level)
    elif not name:
        raise ValueError('Empty module name')
    else:
        absolute = name
    module = loaded_modules.get(absolute, absent)
    if module is absent or module is None:
        module = load_module_named(absolute)
    elif is_initializing(module):
        wait_for_module(module)
    if fromlist:
        if getattr(module, '__path__', absent) is not absent:
            load_from_list(module, fromlist)
        return module
    if not level:
        top = name.partition('.')[0]
        return module if top == name else load_module_named(top)
    if not name:
        return module
    cut = len(name) - len(name.partition('.')[0])
    return loaded_modules[absolute[:len(absolute) - cut]]


# Another thread may be in the midst of importing this module.
def wait_for_module(module):
    spec = getattr(module, '__spec__', None)
    thread = getattr(spec, '_thread', None)
    if thread is None or thread == thread_ident():
        return
    yields = 0
    while getattr(spec, '_initializing', False) and yields < 100000:
        yields += 1
        thread_yield()


# Name of the package that relative imports in these globals start from.
def package_of(globals):
    if globals is None:
        raise KeyError("'__name__' not in globals")
    package = globals.get('__package__')
    spec = globals.get('__spec__')
    if package is not None:
        if not isinstance(package, str):
            raise TypeError('__package__ must be set to a string')
        return package
    if spec is not None:
        return spec.parent
    package = globals['__name__']
    if '__path__' not in globals:
        package = package.rpartition('.')[0]
    return package


# Absolute name of a relative import.
def resolve_relative(name, package, level):
    if not package:
        raise ImportError('attempted relative import with no known parent package')
    bits = package.rsplit('.', level - 1)
    if len(bits) < level:
        raise ImportError('attempted relative import beyond top-level package')
    return f'{bits[0]}.{name}' if name else bits[0]


# `from package import a, b` imports submodules of these names.
def load_from_list(module, fromlist):
    for name in fromlist:
        if not isinstance(name, str):
            raise TypeError(f"Item in ``from list'' must be str, not {type(name).__name__}")
        if name == '*':
            names = getattr(module, '__all__', None)
            if names is not None and '*' not in names:
                load_from_list(module, names)
        elif not hasattr(module, name):
            full = f'{module.__name__}.{name}'
            try:
                load_module_named(full)
            except ModuleNotFoundError as error:
                if error.name != full or loaded_modules.get(full, absent) is None:
                    raise


# The module with this absolute name, imported if need be.
def load_module_named(name):
    module = loaded_modules.get(name, absent)
    if module is None:
        raise ModuleNotFoundError(f'import of {name} halted; None in sys.modules', name=name)
    if module is not absent:
        if is_initializing(module):
            wait_for_module(module)
        return module
    parent, _, child = name.rpartition('.')
    parent_module = None
    path = None
    if parent:
        parent_module = load_module_named(parent)
        module = loaded_modules.get(name, absent)
        if module is not absent:
            return module
        path = getattr(parent_module, '__path__', absent)
        if path is absent:
            raise ModuleNotFoundError(f'No module named {name!r}; {parent!r} is not a package', name=name)
    sys = loaded_modules.get('sys')
    module = absent
    for finder in getattr(sys, 'meta_path', None) or ():
        find_spec = getattr(finder, 'find_spec', None)
        spec = None if find_spec is None else find_spec(name, path)
        if spec is not None:
            module = load_spec(spec)
            break
    if module is absent:
        folders = sys_path() if path is None else path
        write_modules()
        found = find_module(name, folders)
        if found is not None:
            module = load_found(name, found)
        else:
            spec = find_zipped(name, folders)
            if spec is None:
                raise ModuleNotFoundError(f'No module named {name!r}', name=name)
            module = load_spec(spec)
    if parent_module is not None:
        try:
            setattr(parent_module, child, module)
        except AttributeError:
            pass
    return module


# Modules that the program has written and not closed, as CPython does when it
# lets go of the file, so that they are found.
def write_modules():
    io = loaded_modules.get('_io')
    if io is not None and any([path.endswith('.py') for path in getattr(io, '_nodes', ())]):
        collect_and_finalize()
        io._save_all()


# What Zip files among these places have of this name, after all folders.
def find_zipped(name, places):
    for place in places:
        if isinstance(place, str) and ('.zip' in place or '.whl' in place or '.egg' in place):
            zipimport = load_module_named('zipimport')
            try:
                spec = zipimport.zipimporter(place).find_spec(name)
            except zipimport.ZipImportError:
                continue
            if spec is not None:
                return spec


# Makes the module that `find_module` found and runs its code.
def load_found(name, found):
    kind, payload, filename, is_package, search_path = found
    if kind == 'refused':
        raise ModuleNotFoundError(payload, name=name)
    if kind == 'native':
        payload.__spec__ = ModuleSpec(name, BuiltinImporter, origin='built-in')
        payload.__loader__ = BuiltinImporter
        loaded_modules[name] = payload
        if name in module_fixes:
            module_fixes[name](payload)
        return payload
    module = new_module(name)
    prepare_module(module, name, filename, is_package, search_path)
    spec = module.__spec__
    spec._initializing = True
    spec._thread = thread_ident()
    loaded_modules[name] = module
    try:
        exec_found(payload, module.__dict__)
        if name in module_fixes:
            module_fixes[name](module)
    except:
        loaded_modules.pop(name, None)
        raise
    finally:
        spec._initializing = False
    # A module may have put something else in its place.
    module = loaded_modules.get(name, absent)
    if module is absent:
        raise ImportError(f'Loaded module {name!r} not found in sys.modules', name=name)
    return module


# Sets `__file__`, `__path__`, `__spec__` and so on.
def prepare_module(module, name, filename, is_package, search_path):
    loader = SourceFileLoader(name, filename)
    spec = ModuleSpec(name, loader, origin=filename, is_package=is_package)
    spec._set_fileattr = True
    module.__loader__ = loader
    module.__spec__ = spec
    if is_package:
        spec.submodule_search_locations = search_path
        module.__path__ = search_path
        module.__package__ = name
    else:
        module.__package__ = name.rpartition('.')[0]
    if filename is not None:
        module.__file__ = filename
    else:
        spec.loader = module.__loader__ = None
        spec._set_fileattr = False


# Loads what a finder of `sys.meta_path` found.
def load_spec(spec):
    loader = spec.loader
    create = getattr(loader, 'create_module', None)
    module = None if create is None else create(spec)
    if module is None:
        module = new_module(spec.name)
    module.__spec__ = spec
    module.__loader__ = loader
    module.__package__ = spec.parent
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    if spec.has_location:
        module.__file__ = spec.origin
    loaded_modules[spec.name] = module
    spec._initializing = True
    try:
        if loader is not None:
            loader.exec_module(module)
    except:
        loaded_modules.pop(spec.name, None)
        raise
    finally:
        spec._initializing = False
    return loaded_modules.get(spec.name, module)


# Whether a module's code still runs.
def is_initializing(module):
    return getattr(getattr(module, '__spec__', None), '_initializing', False)


# `from module import name`.
def import_from(module, name):
    value = getattr(module, name, absent)
    if value is not absent:
        return value
    package = getattr(module, '__name__', None)
    if isinstance(package, str):
        value = loaded_modules.get(f'{package}.{name}', absent)
        if value is not absent:
            return value
    else:
        package = '<unknown module name>'
    origin = getattr(module, '__file__', None)
    place = origin if isinstance(origin, str) else 'unknown location'
    sys = loaded_modules.get('sys')
    if isinstance(origin, str) and shadows_library(package, origin, sys):
        text = (f'cannot import name {name!r} from {package!r} (consider renaming {origin!r} '
                f"since it has the same name as the standard library module named {package!r} "
                'and prevents importing that standard library module)')
    elif is_initializing(module):
        text = (f'cannot import name {name!r} from partially initialized module {package!r} '
                f'(most likely due to a circular import) ({place})')
    else:
        text = f'cannot import name {name!r} from {package!r} ({place})'
    raise ImportError(text, name=package, path=origin, name_from=name)


# Whether a file of the program has the name of a library module.
def shadows_library(name, origin, sys):
    return (name in getattr(sys, 'stdlib_module_names', ())
            and not origin.startswith(library_folder()))


# `from module import *` into a namespace.
def import_star(module, namespace):
    names = getattr(module, '__all__', None)
    if names is None:
        table = getattr(module, '__dict__', None)
        if table is None:
            raise ImportError("from-import-* object has no __dict__ and no __all__")
        for name in list(table):
            if isinstance(name, str) and not name.startswith('_'):
                namespace[name] = table[name]
        return
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f'Item in {module.__name__}.__all__ must be str, not {type(name).__name__}')
        namespace[name] = getattr(module, name)


# Stands for a module of the library that is imported when first used.
class LazyModule:
    def __init__(self, name):
        self.__dict__['lazy name'] = name

    def __getattr__(self, attr):
        return getattr(load_module_named(self.__dict__['lazy name']), attr)

    def __setattr__(self, attr, value):
        setattr(load_module_named(self.__dict__['lazy name']), attr, value)

    def __repr__(self):
        return repr(load_module_named(self.__dict__['lazy name']))


# Stands for a logger until something is logged.
class LazyLogger:
    def __init__(self, name):
        self.__dict__['lazy name'] = name

    def _named(self):
        return load_module_named('logging').getLogger(self.__dict__['lazy name'])

    def __getattr__(self, attr):
        return getattr(self._named(), attr)

    def __setattr__(self, attr, value):
        setattr(self._named(), attr, value)

    def __delattr__(self, attr):
        delattr(self._named(), attr)


# `open`, without importing `io` before it is used.
def open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    return load_module_named('io').open(file, mode, buffering, encoding, errors, newline, closefd, opener)


# `compile` of and to trees, and of whatever is no plain source.
def compile_other(*args):
    return load_module_named('_ast')._compile(*args)


# What is odd about a source: texts and places. A filter that makes an error of
# one makes the error that a source has which does not compile.
def warn_of_syntax(found):
    import warnings
    for message, place in found:
        filename, line = place[:2]
        try:
            warnings.warn_explicit(message, SyntaxWarning, filename, line)
            continue
        except SyntaxWarning:
            pass
        raise SyntaxError(message.replace(' Such sequences will not work in the future.', ''), place)
