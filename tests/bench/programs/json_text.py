"""`json.dumps` and `json.loads` of a nested document, ten times: nanoseconds for the whole."""

import json
import time

DOCUMENT = {
    "users": [
        {
            "id": number,
            "name": f"User {number}",
            "mail": f"user{number}@example.org",
            "active": number % 3 == 0,
            "score": number * 1.25,
            "tags": ["alpha", "beta", "g\u00e4mma", 'quo"ted\n'][: number % 5],
            "parent": None if number < 10 else {"id": number // 10, "depth": [number, [number + 1]]},
        }
        for number in range(300)
    ],
    "matrix": [[row * column for column in range(20)] for row in range(20)],
    "floats": [number / 7 for number in range(200)],
}


async def main():
    for _ in range(21):
        start = time.perf_counter()
        for _ in range(10):
            text = json.dumps(DOCUMENT)
            copy = json.loads(text)
        print("@", (time.perf_counter() - start) * 1e9)
        assert copy == DOCUMENT
