"""Where warnings point, and what of the library tracebacks of warnings show."""
import sys
import traceback
import warnings


def old():
    warnings.warn('old', DeprecationWarning, stacklevel=2)


def one():
    warnings.warn('one')


def caller():
    old()


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    one()
    old()
    caller()
    warnings.warn('at once', stacklevel=0)
    warnings.warn('far', stacklevel=50)
    warnings.warn_explicit('placed', UserWarning, 'elsewhere.py', 7)
for warning in caught:
    name = warning.filename.rpartition('/')[2]
    line = '' if 'sys' in name else warning.lineno
    print(warning.category.__name__, warning.message, 'sys' if 'sys' in name else name, line)

with warnings.catch_warnings():
    warnings.simplefilter('error')
    for function in (one, caller):
        try:
            function()
        except Warning as error:
            print([frame.name for frame in traceback.extract_tb(error.__traceback__)], repr(error))
print(sys.warnoptions)
