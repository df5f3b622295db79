# Built-in functions that are Python: asynchronous iteration, input, leaving.


# `aiter`.
def aiter(async_iterable, /):
    try:
        method = type_lookup(type(async_iterable), '__aiter__')
    except LookupError:
        raise TypeError(f"'{type(async_iterable).__name__}' object is not an async iterable") from None
    iterator = method.__get__(async_iterable, type(async_iterable))()
    if not hasattr(type(iterator), '__anext__'):
        raise TypeError(f"aiter() returned not an async iterator of type '{type(iterator).__name__}'")
    return iterator


# `anext`.
def anext(async_iterator, default=absent, /):
    kind = type(async_iterator)
    try:
        method = type_lookup(kind, '__anext__')
    except LookupError:
        raise TypeError(f"'{kind.__name__}' object is not an async iterator") from None
    awaitable = method.__get__(async_iterator, kind)()
    if default is absent:
        return awaitable
    return anext_or(awaitable, default)


# `anext` with a default.
async def anext_or(awaitable, default):
    try:
        return await awaitable
    except StopAsyncIteration:
        return default


# `input`.
def input(prompt='', /):
    if prompt != '':
        print(prompt, end='', flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError('EOF when reading a line')
    return line.removesuffix('\n')


# `exit` and `quit`.
class Quitter:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f'Use {self.name}() or Ctrl-D (i.e. EOF) to exit'

    def __call__(self, code=None):
        raise SystemExit(code)


# `help`, `copyright` and the like.
class Printer:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text

    def __call__(self, *args):
        print(self.text)


# Publishes them.
def publish_site():
    builtins = loaded_modules['builtins']
    for function in (aiter, anext, input):
        function.__module__ = 'builtins'
        setattr(builtins, function.__name__, function)
    builtins.exit = Quitter('exit')
    builtins.quit = Quitter('quit')
    builtins.help = Printer('Type help() for interactive help; there is none here.')
    builtins.copyright = Printer(loaded_modules['sys'].copyright)
    builtins.credits = Printer('The standard library is CPython\'s.')
    builtins.license = Printer('See https://docs.python.org/3/license.html')


Quitter.__module__ = Printer.__module__ = '_sitebuiltins'
