"""What the kinds of fuzzing share: airlock runs a program under limits and must
end in time, without a panic; what went wrong is made small."""

import argparse
import pathlib
import subprocess
import tempfile
import time

SECONDS = 20


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument('airlock')
    parser.add_argument('--minutes', type=float, default=1)
    parser.add_argument('--seed', type=int, default=1)
    return parser.parse_args()


def trouble(airlock, text, *limits):
    """What went wrong that never may, or None."""
    with tempfile.NamedTemporaryFile('w', suffix='.py', encoding='utf-8', errors='replace') as file:
        file.write(text)
        file.flush()
        command = [airlock, 'py', '--clock', 'virtual', *limits, file.name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f'did not end in {SECONDS} s'
    error = done.stderr.decode(errors='replace')
    if 'panicked at' in error:
        return error[error.index('panicked at'):][:300]
    if done.returncode not in (0, 1, 2, 3, 4):
        return f'status {done.returncode}: {error[-300:]}'
    return None


def shrink(lines, fails):
    """Fewest lines or statements that still fail, by leaving out halves, then one each."""
    size = len(lines) // 2
    while size:
        start = 0
        while start < len(lines):
            rest = lines[:start] + lines[start + size:]
            if rest and fails(rest):
                lines = rest
            else:
                start += size
        size //= 2
    return lines


def search(given, make, *limits):
    """Makes texts by seed until the time is up; prints what went wrong."""
    end = time.monotonic() + 60 * given.minutes
    seed, found = given.seed, 0
    while time.monotonic() < end:
        text = make(seed)
        wrong = trouble(given.airlock, text, *limits)
        if wrong is not None:
            found += 1
            small = shrink(text.splitlines(True), lambda lines: trouble(given.airlock, ''.join(lines), *limits) is not None)
            print(f'--- seed {seed}: {wrong}\n{"".join(small)}\n', flush=True)
        seed += 1
    print(f'{seed - given.seed} texts from seed {given.seed} on, {found} with trouble')
    return 1 if found else 0


def sources():
    """The project's own programs, to be changed at random."""
    folder = pathlib.Path(__file__).parent.parent / 'programs'
    return [path.read_text(encoding='utf-8') for path in sorted(folder.rglob('*.py'))]
