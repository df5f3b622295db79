"""Any text at all is compiled or refused, in time, without a panic.

    compiler.py AIRLOCK [--minutes N] [--seed S]

The texts are random programs and the project's own, with tokens, lines and
characters left out, doubled, swapped and put in, and deep nestings. They are
only compiled, many in one process.
"""

import random
import re
import sys

from limits import options, search, sources
from programs import Maker, text_of

TOKENS = re.findall(r'\S+', '''
    def class async await lambda yield from return raise try except* except finally match case type with as import
    global nonlocal del if elif else for in while break continue pass not and or is None True ( ) [ ] { } : , ; . ...
    -> := = += ** * @ ~ | % // << f" " \'\'\' t" rb" \\ # ! $ ? 0 1_0 0x 1e 1j 0777 é 日 \x00 \x0c _ __x ''') + ['\n', '\n    ', '\t', ' ', '"""', "f'{", '}', '{x!r:>{w}}', '\ufeff', '\r']
TOKEN = re.compile(r'\w+|\s+|[^\w\s]')


def change(text, rng):
    parts = TOKEN.findall(text)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(parts) or 1)
        kind = rng.randrange(6)
        if kind == 0:
            del parts[at:at + rng.randrange(1, 4)]
        elif kind == 1:
            parts.insert(at, rng.choice(TOKENS))
        elif kind == 2:
            parts[at:at] = parts[at:at + rng.randrange(1, 30)]
        elif kind == 3 and parts:
            other = rng.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        elif kind == 4:
            parts.insert(at, rng.choice('([{') * rng.choice([1, 3, 150, 3000]))
        else:
            word = rng.choice(['not ', '-', 'lambda: ', 'x.', 'x if x else ', 'f"{', 'await ', '*', 'x[', '1+', 'if x:\n '])
            parts.insert(at, word * rng.choice([1, 2, 90, 2000]))
    return ''.join(parts)


def make(seed):
    rng = random.Random(seed)
    own = sources()
    texts = []
    for number in range(40):
        text = rng.choice(own) if rng.randrange(2) else text_of(Maker(seed * 1000 + number).program(4))
        texts.append(change(text[:6000], rng))
    return ''.join(f'try:\n    compile({text!r}, "x", {rng.choice(["exec", "exec", "eval", "single"])!r})\nexcept (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, NotImplementedError): pass\n'.replace('\n', '\n') for text in texts)


if __name__ == '__main__':
    sys.exit(search(options(), make))
