# python: 3.99
# The package greenlet is part of Airlock; python3 need not have it.
import contextvars
from greenlet import GreenletExit, getcurrent, greenlet, gettrace, settrace


def ping():
    print('ping', pong.switch('a'))
    print('ping again', pong.switch('b', 'c'))
    return 'done'


def pong(first):
    print('pong', first)
    print('pong', main.switch('to main'))
    return 'end of pong'


main = getcurrent()
ping, pong = greenlet(ping), greenlet(pong)
print(main.parent, ping.parent is main, bool(ping), ping.dead, bool(main))
print(ping.switch())
print(bool(ping), bool(pong))
print(pong.switch(x=1))
print(pong.dead, ping.dead)
print(ping.switch('late'))


def raises():
    try:
        main.switch('ready')
    except ValueError as raised:
        print('got', raised)
        raise KeyError('out') from raised


child = greenlet(raises)
print(child.switch())
try:
    child.throw(ValueError('in'))
except KeyError as raised:
    print('main got', repr(raised), repr(raised.__cause__), child.dead)

child = greenlet(lambda: main.switch(1))
child.switch()
print(repr(child.throw()), child.dead)
print(repr(child.throw(GreenletExit('gone'))))
child = greenlet(lambda: None)
try:
    child.throw(TypeError, 'before the start')
except TypeError as raised:
    print(raised, child.dead)


class Counter(greenlet):
    def run(self, count):
        for n in range(count):
            self.parent.switch(n)
        return 'counted'


counter = Counter()
print([counter.switch(3)] + [counter.switch() for _ in range(3)], counter.dead)

# Parents: an exception goes to the parent of the greenlet.
outer = greenlet(lambda: inner.switch())
inner = greenlet(lambda: 1 / 0, parent=outer)
try:
    outer.switch()
except ZeroDivisionError as raised:
    print('passed through', outer.dead, inner.dead)
try:
    outer.parent = inner
except ValueError as raised:
    print(raised)

# Context variables: each greenlet has its own.
var = contextvars.ContextVar('var', default='none')
var.set('main')


def reads():
    seen = var.get()
    var.set('greenlet')
    main.switch(seen)
    return var.get()


child = greenlet(reads)
print(child.switch(), var.get(), child.switch())
child = greenlet(reads)
child.gr_context = contextvars.copy_context()
print(child.switch(), var.get())

seen = []
settrace(lambda event, args: seen.append(event))
greenlet(lambda: None).switch()
print(seen, gettrace() is not None)
settrace(None)


def deep(n):
    return main.switch(n) if n == 0 else deep(n - 1) + 1


child = greenlet(deep)
print(child.switch(50), child.switch(7))


def flatten(tree):
    owner = getcurrent()

    def walk(node):
        for item in node:
            if isinstance(item, list):
                walk(item)
            else:
                owner.switch(item)

    walker = greenlet(walk)
    item = walker.switch(tree)
    while not walker.dead:
        yield item
        item = walker.switch()


print(list(flatten([1, [2, [3, 4], 5], [[6]]])))
