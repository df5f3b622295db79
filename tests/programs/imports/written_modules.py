# Modules that the program wrote and did not close are found.
import os
import sys
import tempfile

folder = tempfile.mkdtemp()
sys.path.insert(0, folder)
open(os.path.join(folder, 'written_one.py'), 'w').write('X = 5\n')
import written_one
print(written_one.X)
file = open(os.path.join(folder, 'written_two.py'), 'w')
file.write('Y = 6\n')
del file
import written_two
print(written_two.Y)
