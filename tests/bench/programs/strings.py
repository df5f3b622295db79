"""Building text by `+=`, join, f-strings, slicing and methods: nanoseconds for the whole."""

import time


def by_adding(count):
    text = ""
    for number in range(count):
        text += "x"
        if number % 10 == 9:
            text += "\n"
    return text


def by_joining(count):
    parts = []
    for number in range(count):
        parts.append(str(number))
    return ",".join(parts)


def by_formatting(count):
    return "".join([f"{number:>6}|{number / 3:.2f}|{number!r};" for number in range(count)])


def by_methods(text):
    words = text.split(",")
    turned = [word[::-1].zfill(6).replace("0", "o").upper() for word in words]
    starts = sum(1 for word in turned if word.startswith("O") and not word.endswith("O"))
    letters = {}
    for letter in text:
        letters[letter] = letters.get(letter, 0) + 1
    return starts + len(" ".join(turned).title()) + letters["7"]


def work():
    text = by_joining(10000)
    return len(by_adding(30000)) + len(text) + len(by_formatting(5000)) + by_methods(text)


async def main():
    for _ in range(21):
        start = time.perf_counter()
        result = work()
        print("@", (time.perf_counter() - start) * 1e9)
        assert result == 261447, result
