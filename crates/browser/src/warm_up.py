# Runs before anybody presses Run, so that the browser compiles for good what
# programs do most. It prints nothing and waits for nothing.
import asyncio


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
        self.next = None

    def moved(self, dx, dy=0):
        return Point(self.x + dx, self.y + dy)

    def is_left_of(self, other):
        return self.x < other.x


class Corner(Point):
    def __init__(self, x, y):
        super().__init__(x, y)
        self.name = f"{x}:{y}"


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def numbers(count):
    for number in range(count):
        yield number


async def items(count):
    for number in range(count):
        yield number


async def answer(number):
    return number


def objects(count):
    first = last = Corner(0, 0)
    for number in range(count):
        last.next = last.moved(number % 3)
        if first.is_left_of(last) and last.next is not None:
            last = last.next
    return last.x


def texts(count):
    parts = []
    for number in numbers(count):
        word = f"k{number % 50}:{number / 7:.2f}"
        if word.startswith("k1") or not word.endswith("0"):
            parts.append(word.upper().replace("K", "-"))
    text = ", ".join(parts)
    return len(text.split(", ")) + sum(len(part[::-1].strip()) for part in parts)


def tables(count):
    table, seen, order = {}, set(), []
    for number in range(count):
        key = number * 7919 % 503
        table[key] = table.get(key, 0) + 1
        table[f"t{key % 40}"] = (key, number)
        seen.add(key // 2)
        order.append(key * 0.5)
        if key in table and len(order) > 100:
            order.pop(0)
    order.sort()
    pairs = [(value, key) for key, value in enumerate(order) if value > 1.0]
    for left, right in zip(pairs, sorted(pairs, key=lambda pair: -pair[1])):
        order[left[1]], order[right[1]] = order[right[1]], order[left[1]]
    for key in [key for key in table if isinstance(key, str)]:
        del table[key]
    return sum(table.values()) + sum(a * b for a, b in pairs) + len(seen & set(range(0, count, 2)))


async def main():
    for _ in range(20):
        fibonacci(12)
        objects(150)
        texts(80)
        tables(150)
        try:
            [][1]
        except IndexError:
            pass
        async for number in items(40):
            await answer(number)
        await asyncio.gather(*(asyncio.create_task(answer(number)) for number in range(10)))
        await asyncio.sleep(0)
