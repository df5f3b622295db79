"""Searching, splitting and rewriting a text by regular expressions, five times: nanoseconds for the whole."""

import re
import time

LINES = [
    f"2026-{month:02}-{day:02}T{day % 24:02}:{month * 4:02} host{day % 7}.example.org "
    f"GET /shop/item{day * month}?ref={'abcdef'[day % 6]}&n={day} {200 if day % 5 else 404} {month * day * 37}"
    for month in range(1, 13)
    for day in range(1, 29)
]
TEXT = "\n".join(LINES)

LINE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\S+) (?P<host>[\w.]+) (GET|POST) (/\S*) (?P<status>\d{3}) (\d+)")
WORD = re.compile(r"[A-Za-z_]\w*")
PAIR = re.compile(r"(?:\?|&)(\w+)=([^&\s]*)")
MISSING = re.compile(r"^.*\b404\b.*$", re.MULTILINE)
ALTERNATIVES = re.compile(r"item1\d+|host[135]|ref=(?=[ace])|POST", re.IGNORECASE)
LAZY = re.compile(r"/(.+?)\?.*?n=(\d+)")


def work():
    total = 0
    for line in LINES:
        match = LINE.match(line)
        total += int(match["status"]) + len(match.group("host"))
    total += len(WORD.findall(TEXT))
    total += sum(len(match[2]) for match in PAIR.finditer(TEXT))
    total += len(MISSING.findall(TEXT))
    total += len(ALTERNATIVES.sub("-", TEXT))
    total += sum(len(part) for part in re.split(r"[ ?&=]+", TEXT))
    total += len(LAZY.sub(lambda match: match[2] + match[1], TEXT))
    return total


async def main():
    expected = work()
    for _ in range(21):
        start = time.perf_counter()
        for _ in range(5):
            result = work()
        print("@", (time.perf_counter() - start) * 1e9)
        assert result == expected == 153681, result
