"""Searches that take many steps give the same as if they took few."""
import re
import threading

text = ('a' * 20 + 'b ') * 4
pattern = '(?:a+)+c|b'
print(len(re.findall(pattern, text)))
print(re.sub(pattern, 'X', text) == text.replace('b', 'X'))
print([len(part) for part in re.split(pattern, text)])
print(re.subn(pattern, lambda found: found[0].upper(), text, count=3)[1])
print([found.span() for found in re.finditer(pattern, text)])
print(re.match('(a+)+c|(a+)b', 'a' * 21 + 'b').groups())
print(re.fullmatch('(é+)+c|(é+)b', 'é' * 20 + 'b').span(2))

# Two threads, each in its own search.
results = {}


def work(name, end):
    results[name] = re.search('(a+)+c|(a+)' + end, 'a' * 20 + end).span()


threads = [threading.Thread(target=work, args=(n, e)) for n, e in enumerate('xyz')]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(results.items()))
