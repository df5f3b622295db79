# python: 3.14
# Modules that cannot work here can be imported by those who may never use them.
import bz2
import importlib.abc
import importlib.util
import lzma
import marshal
import platform
import ssl

for name, use in {
    'marshal': lambda: marshal.dumps(1),
    'bz2': lambda: bz2.BZ2Compressor(),
    'lzma': lambda: lzma.LZMADecompressor(),
    'ssl': lambda: ssl.create_default_context().wrap_socket(None),
}.items():
    try:
        use()
    except (NotImplementedError, OSError) as error:
        print(name, type(error).__name__, error)
print(platform.python_implementation(), platform.python_version_tuple()[:2])


class Loader(importlib.abc.SourceLoader):
    def get_filename(self, fullname):
        return '/made/up.py'

    def get_data(self, path):
        return b'value = 6 * 7'

spec = importlib.util.spec_from_loader('made_up', Loader())
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.value, Loader().get_source('made_up'), isinstance(spec.loader, importlib.abc.Loader))
