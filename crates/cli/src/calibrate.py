"""Measures this Python interpreter and prints a cost profile for Airlock.

Run it with the interpreter to be predicted, on a quiet machine (10 seconds),
and give what it prints to `airlock run --profile FILE`.
"""
import asyncio, json, platform, statistics, threading, time

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
    }
}
PICOS = {'instruction_picos'}
PRIMITIVES = ['instruction_picos', 'loop_created_nanos', 'loop_closed_nanos', 'iteration_nanos', 'handle_nanos', 'task_created_nanos', 'task_switch_nanos', 'fiber_switch_nanos', 'thread_switch_nanos', 'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos', 'crossing_nanos']
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
    "i_thread_start_join": "\ndef call():\n    thread = threading.Thread(target=int); thread.start(); thread.join()\ndef run(n):\n    for _ in range(n): call()"
}


class core:
    async def noop(): return 1
    async def tick(): await asyncio.sleep(0); return 1


def measure(text):
    """Median microseconds of one call."""
    names = dict(asyncio=asyncio, threading=threading, core=core)
    exec(text, names)
    run, calls = names['run'], 4
    while True:
        start = time.perf_counter()
        run(calls)
        passed = time.perf_counter() - start
        if passed > 0.02:
            break
        calls *= 4
    times = []
    for _ in range(9):
        start = time.perf_counter()
        run(calls)
        times.append((time.perf_counter() - start) / calls * 1e6)
    return statistics.median(times)


def fit(rows):
    """Prices in nanoseconds, by coordinate descent on the relative errors."""
    free = [name for name in PRIMITIVES if name != 'crossing_nanos']
    matrix = [[row.get(name, 0) / us / 1000 for name in free] for us, row in rows.values()]
    prices = [0.0] * len(free)
    errors = [-1.0] * len(matrix)
    for _ in range(50_000):
        for at in range(len(free)):
            weight = sum(row[at] ** 2 for row in matrix)
            if weight == 0:
                continue
            step = -sum(row[at] * error for row, error in zip(matrix, errors)) / weight
            step = max(step, -prices[at])
            if step:
                prices[at] += step
                errors = [error + row[at] * step for row, error in zip(matrix, errors)]
    return dict(zip(free, prices)) | {'crossing_nanos': 0.0}

rows = {case: (measure(text), COUNTS[case]) for case, text in CASES.items()}
profile = {'name': f'{platform.python_implementation().lower()}-{platform.python_version()}'}
for name, price in fit(rows).items():
    profile[name] = round(price * 1000) if name in PICOS else round(price)
# A greenlet's switch is not measured: greenlet may not be installed.
profile['fiber_switch_nanos'] = 290
print(json.dumps(profile, indent=2))
