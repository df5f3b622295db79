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
    'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos', 'crossing_nanos',
]
# Thousandths of a nanosecond; the rest are nanoseconds.
PICOS = {'instruction_picos'}

CORE = '''
import asyncio
async def noop(): return 1
async def tick(): await asyncio.sleep(0); return 1
'''

# What a benchmark's case does for each call, as the body of `run(n)`.
CASES = {
    'py_call': ('', 'def f(): return 1\ndef run(n):\n    for _ in range(n): f()'),
    'g_generator_send_roundtrip': ('', '''
def body():
    while True: yield
g = body(); next(g)
def run(n):
    for _ in range(n): g.send(None)'''),
    'a_await_noop': ('await', 'await core.noop()'),
    'a_await_tick': ('await', 'await core.tick()'),
    'a_create_task_await': ('await', 'await asyncio.create_task(core.noop())'),
    'b_asyncio_run': ('', 'def run(n):\n    for _ in range(n): asyncio.run(core.noop())'),
    'b_asyncio_run_tick': ('', 'def run(n):\n    for _ in range(n): asyncio.run(core.tick())'),
    'b_new_loop_close_only': ('', 'def run(n):\n    for _ in range(n): asyncio.new_event_loop().close()'),
    'c_run_until_complete': ('', '''
loop = asyncio.new_event_loop()
def run(n):
    for _ in range(n): loop.run_until_complete(core.noop())'''),
    'c_run_until_complete_tick': ('', '''
loop = asyncio.new_event_loop()
def run(n):
    for _ in range(n): loop.run_until_complete(core.tick())'''),
    'c_runner_run': ('', '''
runner = asyncio.Runner()
def run(n):
    for _ in range(n): runner.run(core.noop())'''),
    'd_threadsafe_result': ('', '''
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
def run(n):
    for _ in range(n): asyncio.run_coroutine_threadsafe(core.noop(), loop).result()'''),
    'd_threadsafe_result_tick': ('', '''
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
def run(n):
    for _ in range(n): asyncio.run_coroutine_threadsafe(core.tick(), loop).result()'''),
    'i_threadpool_submit_result': ('', '''
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(10)
f = lambda: 1
def run(n):
    for _ in range(n): pool.submit(f).result()'''),
    'i_asyncio_to_thread': ('await', 'await asyncio.to_thread(int)'),
    'i_thread_start_join': ('', '''
def call():
    thread = threading.Thread(target=int); thread.start(); thread.join()
def run(n):
    for _ in range(n): call()'''),
}
# Known without running: a switch there and back.
GIVEN = {'g_greenlet_switch_roundtrip': {'fiber_switch_nanos': 2}}
GREENLET = '''
def turn():
    while True: main.switch()
main = greenlet.getcurrent(); other = greenlet.greenlet(turn)
def run(n):
    for _ in range(n): other.switch()'''


def measured(path):
    """Median microseconds of each case over the runs in a file."""
    found = {}
    for line in open(path):
        match = re.match(r'(\w+)\s+(\{.*\})\s*$', line)
        if match and 'us' in (figures := json.loads(match[2])):
            found.setdefault(match[1], []).append(figures['us'])
    return {case: statistics.median(values) for case, values in found.items()}


def case_text(case):
    if case in GIVEN:
        return GREENLET
    kind, text = CASES[case]
    if kind == 'await':
        return f'async def go(n):\n    for _ in range(n): {text}\ndef run(n): asyncio.run(go(n))'
    return text


def shell(case, calls):
    text = case_text(case)
    return f'import asyncio, threading, core\n{text}\nrun(3)\nrun({calls})\n'


def run(airlock, folder, case, calls, profile):
    """Nanoseconds of the shell's run without its waiting."""
    paths = [os.path.join(folder, name) for name in ('core.py', 'shell.py', 'profile.json')]
    for path, text in zip(paths, [CORE, shell(case, calls), json.dumps(profile)]):
        with open(path, 'w') as file:
            file.write(text)
    done = subprocess.run([airlock, 'run', *paths[:2], '--adapter', 'runner', '--clock', 'virtual', '--profile',
                           paths[2], '--json'], capture_output=True, text=True)
    report = json.loads(done.stdout)
    if report['shell']['error']:
        raise SystemExit(f"{case}: {report['shell']['stderr']}")
    return report['shell']['ledger']['wall_ns'] - report['shell']['ledger']['wait_ns']


def counts(airlock, case):
    """How often one call needs each primitive."""
    if case in GIVEN:
        return GIVEN[case]
    few, many, price = 20, 60, 1_000_000
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for primitive in PRIMITIVES:
            profile = {name: 0 for name in PRIMITIVES} | {'name': 'one', primitive: price}
            passed = run(airlock, folder, case, many, profile) - run(airlock, folder, case, few, profile)
            found[primitive] = passed / (many - few) / (price / 1000 if primitive in PICOS else price)
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

Run it with the interpreter to be predicted, on a quiet machine (10 seconds).
What it prints goes to `airlock run --profile FILE`, or into the page's menu of
cost profiles.
"""
import asyncio, json, sys, threading, time
try:
    import greenlet
except ImportError:
    greenlet = None

# The page measures its browser in less.
SECONDS = globals().get('SECONDS', 10)

# How often one call of each case needs each primitive, counted by Airlock.
COUNTS = {counts}
PICOS = {picos!r}
PRIMITIVES = {primitives!r}
NEEDS_GREENLET = {given!r}
CASES = {cases}


class core:
    async def noop(): return 1
    async def tick(): await asyncio.sleep(0); return 1


def measure(text):
    """Median microseconds of one call."""
    names = dict(asyncio=asyncio, threading=threading, greenlet=greenlet, core=core)
    exec(text, names)
    run, calls = names['run'], 4
    share = SECONDS / len(COUNTS) / 12
    while True:
        start = time.perf_counter()
        run(calls)
        passed = time.perf_counter() - start
        if passed > share / 3:
            break
        calls *= 3
    calls = max(1, int(calls * share / passed))
    times = []
    for _ in range(9):
        start = time.perf_counter()
        run(calls)
        times.append((time.perf_counter() - start) / calls * 1e6)
    return sorted(times)[4]


{fit}

rows = {{case: (measure(text), COUNTS[case]) for case, text in CASES.items() if greenlet or case not in NEEDS_GREENLET}}
profile = {{'name': '{{}}-{{}}.{{}}.{{}}'.format(sys.implementation.name, *sys.version_info)}}
for name, price in fit(rows).items():
    profile[name] = round(price * 1000) if name in PICOS else round(price)
if not greenlet:
    # As measured with CPython 3.11.
    profile['fiber_switch_nanos'] = 293
print(json.dumps(profile, indent=2))
'''


def calibrate_script(rows):
    """The program that measures another interpreter."""
    counted = {case: {name: round(count, 4) for name, count in row.items() if count} for case, (_, row) in rows.items()}
    return CALIBRATE.format(
        counts=json.dumps(counted, indent=4),
        cases=json.dumps({case: case_text(case) for case in counted}, indent=4),
        picos=PICOS, given=set(GIVEN), primitives=PRIMITIVES, fit=inspect.getsource(fit).rstrip())


def main():
    bench, airlock, target, script = sys.argv[1:5]
    found = measured(bench)
    rows = {case: (found[case], counts(airlock, case)) for case in [*CASES, *GIVEN] if case in found}
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
    with open(target, 'w') as file:
        json.dump(profile, file, indent=2)
        file.write('\n')
    with open(script, 'w') as file:
        file.write(calibrate_script(rows))


if __name__ == '__main__':
    main()
