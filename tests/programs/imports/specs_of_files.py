import importlib.util as u, os, sys, tempfile
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
