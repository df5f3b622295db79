# python: 3.14
# What was probably meant, also where __getattr__ says no more than that it
# is not there; errors of open() have no frames of the library.
import sys
import traceback


class Thing:
    colour = 1

    def __getattr__(self, name):
        raise AttributeError(name.upper())


def attribute():
    return Thing().colr


def variable():
    value = 3
    return valeu


def method():
    return [].appendd


def opened():
    return open('/no/such/file')


for function in (attribute, variable, method, opened):
    try:
        function()
    except Exception as error:
        last = traceback.format_exception_only(error)[-1].strip()
        print(last.replace('[Errno 44]', '[Errno 2]'))
        print([frame.name for frame in traceback.extract_tb(error.__traceback__)])

try:
    sys.setrecursionlimit(1)
except RecursionError as error:
    print(str(error).split(' at ')[0])


class Annotated:
    @classmethod
    def make(cls, size: int) -> str:
        return str(size)


print(Annotated.__dict__['make'].__annotations__)
try:
    compile('{**a for a in b}', 'text', 'eval')
except SyntaxError as error:
    print(error.msg)
