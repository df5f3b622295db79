"""Runs random programs on python3 and on airlock and compares what they print.

    differential.py AIRLOCK [--minutes N] [--seed S] [--reference COMMAND]

A difference is made small by leaving statements out, and printed. COMMAND is
a CPython 3.14 that is asked then: what it prints too is no difference. Ends
with status 1 if there was any.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time

from limits import shrink
from programs import Maker, text_of


def printed(command, statements, seconds=30):
    with tempfile.NamedTemporaryFile('w', suffix='.py', encoding='utf-8') as file:
        file.write(text_of(statements))
        file.flush()
        try:
            done = subprocess.run([*command, file.name], capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f'did not end in {seconds} s'
    # The last line of the error is all that must be the same; but a panic is
    # never right.
    error = done.stderr.decode(errors='replace').strip()
    last = 'panicked' if 'panicked at' in error else error.splitlines()[-1] if done.returncode else ''
    # Where an object lies says nothing.
    shown = re.sub(r'0x[0-9a-f]{6,}', '0x', done.stdout.decode(errors='replace'))
    return shown + f'status {done.returncode} {last}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('airlock')
    parser.add_argument('--minutes', type=float, default=1)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--reference', nargs='+', default=None)
    options = parser.parse_args()
    airlock = [options.airlock, 'py', '--clock', 'virtual', '--memory', '256']
    end = time.monotonic() + 60 * options.minutes
    seed, found = options.seed, 0
    while time.monotonic() < end:
        statements = Maker(seed).program()

        def differs(some):
            return printed(['python3'], some) != printed(airlock, some)

        if differs(statements):
            small = shrink(statements, differs)
            theirs, ours = printed(['python3'], small), printed(airlock, small)
            if options.reference is None or printed(options.reference, small, 300) != ours:
                found += 1
                print(f'--- seed {seed}\n{"".join(small)}--- python3\n{theirs}\n--- airlock\n{ours}\n', flush=True)
        seed += 1
    print(f'{seed - options.seed} programs from seed {options.seed} on, {found} differences')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
