# python: 3.14
# A token undoes its `set` at the end of a `with` statement.
from contextvars import ContextVar

mode = ContextVar('mode', default='plain')
with mode.set('bold') as token:
    print(mode.get(), token.var is mode)
    with mode.set('italic'):
        print(mode.get())
    print(mode.get())
print(mode.get())
try:
    with mode.set('failing'):
        raise ValueError('inside')
except ValueError as error:
    print(error, mode.get())
try:
    with token:
        pass
except RuntimeError as error:
    print(str(error).rpartition('> ')[2])
