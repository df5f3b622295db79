"""Measures this Python interpreter and prints a cost profile for Airlock.

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
COUNTS = {
    "py_call": {
        "instruction_picos": 11.0
    },
    "g_generator_send_roundtrip": {
        "instruction_picos": 20.0
    },
    "a_await_noop": {
        "instruction_picos": 19.0
    },
    "a_await_tick": {
        "instruction_picos": 63.1,
        "iteration_nanos": 1.0,
        "handle_nanos": 1.0,
        "task_switch_nanos": 1.0
    },
    "a_create_task_await": {
        "instruction_picos": 50.0,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0
    },
    "a_create_task_await_fan": {
        "instruction_picos": 79.1,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_switch_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "k_sleep0_1_tasks": {
        "instruction_picos": 48.0,
        "iteration_nanos": 1.0,
        "handle_nanos": 1.0,
        "task_switch_nanos": 1.0
    },
    "k_sleep0_100_tasks": {
        "instruction_picos": 4800.0,
        "iteration_nanos": 1.0,
        "handle_nanos": 100.0,
        "task_switch_nanos": 100.0
    },
    "b_asyncio_run": {
        "instruction_picos": 1446.3,
        "loop_created_nanos": 1.0,
        "loop_closed_nanos": 1.0,
        "iteration_nanos": 6.0,
        "handle_nanos": 6.0,
        "task_created_nanos": 3.0,
        "task_switch_nanos": 3.0,
        "crossing_nanos": 1.0
    },
    "b_asyncio_run_tick": {
        "instruction_picos": 1486.3,
        "loop_created_nanos": 1.0,
        "loop_closed_nanos": 1.0,
        "iteration_nanos": 7.0,
        "handle_nanos": 7.0,
        "task_created_nanos": 3.0,
        "task_switch_nanos": 4.0,
        "crossing_nanos": 1.0
    },
    "b_asyncio_run_fan": {
        "instruction_picos": 1502.3,
        "loop_created_nanos": 1.0,
        "loop_closed_nanos": 1.0,
        "iteration_nanos": 8.0,
        "handle_nanos": 8.0,
        "task_created_nanos": 3.0,
        "task_switch_nanos": 4.0,
        "crossing_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "b_new_loop_close_only": {
        "instruction_picos": 203.1,
        "loop_created_nanos": 1.0
    },
    "c_run_until_complete": {
        "instruction_picos": 285.0,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "crossing_nanos": 1.0
    },
    "c_run_until_complete_tick": {
        "instruction_picos": 325.0,
        "iteration_nanos": 3.0,
        "handle_nanos": 3.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "crossing_nanos": 1.0
    },
    "c_run_until_complete_fan": {
        "instruction_picos": 341.0,
        "iteration_nanos": 4.0,
        "handle_nanos": 4.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "crossing_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "c_runner_run": {
        "instruction_picos": 565.1,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "crossing_nanos": 1.0
    },
    "c_runner_run_fan": {
        "instruction_picos": 621.1,
        "iteration_nanos": 4.0,
        "handle_nanos": 4.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "crossing_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "d_threadsafe_result": {
        "instruction_picos": 639.1,
        "iteration_nanos": 3.0,
        "handle_nanos": 4.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 1.0,
        "pipe_woken_nanos": 1.0
    },
    "d_threadsafe_result_tick": {
        "instruction_picos": 679.1,
        "iteration_nanos": 4.0,
        "handle_nanos": 5.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 1.0,
        "pipe_woken_nanos": 1.0
    },
    "d_threadsafe_result_fan": {
        "instruction_picos": 695.1,
        "iteration_nanos": 5.0,
        "handle_nanos": 6.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 1.0,
        "pipe_woken_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "i_threadpool_submit_result": {
        "instruction_picos": 459.1,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 2.0
    },
    "i_threadpool_submit_result_fan": {
        "instruction_picos": 458.1,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 2.0,
        "wait_late_nanos": 1.0
    },
    "i_asyncio_to_thread": {
        "instruction_picos": 769.2,
        "iteration_nanos": 2.0,
        "handle_nanos": 4.0,
        "task_switch_nanos": 1.0,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 1.0,
        "pipe_woken_nanos": 1.0
    },
    "i_thread_start_join": {
        "instruction_picos": 461.0,
        "thread_switch_nanos": 2.0,
        "thread_started_nanos": 1.0,
        "thread_woken_nanos": 1.0
    },
    "j_greenback_await_noop": {
        "instruction_picos": 34.0,
        "crossing_nanos": 1.0,
        "greenlet_crossing_nanos": 1.0
    },
    "j_greenback_await_tick": {
        "instruction_picos": 74.0,
        "iteration_nanos": 1.0,
        "handle_nanos": 1.0,
        "fiber_switch_nanos": 2.0,
        "crossing_nanos": 1.0,
        "greenlet_crossing_nanos": 1.0,
        "greenlet_resumed_nanos": 1.0
    },
    "j_greenback_await_noop_fan": {
        "instruction_picos": 90.1,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "fiber_switch_nanos": 2.0,
        "crossing_nanos": 1.0,
        "greenlet_crossing_nanos": 1.0,
        "greenlet_resumed_nanos": 1.0,
        "wait_late_nanos": 1.0
    },
    "x_queue_put_get": {
        "instruction_picos": 86.1
    },
    "x_class": {
        "instruction_picos": 109.0
    },
    "x_future": {
        "instruction_picos": 194.1
    },
    "x_sum": {
        "instruction_picos": 1008.0
    },
    "g_greenlet_switch_roundtrip": {
        "fiber_switch_nanos": 2
    },
    "g_greenlet_create_run": {
        "greenlet_started_nanos": 1,
        "fiber_switch_nanos": 2
    },
    "f_nest_side_effect_create_task": {
        "instruction_picos": 50.0,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "patched_task_nanos": 1.0,
        "patched_switch_nanos": 2.0
    },
    "f_nest_side_effect_tick": {
        "instruction_picos": 63.1,
        "iteration_nanos": 1.0,
        "handle_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "patched_switch_nanos": 1.0
    },
    "f_nest_asyncio": {
        "instruction_picos": 50.0,
        "iteration_nanos": 1.0,
        "handle_nanos": 1.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "patched_task_nanos": 1.0,
        "patched_switch_nanos": 1.0
    }
}
# What is not measured costs what it does on the CPython 3.11 of the built-in profile.
BUILT_IN = {
    "name": "cpython-3.11",
    "instruction_picos": 4247,
    "loop_created_nanos": 23130,
    "loop_closed_nanos": 30582,
    "iteration_nanos": 1615,
    "handle_nanos": 1084,
    "task_created_nanos": 2524,
    "task_switch_nanos": 0,
    "fiber_switch_nanos": 293,
    "thread_switch_nanos": 5919,
    "thread_started_nanos": 80225,
    "thread_woken_nanos": 0,
    "pipe_woken_nanos": 12580,
    "greenlet_started_nanos": 13972,
    "greenlet_crossing_nanos": 3080,
    "greenlet_resumed_nanos": 2159,
    "patched_task_nanos": 3144,
    "patched_switch_nanos": 209,
    "wait_late_nanos": 208953,
    "crossing_nanos": 0,
    "poll_granule_nanos": 1000000
}
PICOS = {'instruction_picos'}
PRIMITIVES = ['instruction_picos', 'loop_created_nanos', 'loop_closed_nanos', 'iteration_nanos', 'handle_nanos', 'task_created_nanos', 'task_switch_nanos', 'fiber_switch_nanos', 'thread_switch_nanos', 'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos', 'crossing_nanos', 'greenlet_started_nanos', 'greenlet_crossing_nanos', 'greenlet_resumed_nanos', 'patched_task_nanos', 'patched_switch_nanos', 'wait_late_nanos']
WAIT_MICROS = 5000
TIGHT = ('py_call', 'g_generator_send_roundtrip')
SAMPLES = 3
ROUNDS = 5
CASES = {
    "py_call": "def f(): return 1\ndef run(n):\n    for _ in range(n): f()",
    "g_generator_send_roundtrip": "\ndef body():\n    while True: yield\ng = body(); next(g)\ndef run(n):\n    for _ in range(n): g.send(None)",
    "a_await_noop": "async def go(n):\n    for _ in range(n): await core.noop()\ndef run(n): asyncio.run(go(n))",
    "a_await_tick": "async def go(n):\n    for _ in range(n): await core.tick()\ndef run(n): asyncio.run(go(n))",
    "a_create_task_await": "async def go(n):\n    for _ in range(n): await asyncio.create_task(core.noop())\ndef run(n): asyncio.run(go(n))",
    "a_create_task_await_fan": "async def go(n):\n    for _ in range(n): await core.wait()\ndef run(n): asyncio.run(go(n))",
    "k_sleep0_1_tasks": "\nasync def turn(n):\n    for _ in range(n): await asyncio.sleep(0)\nasync def main(n): await asyncio.gather(*[turn(n) for _ in range(1)])\ndef run(n): asyncio.run(main(n))",
    "k_sleep0_100_tasks": "\nasync def turn(n):\n    for _ in range(n): await asyncio.sleep(0)\nasync def main(n): await asyncio.gather(*[turn(n) for _ in range(100)])\ndef run(n): asyncio.run(main(n))",
    "b_asyncio_run": "def run(n):\n    for _ in range(n): asyncio.run(core.noop())",
    "b_asyncio_run_tick": "def run(n):\n    for _ in range(n): asyncio.run(core.tick())",
    "b_asyncio_run_fan": "def run(n):\n    for _ in range(n): asyncio.run(core.wait())",
    "b_new_loop_close_only": "def run(n):\n    for _ in range(n): asyncio.new_event_loop().close()",
    "c_run_until_complete": "loop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete(core.noop())",
    "c_run_until_complete_tick": "loop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete(core.tick())",
    "c_run_until_complete_fan": "loop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete(core.wait())",
    "c_runner_run": "runner = asyncio.Runner()\ndef run(n):\n    for _ in range(n): runner.run(core.noop())",
    "c_runner_run_fan": "runner = asyncio.Runner()\ndef run(n):\n    for _ in range(n): runner.run(core.wait())",
    "d_threadsafe_result": "\nloop = asyncio.new_event_loop()\nthreading.Thread(target=loop.run_forever, daemon=True).start()\ndef run(n):\n    for _ in range(n): asyncio.run_coroutine_threadsafe(core.noop(), loop).result()",
    "d_threadsafe_result_tick": "\nloop = asyncio.new_event_loop()\nthreading.Thread(target=loop.run_forever, daemon=True).start()\ndef run(n):\n    for _ in range(n): asyncio.run_coroutine_threadsafe(core.tick(), loop).result()",
    "d_threadsafe_result_fan": "\nloop = asyncio.new_event_loop()\nthreading.Thread(target=loop.run_forever, daemon=True).start()\ndef run(n):\n    for _ in range(n): asyncio.run_coroutine_threadsafe(core.wait(), loop).result()",
    "i_threadpool_submit_result": "\nfrom concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(10)\nf = lambda: 1\ndef run(n):\n    for _ in range(n): pool.submit(f).result()",
    "i_threadpool_submit_result_fan": "\nfrom concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(10)\nf = lambda: 1\ndef run(n):\n    for _ in range(n): pool.submit(time.sleep, 0.005).result()",
    "i_asyncio_to_thread": "async def go(n):\n    for _ in range(n): await asyncio.to_thread(int)\ndef run(n): asyncio.run(go(n))",
    "i_thread_start_join": "\ndef call():\n    thread = threading.Thread(target=int); thread.start(); thread.join()\ndef run(n):\n    for _ in range(n): call()",
    "j_greenback_await_noop": "\ndef run(n):\n    def shell():\n        for _ in range(n): await_(core.noop())\n    with_portal(shell)",
    "j_greenback_await_tick": "\ndef run(n):\n    def shell():\n        for _ in range(n): await_(core.tick())\n    with_portal(shell)",
    "j_greenback_await_noop_fan": "\ndef run(n):\n    def shell():\n        for _ in range(n): await_(core.wait())\n    with_portal(shell)",
    "x_queue_put_get": "\nasync def go(n):\n    queue = asyncio.Queue()\n    for _ in range(n): queue.put_nowait(1); queue.get_nowait()\ndef run(n): asyncio.run(go(n))",
    "x_class": "\nclass Account:\n    def __init__(self, owner): self.owner, self.entries, self.total = owner, [], 0\n    def add(self, amount, text=None):\n        if amount < 0 and self.total + amount < 0: raise ValueError(text)\n        self.entries.append((amount, text)); self.total += amount\n        return self\n    def texts(self): return {text for amount, text in self.entries if amount > 2}\ndef run(n):\n    for at in range(n):\n        account = Account('Ada')\n        for amount in range(4): account.add(amount, text='rent')\n        account.texts()",
    "x_future": "\nfrom concurrent.futures import Future\ndef run(n):\n    for _ in range(n):\n        future = Future(); future.set_running_or_notify_cancel(); future.set_result(1); future.result()",
    "x_sum": "numbers = list(range(1000))\ndef run(n):\n    for _ in range(n): sum(numbers)",
    "g_greenlet_switch_roundtrip": "\nfrom greenlet import greenlet, getcurrent\nback = getcurrent().switch\ndef body():\n    while True: back()\nthere = greenlet(body)\ndef run(n):\n    for _ in range(n): there.switch()",
    "g_greenlet_create_run": "\nfrom greenlet import greenlet\nf = lambda: 1\ndef run(n):\n    for _ in range(n): greenlet(f).switch()",
    "f_nest_side_effect_create_task": "patch()\nasync def go(n):\n    for _ in range(n): await asyncio.create_task(core.noop())\ndef run(n): asyncio.run(go(n))",
    "f_nest_side_effect_tick": "patch()\nasync def go(n):\n    for _ in range(n): await core.tick()\ndef run(n): asyncio.run(go(n))",
    "f_nest_asyncio": "\npatch()\nasync def go(n):\n    for _ in range(n): nested_run(core.noop())\ndef run(n): asyncio.run(go(n))"
}


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
        tell(f'not measured: {case} ({error})')
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
    functions = {case: found for case in cases if (found := prepared(case, share))}
    times = {case: [] for case in functions}
    for _ in range(ROUNDS):
        for case, (run, calls) in functions.items():
            times[case] += [timed(run, calls) for _ in range(SAMPLES)]
    medians = {case: sorted(times[case])[len(times[case]) // 2] for case in times}
    return {case: us - (WAIT_MICROS if case.endswith('_fan') else 0) for case, us in medians.items()}


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

def measured_rows():
    cases = [case for case in CASES if not QUICK or not case.endswith('_fan')]
    patching = [case for case in cases if 'patch()' in CASES[case]]
    share = SECONDS / len(cases) / ROUNDS / SAMPLES
    found = measured([case for case in cases if case not in patching], share) | measured(patching, share)
    # A wait cannot end early: what says so is noise. The tightest loops say little of an instruction's price where
    # longer code was measured.
    return {case: (us, COUNTS[case]) for case, us in found.items() if us > 0 and case not in TIGHT}


def polls_in_millis():
    import selectors
    return selectors.DefaultSelector.__name__ in ('EpollSelector', 'PollSelector', 'DevpollSelector')


if not QUICK:
    settle()
rows = measured_rows()
needed = {name for _, row in rows.values() for name in row}
profile = {'name': '{}-{}.{}.{}'.format(sys.implementation.name, *sys.version_info)}
prices = fit(rows)
for case, (us, row) in rows.items():
    fitted = sum(row.get(name, 0) * price for name, price in prices.items()) / 1000
    tell(f'{case:32} {us:10.3f} us, explained to {(fitted / us - 1) * 100:+.1f}%')
for name, price in prices.items():
    measured_price = round(price * 1000) if name in PICOS else round(price)
    profile[name] = measured_price if name in needed else BUILT_IN[name]
profile['poll_granule_nanos'] = 1_000_000 if not QUICK and polls_in_millis() else 0
if QUICK:
    # A browser's timers are late by what they are late by: no price of a profile.
    profile['wait_late_nanos'] = 0
print(json.dumps(profile, indent=2))
