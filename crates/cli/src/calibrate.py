"""Measures this Python interpreter and prints a cost profile for Airlock.

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
        "instruction_picos": 63.0,
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
    "b_asyncio_run": {
        "instruction_picos": 1428.2,
        "loop_created_nanos": 1.0,
        "loop_closed_nanos": 1.0,
        "iteration_nanos": 6.0,
        "handle_nanos": 6.0,
        "task_created_nanos": 3.0,
        "task_switch_nanos": 3.0,
        "crossing_nanos": 1.0
    },
    "b_asyncio_run_tick": {
        "instruction_picos": 1468.2,
        "loop_created_nanos": 1.0,
        "loop_closed_nanos": 1.0,
        "iteration_nanos": 7.0,
        "handle_nanos": 7.0,
        "task_created_nanos": 3.0,
        "task_switch_nanos": 4.0,
        "crossing_nanos": 1.0
    },
    "b_new_loop_close_only": {
        "instruction_picos": 203.1,
        "loop_created_nanos": 1.0
    },
    "c_run_until_complete": {
        "instruction_picos": 279.1,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "crossing_nanos": 1.0
    },
    "c_run_until_complete_tick": {
        "instruction_picos": 319.1,
        "iteration_nanos": 3.0,
        "handle_nanos": 3.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 2.0,
        "crossing_nanos": 1.0
    },
    "c_runner_run": {
        "instruction_picos": 559.1,
        "iteration_nanos": 2.0,
        "handle_nanos": 2.0,
        "task_created_nanos": 1.0,
        "task_switch_nanos": 1.0,
        "crossing_nanos": 1.0
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
    "i_threadpool_submit_result": {
        "instruction_picos": 459.1,
        "thread_switch_nanos": 2.0,
        "thread_woken_nanos": 2.0
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
        "instruction_picos": 461.1,
        "thread_switch_nanos": 2.0,
        "thread_started_nanos": 1.0,
        "thread_woken_nanos": 1.0
    },
    "g_greenlet_switch_roundtrip": {
        "fiber_switch_nanos": 2
    }
}
PICOS = {'instruction_picos'}
PRIMITIVES = ['instruction_picos', 'loop_created_nanos', 'loop_closed_nanos', 'iteration_nanos', 'handle_nanos', 'task_created_nanos', 'task_switch_nanos', 'fiber_switch_nanos', 'thread_switch_nanos', 'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos', 'crossing_nanos']
NEEDS_GREENLET = {'g_greenlet_switch_roundtrip'}
CASES = {
    "py_call": "def f(): return 1\ndef run(n):\n    for _ in range(n): f()",
    "g_generator_send_roundtrip": "\ndef body():\n    while True: yield\ng = body(); next(g)\ndef run(n):\n    for _ in range(n): g.send(None)",
    "a_await_noop": "async def go(n):\n    for _ in range(n): await core.noop()\ndef run(n): asyncio.run(go(n))",
    "a_await_tick": "async def go(n):\n    for _ in range(n): await core.tick()\ndef run(n): asyncio.run(go(n))",
    "a_create_task_await": "async def go(n):\n    for _ in range(n): await asyncio.create_task(core.noop())\ndef run(n): asyncio.run(go(n))",
    "b_asyncio_run": "def run(n):\n    for _ in range(n): asyncio.run(core.noop())",
    "b_asyncio_run_tick": "def run(n):\n    for _ in range(n): asyncio.run(core.tick())",
    "b_new_loop_close_only": "def run(n):\n    for _ in range(n): asyncio.new_event_loop().close()",
    "c_run_until_complete": "\nloop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete(core.noop())",
    "c_run_until_complete_tick": "\nloop = asyncio.new_event_loop()\ndef run(n):\n    for _ in range(n): loop.run_until_complete(core.tick())",
    "c_runner_run": "\nrunner = asyncio.Runner()\ndef run(n):\n    for _ in range(n): runner.run(core.noop())",
    "d_threadsafe_result": "\nloop = asyncio.new_event_loop()\nthreading.Thread(target=loop.run_forever, daemon=True).start()\ndef run(n):\n    for _ in range(n): asyncio.run_coroutine_threadsafe(core.noop(), loop).result()",
    "d_threadsafe_result_tick": "\nloop = asyncio.new_event_loop()\nthreading.Thread(target=loop.run_forever, daemon=True).start()\ndef run(n):\n    for _ in range(n): asyncio.run_coroutine_threadsafe(core.tick(), loop).result()",
    "i_threadpool_submit_result": "\nfrom concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(10)\nf = lambda: 1\ndef run(n):\n    for _ in range(n): pool.submit(f).result()",
    "i_asyncio_to_thread": "async def go(n):\n    for _ in range(n): await asyncio.to_thread(int)\ndef run(n): asyncio.run(go(n))",
    "i_thread_start_join": "\ndef call():\n    thread = threading.Thread(target=int); thread.start(); thread.join()\ndef run(n):\n    for _ in range(n): call()",
    "g_greenlet_switch_roundtrip": "\ndef turn():\n    while True: main.switch()\nmain = greenlet.getcurrent(); other = greenlet.greenlet(turn)\ndef run(n):\n    for _ in range(n): other.switch()"
}


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

rows = {case: (measure(text), COUNTS[case]) for case, text in CASES.items() if greenlet or case not in NEEDS_GREENLET}
profile = {'name': '{}-{}.{}.{}'.format(sys.implementation.name, *sys.version_info)}
for name, price in fit(rows).items():
    profile[name] = round(price * 1000) if name in PICOS else round(price)
if not greenlet:
    # As measured with CPython 3.11.
    profile['fiber_switch_nanos'] = 293
print(json.dumps(profile, indent=2))
