# Word counts and a histogram.
import re
from collections import Counter
text = """It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness"""
words = re.findall(r"[a-z']+", text.lower())
counts = Counter(words)
for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]:
    print(f"{word:>8} {'#' * n} {n}")
print(f"{len(words)} words, {len(counts)} distinct, longest {max(words, key=len)!r}")
letters = Counter(filter(str.isalpha, text.lower()))
print(" ".join(f"{l}{n}" for l, n in sorted(letters.items())))
print({length: sorted({w for w in words if len(w) == length}) for length in sorted({len(w) for w in words})})
longest_run = max((list(g) for _, g in __import__("itertools").groupby(words, key=len)), key=len)
print(longest_run)
