# Modules from a Zip file on sys.path, and zipimport itself.
import os
import sys
import tempfile
import zipfile
import zipimport

folder = tempfile.mkdtemp()
path = os.path.join(folder, 'parts.zip')
with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
    file.writestr('zmod.py', 'X = 1\ndef where(): return __file__\n')
    file.writestr('zpkg/__init__.py', 'from . import sub\n')
    file.writestr('zpkg/sub.py', 'Y = 2\n')
    file.writestr('zpkg/data.txt', 'hello')
sys.path.insert(0, path)
import zmod
import zpkg.sub

shown = lambda text: str(text).replace(folder, '.')
print(zmod.X, shown(zmod.where()), zpkg.sub.Y, shown(zpkg.__path__), shown(zmod.__loader__))
importer = zipimport.zipimporter(path)
print(shown(importer), repr(importer.prefix), importer.is_package('zpkg'), importer.is_package('zmod'))
print(importer.get_source('zmod').splitlines()[0], importer.get_data(path + '/zpkg/data.txt'))
print(importer.find_spec('missing'), shown(importer.find_spec('zpkg').origin))
for wrong in '', os.path.join(folder, 'none.zip'), __file__:
    try:
        zipimport.zipimporter(wrong)
    except zipimport.ZipImportError as error:
        print(type(error).__name__, str(error).split(':')[0])
try:
    importer.get_code('missing')
except zipimport.ZipImportError as error:
    print(error)
