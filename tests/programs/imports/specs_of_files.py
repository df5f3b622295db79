import importlib.resources
import importlib.util as u, os, pathlib, sys, tempfile
d = tempfile.mkdtemp(); os.mkdir(d+'/pk')
for name, text in ('__init__', 'here = __name__'), ('part', 'from . import here'):
    with open(f'{d}/pk/{name}.py', 'w') as file:
        file.write(text)
s = u.spec_from_file_location('pk', d+'/pk/__init__.py'); print(s.submodule_search_locations == [d+'/pk'], s.parent, s.origin == d+'/pk/__init__.py')
m = u.module_from_spec(s); sys.modules['pk'] = m; s.loader.exec_module(m)
import pk.part; print(pk.part.here, m.__path__ == [d+'/pk'], m.__package__)
print(u.spec_from_file_location('x', d+'/data.txt'), u.spec_from_file_location('pk.part', d+'/pk/part.py').submodule_search_locations)
os.chdir(d); print(u.spec_from_file_location('p', 'pk/part.py').origin == d+'/pk/part.py')
class L:
    def is_package(self, name): return True
print(u.spec_from_file_location('q', '/a/b.py', loader=L()).submodule_search_locations, u.spec_from_file_location('q', '/a/b.py', loader=L(), submodule_search_locations=['z']).submodule_search_locations)
print(len(u.source_hash(b'x')), u.source_hash(b'x') == u.source_hash(b'x'))


# A finder may ask `PathFinder`, which asks no finder again.
import importlib.machinery


class Watching:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if name == 'colorsys':
            print('asked for', name, type(spec.loader).__name__, spec.has_location)
        return None


sys.meta_path.insert(0, Watching)
import colorsys
print(importlib.machinery.PathFinder.find_spec('sys'), u.find_spec('sys').origin, u.find_spec('json').name)
print(importlib.machinery.PathFinder.find_spec('nothing_here'))


def data_beside_modules():
    with tempfile.TemporaryDirectory() as folder:
        package = pathlib.Path(folder, 'holds_data')
        (package / 'inner').mkdir(parents=True)
        (package / '__init__.py').write_text('')
        (package / 'inner' / '__init__.py').write_text('')
        (package / 'inner' / 'words.txt').write_text('one two')
        sys.path.insert(0, folder)
        try:
            found = importlib.resources.files('holds_data')
            print(type(found).__name__, sorted(path.name for path in found.iterdir() if path.name[0] != '_'))
            words = importlib.resources.files('holds_data.inner') / 'words.txt'
            print(words.read_text(), words.is_file(), os.path.basename(words))
            with importlib.resources.as_file(words) as path, importlib.resources.open_text('holds_data.inner', 'words.txt') as file:
                print(path.name, file.read())
        finally:
            sys.path.remove(folder)


data_beside_modules()
