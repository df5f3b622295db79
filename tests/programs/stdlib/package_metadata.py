"""Installed packages are found in the folders of sys.path."""
import importlib.metadata
import os
import sys
import tempfile

folder = tempfile.mkdtemp()
info = os.path.join(folder, 'spam_eggs-1.2.dist-info')
os.mkdir(info)
with open(os.path.join(info, 'METADATA'), 'w') as file:
    file.write('Metadata-Version: 2.1\nName: spam-eggs\nVersion: 1.2\nRequires-Dist: ham\n')
with open(os.path.join(info, 'entry_points.txt'), 'w') as file:
    file.write('[spam.plugins]\nfried = spam.fry:main\n')
sys.path.insert(0, folder)
print(importlib.metadata.version('spam-eggs'), importlib.metadata.requires('spam-eggs'))
print([point.value for point in importlib.metadata.entry_points(group='spam.plugins')])
try:
    importlib.metadata.version('nothing-like-it')
except importlib.metadata.PackageNotFoundError as error:
    print(error)


class Marked:
    def method(self):
        pass

    method.marks = ['slow']


print(Marked().method.__dict__)
