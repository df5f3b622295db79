# contextvars: variables, contexts, tokens, and what threads see.
import contextvars
import threading
from contextvars import Context, ContextVar, Token, copy_context

user = ContextVar('user')
level = ContextVar('level', default=0)
print(user.name, level.get(), user.get('nobody'))
try:
    user.get()
except LookupError as error:
    print(type(error).__name__, error.args[0] is user)
token = user.set('ann')
print(user.get(), token.var is user, token.old_value is Token.MISSING, Token.MISSING)
inner = user.set('bob')
print(user.get(), inner.old_value)
user.reset(inner)
print(user.get())
for attempt in (lambda: user.reset(inner), lambda: level.reset(token), lambda: user.reset(1)):
    try:
        attempt()
    except (RuntimeError, ValueError, TypeError) as error:
        print(type(error).__name__, str(error).split(' at ')[0].split(' var=')[0], str(error).rpartition('> ')[2])
user.reset(token)
print(user.get(None))

user.set('main')
context = copy_context()
print(len(context), context[user], user in context, level in context, context.get(level, 'unset'))
def change():
    user.set('inside')
    level.set(5)
    return user.get(), level.get()
print(context.run(change))
print(user.get(), level.get(), context[user], context[level], len(context))
print(sorted(var.name for var in context), sorted(map(str, context.values())))
print([(var.name, value) for var, value in copy_context().items()])
print(context == copy_context(), context == context.copy(), context.copy() is context)
try:
    context['user']
except TypeError as error:
    print(error)
try:
    Context()[user]
except KeyError as error:
    print('KeyError', error.args[0] is user)

def nested():
    try:
        context.run(print)
    except RuntimeError as error:
        print(str(error).split(':')[0], str(error).rpartition('> ')[2])
context.run(nested)
def failing():
    level.set(99)
    raise ValueError('out')
try:
    context.run(failing)
except ValueError as error:
    print(error, level.get(), context[level])
print(context.run(lambda *args, **kwargs: (args, kwargs), 1, 2, key=3))
for attempt in (lambda: Context(1), lambda: ContextVar(1), lambda: Token()):
    try:
        attempt()
    except (TypeError, RuntimeError) as error:
        print(type(error).__name__, error)
print(repr(level).split(' at ')[0], repr(user).split(' at ')[0], repr(ContextVar('v', default=[1])).split(' at ')[0])

try:
    hash(context)
except TypeError:
    print('unhashable')

# A thread begins with an empty context.
seen = []
def work(name):
    seen.append((name, user.get('unset')))
    user.set(name)
    seen.append((name, user.get()))
threads = [threading.Thread(target=work, args=(name,)) for name in 'ab']
for thread in threads:
    thread.start()
    thread.join()
print(seen, user.get())
thread = threading.Thread(target=copy_context().run, args=(lambda: seen.append(user.get()),))
thread.start()
thread.join()
print(seen[-1])

# Generators share the context of who drives them.
def generator():
    while True:
        yield user.get()
values = generator()
print(next(values))
user.set('changed')
print(next(values))

# Many variables in many contexts.
many = [ContextVar(f'v{i}') for i in range(50)]
for i, var in enumerate(many):
    var.set(i)
copies = []
for i in range(20):
    copy = copy_context()
    copy.run(many[i].set, -i)
    copies.append(copy)
print(sum(copy[var] for copy in copies for var in many), sum(var.get() for var in many))
