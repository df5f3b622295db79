# Objects end where CPython's counts would end them: when a name gets another
# value, and when a loop over a generator is left early.
import asyncio
import weakref


class Node:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('end of', self.name)


node = Node(1)
node = Node(2)
print('rebound')
node = None
print('let go')


def numbers():
    try:
        yield from range(5)
    finally:
        print('closed')


for number in numbers():
    if number == 1:
        break
print('after the loop')


def first_of():
    for number in numbers():
        if number:
            return number


print(first_of())
iterator = numbers()
next(iterator)
iterator = None
print('no iterator')


class Plain:
    pass


plain = Plain()
reference = weakref.ref(plain, lambda _: print('called back'))
plain = None
print(reference())


async def ticks():
    try:
        while True:
            yield 'tick'
            await asyncio.sleep(0)
    finally:
        print('ticks end')


async def main():
    async for tick in ticks():
        print(tick)
        break
    await asyncio.sleep(0)
    print('main ends')


asyncio.run(main())
