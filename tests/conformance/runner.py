"""Runs one of CPython's test files and says how each test ended.

    runner.py MODULE [--skip ID]... [--only TEXT] [--list] [--also PACKAGE=FOLDER]

Prints one line for each test: `@ start ID`, then `@ OUTCOME ID REASON` with
one of passed, failed, error, skipped; the reason is the last line of the
traceback. `cargo xtask conformance` reads these; `--skip` is how it goes on
after a test that ended the process. `--list` names the tests and runs none.
`--also` lets a package be looked for in a second folder: the tests of
`unittest` live in the library of their own Python.
"""

import os
import re
import sys
import unittest

import older

ADDRESS = re.compile(r'\b0x[0-9a-fA-F]{5,}')
# The top of the working copy, which lies elsewhere on another machine.
ROOT = os.path.abspath(__file__).removesuffix('tests/conformance/runner.py')
NAME_OF_FIXTURE = re.compile(r'(setUp|tearDown)(Class|Module)_\((.*)\)')


def name_of(test):
    return re.sub(r'\s+', '_', test.id())


def one_line(text):
    """The text as it may stand in a line, and the same in the next run."""
    text = ADDRESS.sub('0x...', ' '.join(str(text).split())).replace(ROOT, '')
    return text[:200].encode('ascii', 'backslashreplace').decode()


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    # The message may have lines of its own; the first line says most. It is
    # the first that is not indented after the last line of a traceback.
    place = max((i for i, line in enumerate(lines) if line.startswith('  File ')), default=-1)
    for line in lines[place + 1:]:
        if not line.startswith('    '):
            return line
    return lines[-1] if lines else ''


def say(outcome, name, reason=''):
    # A test may have printed half a line.
    print(f'\n@ {outcome} {name} {one_line(reason)}', flush=True, file=sys.__stdout__)


class Result(unittest.TestResult):
    """Says what happens as it happens, because the next test may end us."""

    def __init__(self):
        super().__init__()
        self.started = set()
        self._ended = True
        # The outcome of classes and modules whose fixture did not work.
        self.fixtures = []

    def startTest(self, test):
        super().startTest(test)
        self._ended = False
        self.started.add(name_of(test))
        say('start', name_of(test))

    def stopTest(self, test):
        super().stopTest(test)
        self._note('passed', test)

    def addError(self, test, error):
        super().addError(test, error)
        self._note('error', test, last_line(self.errors[-1][1]))

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._note('failed', test, last_line(self.failures[-1][1]))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            outcome = 'failed' if issubclass(error[0], test.failureException) else 'error'
            self._note(outcome, test, f'{subtest._subDescription()}: {error[0].__name__}: {error[1]}')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        # A subtest that is skipped leaves its test as it is.
        if not hasattr(test, 'test_case'):
            self._note('skipped', test, reason)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self._note('passed', test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._note('failed', test, 'unexpected success')

    def _note(self, outcome, test, reason=''):
        fixture = NAME_OF_FIXTURE.fullmatch(name_of(test))
        if fixture is None:
            # The first thing that goes wrong in a test is its outcome.
            if not self._ended:
                self._ended = True
                say(outcome, name_of(test), reason)
        elif fixture[1] == 'setUp':
            self.fixtures.append((fixture[3], outcome, reason))
        else:
            say(outcome, name_of(test), reason)

    def say_never_started(self, names):
        for name in names:
            for place, outcome, reason in self.fixtures:
                if name not in self.started and name.startswith(place + '.'):
                    say(outcome, name, reason)
                    break


def names_in(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from names_in(item)
        else:
            yield name_of(item)


def drop(suite, unwanted):
    """The suite without some of its tests; class and module fixtures stay."""
    kept = []
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.append(drop(item, unwanted))
        elif not unwanted(name_of(item)):
            kept.append(item)
    return type(suite)(kept)


def main(args):
    module, only, skipped, listing = args[0], None, set(), False
    rest = iter(args[1:])
    for word in rest:
        if word == '--skip':
            skipped.add(next(rest))
        elif word == '--only':
            only = next(rest)
        elif word == '--list':
            listing = True
        elif word == '--also':
            package, folder = next(rest).split('=')
            __import__(package)
            sys.modules[package].__path__.append(folder)
    sys.argv = [sys.argv[0]]
    older.prepare(module)
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName(module)
    except unittest.SkipTest as skip:
        say('skipped', module, skip)
        suite = unittest.TestSuite()
    suite = drop(suite, lambda name: name in skipped or only is not None and only not in name)
    names = list(names_in(suite))
    print('@ count', len(names), flush=True)
    if listing:
        print('\n'.join('@ listed ' + name for name in names))
    else:
        result = Result()
        suite.run(result)
        result.say_never_started(names)
    print('\n@ end', flush=True)


if __name__ == '__main__':
    main(sys.argv[1:])
