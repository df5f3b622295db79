"""Fits a cost profile to measurements: `cargo xtask fit BENCH.txt`.

BENCH.txt holds lines `case {"us": ...}`: microseconds per call as measured on
a CPython, several runs of each case one after the other. The same calls run
here on Airlock's virtual clock with a profile that prices one primitive at a
time, which counts how often each call needs it. Prices that are not negative
and make the relative errors least, squared, are written to the profile.
"""

import inspect
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

PRIMITIVES = [
    'instruction_picos', 'loop_created_nanos', 'loop_closed_nanos', 'iteration_nanos', 'handle_nanos',
    'task_created_nanos', 'task_switch_nanos', 'fiber_switch_nanos', 'thread_switch_nanos',
    'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos', 'crossing_nanos', 'greenlet_started_nanos',
    'greenlet_crossing_nanos', 'greenlet_resumed_nanos', 'patched_task_nanos', 'patched_switch_nanos', 'wait_late_nanos',
]
# Thousandths of a nanosecond; the rest are nanoseconds.
PICOS = {'instruction_picos'}
# How fast the machine of the measurements runs bytecode, to compare it with others: this case, in the profile as
# `await_nanos`. It is no price.
SPEED = 'a_await_noop'
# Known without measuring: CPython's selectors round timeouts up to whole milliseconds for epoll.
GRANULE = {'poll_granule_nanos': 1_000_000}

CORE = '''
import asyncio
async def noop(): return 1
async def tick(): await asyncio.sleep(0); return 1
async def wait(): await asyncio.sleep(0.005)
'''

# What native adapters do, played by Airlock's own.
AIRLOCK = '''
import airlock, _airlock_shell
def patch(): _airlock_shell.patch_tasks()
nested_run = airlock._adapters._persistent.drive_nested
def with_portal(shell): shell()
def await_(coroutine): return airlock._adapters.cross_greenlet(coroutine, 'call')
'''

AWAIT = 'async def go(n):\n    for _ in range(n): {}\ndef run(n): asyncio.run(go(n))'
LOOP = 'loop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete({})'
RUN = 'def run(n):\n    for _ in range(n): asyncio.run({})'
RUNNER = 'runner = asyncio.Runner()\ndef run(n):\n    for _ in range(n): runner.run({})'
THREAD = '''
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
def run(n):
    for _ in range(n): asyncio.run_coroutine_threadsafe({}, loop).result()'''
POOL = '''
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(10)
f = lambda: 1
def run(n):
    for _ in range(n): pool.submit({}).result()'''
PORTAL = '''
def run(n):
    def shell():
        for _ in range(n): await_({})
    with_portal(shell)'''
TURNS = '''
async def turn(n):
    for _ in range(n): await asyncio.sleep(0)
async def main(n): await asyncio.gather(*[turn(n) for _ in range({})])
def run(n): asyncio.run(main(n))'''

WAIT = 'core.wait()'
WAIT_MICROS = 5000
# What a benchmark's case does for each call, as the body of `run(n)`; those
# whose name ends in `_fan` wait five milliseconds in each call.
CASES = {
    'py_call': 'def f(): return 1\ndef run(n):\n    for _ in range(n): f()',
    'g_generator_send_roundtrip': '''
def body():
    while True: yield
g = body(); next(g)
def run(n):
    for _ in range(n): g.send(None)''',
    'a_await_noop': AWAIT.format('await core.noop()'),
    'a_await_tick': AWAIT.format('await core.tick()'),
    'a_create_task_await': AWAIT.format('await asyncio.create_task(core.noop())'),
    'a_create_task_await_fan': AWAIT.format('await core.wait()'),
    'k_sleep0_1_tasks': TURNS.format(1),
    'k_sleep0_100_tasks': TURNS.format(100),
    'b_asyncio_run': RUN.format('core.noop()'),
    'b_asyncio_run_tick': RUN.format('core.tick()'),
    'b_asyncio_run_fan': RUN.format(WAIT),
    'b_new_loop_close_only': 'def run(n):\n    for _ in range(n): asyncio.new_event_loop().close()',
    'c_run_until_complete': LOOP.format('core.noop()'),
    'c_run_until_complete_tick': LOOP.format('core.tick()'),
    'c_run_until_complete_fan': LOOP.format(WAIT),
    'c_runner_run': RUNNER.format('core.noop()'),
    'c_runner_run_fan': RUNNER.format(WAIT),
    'd_threadsafe_result': THREAD.format('core.noop()'),
    'd_threadsafe_result_tick': THREAD.format('core.tick()'),
    'd_threadsafe_result_fan': THREAD.format(WAIT),
    'i_threadpool_submit_result': POOL.format('f'),
    'i_threadpool_submit_result_fan': POOL.format('time.sleep, 0.005'),
    'i_asyncio_to_thread': AWAIT.format('await asyncio.to_thread(int)'),
    'i_thread_start_join': '''
def call():
    thread = threading.Thread(target=int); thread.start(); thread.join()
def run(n):
    for _ in range(n): call()''',
    'j_greenback_await_noop': PORTAL.format('core.noop()'),
    'j_greenback_await_tick': PORTAL.format('core.tick()'),
    'j_greenback_await_noop_fan': PORTAL.format(WAIT),
    # Plain code of some length, as libraries have it; only `airlock calibrate` measures these.
    'x_queue_put_get': '''
async def go(n):
    queue = asyncio.Queue()
    for _ in range(n): queue.put_nowait(1); queue.get_nowait()
def run(n): asyncio.run(go(n))''',
    'x_class': '''
class Account:
    def __init__(self, owner): self.owner, self.entries, self.total = owner, [], 0
    def add(self, amount, text=None):
        if amount < 0 and self.total + amount < 0: raise ValueError(text)
        self.entries.append((amount, text)); self.total += amount
        return self
    def texts(self): return {text for amount, text in self.entries if amount > 2}
def run(n):
    for at in range(n):
        account = Account('Ada')
        for amount in range(4): account.add(amount, text='rent')
        account.texts()''',
    'x_future': '''
from concurrent.futures import Future
def run(n):
    for _ in range(n):
        future = Future(); future.set_running_or_notify_cancel(); future.set_result(1); future.result()''',
    'x_sum': 'numbers = list(range(1000))\ndef run(n):\n    for _ in range(n): sum(numbers)',
    # From here on the process stays patched.
    'f_nest_side_effect_create_task': 'patch()\n' + AWAIT.format('await asyncio.create_task(core.noop())'),
    'f_nest_side_effect_tick': 'patch()\n' + AWAIT.format('await core.tick()'),
    'f_nest_asyncio': '''
patch()
async def go(n):
    for _ in range(n): nested_run(core.noop())
def run(n): asyncio.run(go(n))''',
}
# Of the cases, those that longer code makes up for.
TIGHT = 'py_call', 'g_generator_send_roundtrip'
# Known without running, as Airlock's greenlets are Python code: a switch there and back, and a greenlet that ends.
GIVEN = {
    'g_greenlet_switch_roundtrip': {'fiber_switch_nanos': 2},
    'g_greenlet_create_run': {'greenlet_started_nanos': 1, 'fiber_switch_nanos': 2},
}
GIVEN_CASES = {
    'g_greenlet_switch_roundtrip': '''
from greenlet import greenlet, getcurrent
back = getcurrent().switch
def body():
    while True: back()
there = greenlet(body)
def run(n):
    for _ in range(n): there.switch()''',
    'g_greenlet_create_run': '''
from greenlet import greenlet
f = lambda: 1
def run(n):
    for _ in range(n): greenlet(f).switch()''',
}


def microseconds(case, figures):
    """Of one call, by one line of the file: the case, or its waits, which follow in the same line."""
    yield case, figures.get('us')
    # One call of a case with many tasks is a turn of each. (Ten thousand tasks at once cost more each than a few: such
    # cases are no part of the fit.)
    if 'switches_per_s' in figures and case.endswith('_tasks'):
        yield case, int(case.split('_')[-2]) * 1e6 / figures['switches_per_s']
    fan = figures.get('seqawait_fan_ms' if case == 'a_create_task_await' else 'fan_ms')
    if fan is not None:
        # Ten waits.
        yield case + '_fan', fan * 100 - WAIT_MICROS


def measured(path):
    """Median microseconds of each case over the runs in a file."""
    found = {}
    for line in open(path):
        match = re.match(r'(\w+)\s+(\{.*\})\s*$', line)
        for case, us in microseconds(match[1], json.loads(match[2])) if match else []:
            if us is not None:
                found.setdefault(case, []).append(us)
    return {case: statistics.median(values) for case, values in found.items()}


def shell(case, calls):
    return f'import asyncio, threading, time, core\n{AIRLOCK}\n{CASES[case]}\nrun(3)\nrun({calls})\n'


def run(airlock, folder, case, calls, profile):
    """Nanoseconds of the shell's run."""
    paths = [os.path.join(folder, name) for name in ('core.py', 'shell.py', 'profile.json')]
    for path, text in zip(paths, [CORE, shell(case, calls), json.dumps(profile)]):
        with open(path, 'w') as file:
            file.write(text)
    done = subprocess.run([airlock, 'run', *paths[:2], '--adapter', 'runner', '--clock', 'virtual', '--profile',
                           paths[2], '--json'], capture_output=True, text=True)
    report = json.loads(done.stdout)
    if report['shell']['error']:
        raise SystemExit(f"{case}: {report['shell']['stderr']}")
    return report['shell']['ledger']['wall_ns']


def counts(airlock, case):
    """How often one call needs each primitive."""
    if case in GIVEN:
        return GIVEN[case]
    # Dear enough to count exactly, cheap enough that no wait's end moves by a millisecond.
    few, many, price = 20, 60, 1000
    nominal = WAIT_MICROS * 1000 if case.endswith('_fan') else 0
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for primitive in PRIMITIVES:
            profile = {name: 0 for name in PRIMITIVES} | GRANULE | {'name': 'one', primitive: price}
            passed = run(airlock, folder, case, many, profile) - run(airlock, folder, case, few, profile)
            found[primitive] = (passed / (many - few) - nominal) / (price / 1000 if primitive in PICOS else price)
    return found


def fit(rows):
    """Prices in nanoseconds, by coordinate descent on the relative errors."""
    free = [name for name in PRIMITIVES if name != 'crossing_nanos']
    matrix = [[row.get(name, 0) / us / 1000 for name in free] for us, row in rows.values()]
    products = [[sum(row[one] * row[other] for row in matrix) for other in range(len(free))] for one in range(len(free))]
    slopes = [-sum(row[at] for row in matrix) for at in range(len(free))]
    prices = [0.0] * len(free)
    used = [at for at in range(len(free)) if products[at][at]]
    for _ in range(50_000):
        gained = 0.0
        for at in used:
            line = products[at]
            step = max(-slopes[at] / line[at], -prices[at])
            if step:
                prices[at] += step
                gained += step * step * line[at]
                slopes = [slope + step * product for slope, product in zip(slopes, line)]
        # Nothing that a rounded price would show.
        if gained < 1e-12:
            break
    return dict(zip(free, prices)) | {'crossing_nanos': 0.0}


CALIBRATE = '''"""Measures this Python interpreter and prints a cost profile for Airlock.

Run it with the interpreter to be predicted, on a quiet machine (20 seconds).
What it prints goes to `airlock run --profile FILE`, or into the page's menu of
cost profiles. greenlet, greenback and nest_asyncio are measured where they are
installed. How well the profile explains each case goes to stderr.
"""
import asyncio, json, sys, threading, time

# The page measures its browser in less, and then only what takes no waiting.
SECONDS = globals().get('SECONDS', 20)
QUICK = SECONDS < 5

# How often one call of each case needs each primitive, counted by Airlock.
COUNTS = {counts}
# What is not measured costs what it does on the CPython 3.11 of the built-in profile.
BUILT_IN = {built_in}
PICOS = {picos!r}
PRIMITIVES = {primitives!r}
WAIT_MICROS = {wait}
TIGHT = {tight!r}
SAMPLES = 3
ROUNDS = 5
CASES = {cases}


class core:
    async def noop(): return 1
    async def tick(): await asyncio.sleep(0); return 1
    async def wait(): await asyncio.sleep(0.005)


def settle():
    """One processor, as a handoff between two costs twice as much in one run as in the next; and no handler for Ctrl-C,
    which asyncio.run would set up and take down each time."""
    import os, signal
    if hasattr(os, 'sched_setaffinity'):
        os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def patch():
    import nest_asyncio
    nest_asyncio.apply()


def nested_run(coroutine):
    return asyncio.get_running_loop().run_until_complete(coroutine)


def with_portal(shell):
    import greenback

    async def main():
        await greenback.ensure_portal()
        shell()

    asyncio.run(main())


def tell(text):
    if not QUICK:
        print(text, file=sys.stderr)


def prepared(case, share):
    """The function of a case and how many calls take its share of seconds; none where a package is missing."""
    names = dict(asyncio=asyncio, threading=threading, time=time, core=core, patch=patch, nested_run=nested_run,
                 with_portal=with_portal)
    try:
        if 'await_' in CASES[case]:
            from greenback import await_
            names['await_'] = await_
        exec(CASES[case], names)
    except ImportError as error:
        tell(f'not measured: {{case}} ({{error}})')
        return None
    run, calls = names['run'], 4
    while (passed := timed(run, calls) * calls / 1e6) < share / 3:
        calls *= 3
    return run, max(1, int(calls * share / passed))


def timed(run, calls):
    """Microseconds of one call."""
    start = time.perf_counter()
    run(calls)
    return (time.perf_counter() - start) / calls * 1e6


def measured(cases, share):
    """Median microseconds of one call of each case, without the waiting it asks for. All take turns, so that what else
    the machine does for a while troubles each a little."""
    functions = {{case: found for case in cases if (found := prepared(case, share))}}
    times = {{case: [] for case in functions}}
    for _ in range(ROUNDS):
        for case, (run, calls) in functions.items():
            times[case] += [timed(run, calls) for _ in range(SAMPLES)]
    medians = {{case: sorted(times[case])[len(times[case]) // 2] for case in times}}
    return {{case: us - (WAIT_MICROS if case.endswith('_fan') else 0) for case, us in medians.items()}}


{fit}

def measured_rows():
    cases = [case for case in CASES if not QUICK or not case.endswith('_fan')]
    patching = [case for case in cases if 'patch()' in CASES[case]]
    share = SECONDS / len(cases) / ROUNDS / SAMPLES
    found = measured([case for case in cases if case not in patching], share) | measured(patching, share)
    # A wait cannot end early: what says so is noise. The tightest loops say little of an instruction's price where
    # longer code was measured.
    return {{case: (us, COUNTS[case]) for case, us in found.items() if us > 0 and case not in TIGHT}}


def polls_in_millis():
    import selectors
    return selectors.DefaultSelector.__name__ in ('EpollSelector', 'PollSelector', 'DevpollSelector')


if not QUICK:
    settle()
rows = measured_rows()
needed = {{name for _, row in rows.values() for name in row}}
profile = {{'name': '{{}}-{{}}.{{}}.{{}}'.format(sys.implementation.name, *sys.version_info)}}
prices = fit(rows)
for case, (us, row) in rows.items():
    fitted = sum(row.get(name, 0) * price for name, price in prices.items()) / 1000
    tell(f'{{case:32}} {{us:10.3f}} us, explained to {{(fitted / us - 1) * 100:+.1f}}%')
for name, price in prices.items():
    measured_price = round(price * 1000) if name in PICOS else round(price)
    profile[name] = measured_price if name in needed else BUILT_IN[name]
profile['poll_granule_nanos'] = 1_000_000 if not QUICK and polls_in_millis() else 0
if QUICK:
    # A browser's timers are late by what they are late by: no price of a profile.
    profile['wait_late_nanos'] = 0
print(json.dumps(profile, indent=2))
'''


def calibrate_script(counted, profile):
    """The program that measures another interpreter."""
    counted = {case: {name: round(count, 4) for name, count in row.items() if count} for case, row in counted.items()}
    texts = CASES | GIVEN_CASES
    # What patches the process comes last.
    order = sorted(counted, key=lambda case: 'patch()' in texts[case])
    counted = {case: counted[case] for case in order}
    return CALIBRATE.format(
        counts=json.dumps(counted, indent=4), built_in=json.dumps(profile, indent=4), wait=WAIT_MICROS,
        tight=TIGHT,
        cases=json.dumps({case: texts[case] for case in counted}, indent=4),
        picos=PICOS, primitives=PRIMITIVES, fit=inspect.getsource(fit).rstrip())


def main():
    bench, airlock, target, script = sys.argv[1:5]
    found = measured(bench)
    counted = {case: counts(airlock, case) for case in [*CASES, *GIVEN]}
    rows = {case: (found[case], row) for case, row in counted.items() if case in found}
    prices = fit(rows)
    print(f'{"case":30} {"measured":>10} {"fitted":>10} {"residual":>9}')
    errors = []
    for case, (us, row) in rows.items():
        fitted = sum(row.get(name, 0) * price for name, price in prices.items()) / 1000
        errors.append(abs(fitted / us - 1))
        print(f'{case:30} {us:10.3f} {fitted:10.3f} {(fitted / us - 1) * 100:+8.1f}%')
    print(f'median residual {statistics.median(errors) * 100:.1f}%, largest {max(errors) * 100:.1f}%')
    profile = {'name': 'cpython-3.11'}
    for name, price in prices.items():
        profile[name] = round(price * 1000) if name in PICOS else round(price)
        print(f'{name:24} {profile[name]}')
    profile |= GRANULE | {'await_nanos': round(found[SPEED] * 1000)}
    with open(target, 'w') as file:
        json.dump(profile, file, indent=2)
        file.write('\n')
    with open(script, 'w') as file:
        file.write(calibrate_script(counted, profile))


if __name__ == '__main__':
    main()
