"""Runs one of CPython's test files and says how each test ended.

    runner.py MODULE [--skip ID]... [--only TEXT]

Prints one line for each test: `@ start ID`, then `@ OUTCOME ID` with one of
passed, failed, error, skipped, and the last line of the traceback as a JSON
text. `cargo xtask conformance` reads these; `--skip` is how it goes on after
a test that ended the process.
"""

import json
import sys
import unittest

from test.support import threading_helper


def last_line(error):
    text = ''.join(str(part) for part in error).strip() if isinstance(error, list) else str(error)
    lines = text.strip().splitlines()
    return lines[-1] if lines else ''


class Result(unittest.TestResult):
    def __init__(self, skipped_ids):
        super().__init__()
        self.skipped_ids = skipped_ids
        self.buffer = False

    def say(self, outcome, test, message=''):
        print('@', outcome, test.id().replace(' ', '_'), json.dumps(message[:300]), flush=True, file=sys.__stdout__)

    def startTest(self, test):
        super().startTest(test)
        self._ended = False
        self.say('start', test)

    def _note(self, outcome, test, message=''):
        # A subtest's failure is its test's, counted once.
        if not self._ended:
            self._ended = True
            self.say(outcome, test, message)

    def stopTest(self, test):
        super().stopTest(test)
        if not self._ended:
            self._note('passed', test)

    def addError(self, test, error):
        super().addError(test, error)
        message = last_line(self.errors[-1][1])
        if type(test).__name__ == '_ErrorHolder':
            self.say('error', test, message)
        else:
            self._note('error', test, message)

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
        if hasattr(test, '_testMethodName'):
            self._note('skipped', test, str(reason))

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self._note('passed', test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._note('failed', test, 'unexpected success')


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each(item)
        else:
            yield item


def drop(suite, unwanted):
    """The suite without some of its tests; class and module fixtures stay."""
    kept = []
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            kept.append(drop(item, unwanted))
        elif not unwanted(item.id().replace(' ', '_')):
            kept.append(item)
    return type(suite)(kept)


def main(args):
    module, only, skipped = args[0], None, set()
    rest = iter(args[1:])
    for word in rest:
        if word == '--skip':
            skipped.add(next(rest))
        elif word == '--only':
            only = next(rest)
    sys.argv = [sys.argv[0]]
    # The platform's name says that there are no threads; there are.
    threading_helper.can_start_thread = True
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    suite = drop(suite, lambda name: name in skipped or only is not None and only not in name)
    print('@ count', suite.countTestCases(), flush=True)
    suite.run(Result(skipped))
    print('@ end', flush=True)


if __name__ == '__main__':
    main(sys.argv[1:])
