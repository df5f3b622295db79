"""How true predictions are: `cargo xtask fidelity [PLOT.svg]`.

Every pair runs through every adapter on a native CPython (median of five
runs) and on Airlock's virtual clock, with three profiles: the built-in one,
which tells what a CPython cost on the machine that it was fitted for; the same
scaled to this machine by one number, how fast it runs bytecode; and one
measured here just before. Printed are the wall times, and for how many pairs
the adapters come in the same order. Adapters whose runs overlap between their
quartiles, or whose medians differ by less than 3 %, count as equal; so do those
whose predictions differ by less.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, '../../crates/link/examples')
ADAPTERS = ['run', 'runner', 'nested', 'thread', 'greenlet', 'pool']
RUNS = 5
# Times whose ratio is not below this are called equal.
EQUAL = 0.97
BUILT_IN = os.path.join(HERE, '../../crates/engine/profiles/cpython-3.11.json')
# What the operating system does: a faster interpreter makes none of it faster.
OF_THE_SYSTEM = {'thread_switch_nanos', 'thread_started_nanos', 'thread_woken_nanos', 'pipe_woken_nanos',
                 'wait_late_nanos', 'poll_granule_nanos'}
# Awaits a coroutine that returns at once: bytecode, and nothing of a loop.
BYTECODE = '''
import asyncio, os, statistics, time
if hasattr(os, 'sched_setaffinity'):
    os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
async def noop(): return 1
async def go(count):
    for _ in range(count): await noop()
def timed(count):
    start = time.perf_counter()
    asyncio.run(go(count))
    return (time.perf_counter() - start) / count * 1e9
timed(10_000)
print(statistics.median(timed(100_000) for _ in range(25)))
'''

CORE = '''
import asyncio
async def noop(n=0): return n
async def tick(n=0): await asyncio.sleep(0); return n
async def wait(seconds): await asyncio.sleep(seconds); return 1
async def tasks(count):
    return sum(await asyncio.gather(*[tick(n) for n in range(count)]))
async def fan(count, seconds):
    return sum(await asyncio.gather(*[wait(seconds) for _ in range(count)]))
async def hand_over(count):
    queue = asyncio.Queue(1)
    async def produce():
        for n in range(count): await queue.put(n)
    task = asyncio.create_task(produce())
    total = 0
    for _ in range(count): total += await queue.get()
    await task
    return total
async def numbers(count):
    for n in range(count):
        await asyncio.sleep(0)
        yield n
async def thread(count):
    return [await asyncio.to_thread(int) for _ in range(count)]
async def lock(count):
    held = asyncio.Lock()
    async def use():
        async with held: await asyncio.sleep(0)
    await asyncio.gather(*[use() for _ in range(count)])
'''
SHELLS = {
    'trivial calls': 'for n in range(200): core.noop(n)',
    'one turn each': 'for n in range(200): core.tick(n)',
    'few calls': 'for n in range(50): core.noop(n)',
    'ten waits of 5 ms': 'for n in range(10): core.wait(0.005)',
    'thirty waits of 1 ms': 'for n in range(30): core.wait(0.001)',
    'one fan-out': 'core.fan(10, 0.005)',
    'ten fan-outs': 'for n in range(10): core.fan(10, 0.001)',
    'task storms': 'for n in range(20): core.tasks(100)',
    'queues': 'for n in range(20): core.hand_over(50)',
    'iterator': 'for n in range(5):\n    for item in core.numbers(20): pass' ,
    'threads in the core': 'for n in range(10): core.thread(10)',
    'locks': 'for n in range(20): core.lock(30)',
    'calls and computing': 'for n in range(50):\n    core.tick(n); sum(range(2000))',
    'wait and compute': 'for n in range(10):\n    core.wait(0.002); sum(range(20000))',
}


def pairs(folder):
    """Name, core and shell of each pair."""
    for name, text in SHELLS.items():
        core, shell = (os.path.join(folder, f'{name.replace(" ", "_")}_{part}.py') for part in ('core', 'shell'))
        with open(core, 'w') as file:
            file.write(CORE)
        with open(shell, 'w') as file:
            file.write(f'import airlock, core\ncore = airlock.wrap(core)\n{text}\n')
        yield name, core, shell
    for name in ('fan_out', 'rate_limiter', 'chat_room', 'timeouts', 'pipeline', 'to_thread'):
        yield name, os.path.join(EXAMPLES, name, 'core.py'), os.path.join(EXAMPLES, name, 'shell.py')


def native(adapter, core, shell):
    """Milliseconds of each run."""
    done = subprocess.run([sys.executable, os.path.join(HERE, 'native.py'), adapter, core, shell, str(RUNS)],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise SystemExit(f'{shell} through {adapter}: {done.stderr}')
    return [float(line) for line in done.stderr.split()]


def predicted(airlock, adapter, core, shell, profile):
    done = subprocess.run([airlock, 'run', core, shell, '--adapter', adapter, '--clock', 'virtual', '--json',
                           '--profile', profile], capture_output=True, text=True)
    return json.loads(done.stdout)['cost']['wall_ns'] / 1e6


def calibrated(airlock, folder):
    """The file of a profile of this machine's interpreter."""
    script, profile = (os.path.join(folder, name) for name in ('calibrate.py', 'here.json'))
    with open(script, 'w') as file:
        subprocess.run([airlock, 'calibrate'], stdout=file, check=True)
    with open(profile, 'w') as file:
        subprocess.run([sys.executable, script], stdout=file, stderr=subprocess.DEVNULL, check=True)
    return profile


def scaled(folder):
    """The file of the built-in profile for a machine that runs bytecode as fast as this one; and how fast that is."""
    with open(BUILT_IN) as file:
        profile = json.load(file)
    done = subprocess.run([sys.executable, '-c', BYTECODE], capture_output=True, text=True, check=True)
    factor = float(done.stdout) / profile['await_nanos']
    for name, price in profile.items():
        if name.endswith(('_nanos', '_picos')) and name not in OF_THE_SYSTEM:
            profile[name] = round(price * factor)
    profile['name'] = 'scaled'
    path = os.path.join(folder, 'scaled.json')
    with open(path, 'w') as file:
        json.dump(profile, file)
    return path, factor


def faster(runs, others):
    """Whether an adapter is natively faster than another, beyond the noise."""
    third_quarter = statistics.quantiles(runs, n=4)[2]
    first_quarter = statistics.quantiles(others, n=4)[0]
    return third_quarter < first_quarter and statistics.median(runs) < EQUAL * statistics.median(others)


def same_order(measured, foretold):
    """Whether no two adapters that differ natively are foretold the other way."""
    return all(EQUAL * foretold[a] <= foretold[b]
               for a in measured for b in measured if faster(measured[a], measured[b]))


LOW, HIGH = 0.1, 300
TICKS = 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200
COLOURS = dict(zip(ADAPTERS, ('#dc2626', '#2563eb', '#9333ea', '#d97706', '#059669', '#0891b2')))


def panel(title, points, left, top, size):
    """Predicted over measured milliseconds on logarithmic axes, as parts of an SVG."""
    bottom, right = top + size, left + size
    along = lambda value: (math.log10(value) - math.log10(LOW)) / (math.log10(HIGH) - math.log10(LOW)) * size
    x, y = (lambda value: left + along(value)), (lambda value: bottom - along(value))
    yield f'<text x="{left}" y="{top - 10}" font-weight="bold">{title}</text>'
    yield f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#333"/>'
    for tick in TICKS:
        yield (f'<path d="M{x(tick):.1f} {bottom}v5M{left} {y(tick):.1f}h-5" stroke="#333"/>'
               f'<text x="{x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{tick}</text>'
               f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for factor, dash in ((1, ''), (1.15, '4 3'), (1 / 1.15, '4 3'), (1.3, '1 4'), (1 / 1.3, '1 4')):
        low, high = max(LOW, LOW / factor), min(HIGH, HIGH / factor)
        yield (f'<path d="M{x(low):.1f} {y(low * factor):.1f}L{x(high):.1f} {y(high * factor):.1f}" '
               f'stroke="#999" stroke-dasharray="{dash}"/>')
    for name, adapter, measured, foretold in points:
        yield (f'<circle cx="{x(measured):.1f}" cy="{y(foretold):.1f}" r="3.5" fill="{COLOURS[adapter]}" '
               f'fill-opacity=".65"><title>{name}, {adapter}: {measured:.2f} and {foretold:.2f} ms</title></circle>')
    yield f'<text x="{left + size / 2}" y="{bottom + 40}" text-anchor="middle">measured, ms</text>'
    middle = top + size / 2
    yield (f'<text x="{left - 42}" y="{middle}" text-anchor="middle" transform="rotate(-90 {left - 42} {middle})">'
           'predicted, ms</text>')


def plot(points, path):
    """A panel for each profile, side by side."""
    size, top, gap = 400, 40, 64
    parts = []
    for number, (title, of_profile) in enumerate(points.items()):
        parts += panel(title, of_profile, gap + number * (size + gap), top, size)
    for row, adapter in enumerate(ADAPTERS):
        parts.append(f'<circle cx="{gap + 16}" cy="{top + 12 + row * 18}" r="4" fill="{COLOURS[adapter]}"/>'
                     f'<text x="{gap + 26}" y="{top + 16 + row * 18}">{adapter}</text>')
    width, height = gap + len(points) * (size + gap), top + size + 78
    parts.append(f'<text x="{gap}" y="{height - 14}" fill="#555">Each point is a pair through an adapter. Lines: equal, '
                 '15 % (dashes), 30 % (dots).</text>')
    with open(path, 'w') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                   'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
                   + '\n'.join(parts) + '</svg>\n')


def summary(profile, points, ordered):
    errors = [abs(foretold / measured - 1) for _, _, measured, foretold in points]
    within = lambda share: sum(error <= share for error in errors) / len(errors) * 100
    print(f'{profile}: order of the adapters right in {sum(ordered)} of {len(ordered)} pairs; wall within 15% for '
          f'{within(0.15):.0f}%, within 30% for {within(0.3):.0f}%')


def main():
    airlock = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        scaled_here, factor = scaled(folder)
        profiles = {'cpython-3.11': 'cpython-3.11', 'scaled to here': scaled_here,
                    'measured here': calibrated(airlock, folder)}
        print(f'this machine takes {factor:.2f} times as long for bytecode as the one of the built-in profile')
        points = {profile: [] for profile in profiles}
        ordered = {profile: [] for profile in profiles}
        print(f'{"pair":22} {"adapter":8} {"measured":>12} ' + ' '.join(f'{profile:>21}' for profile in profiles))
        for name, core, shell in pairs(folder):
            measured = {adapter: native(adapter, core, shell) for adapter in ADAPTERS}
            medians = {adapter: statistics.median(runs) for adapter, runs in measured.items()}
            foretold = {profile: {adapter: predicted(airlock, adapter, core, shell, path) for adapter in ADAPTERS}
                        for profile, path in profiles.items()}
            for profile in profiles:
                ordered[profile].append(same_order(measured, foretold[profile]))
                points[profile] += [(name, adapter, medians[adapter], foretold[profile][adapter])
                                    for adapter in ADAPTERS]
            for adapter in ADAPTERS:
                columns = [f'{foretold[profile][adapter]:9.2f} ms '
                           f'{(foretold[profile][adapter] / medians[adapter] - 1) * 100:+7.1f}%' for profile in profiles]
                print(f'{name:22} {adapter:8} {medians[adapter]:9.2f} ms ' + ' '.join(columns), flush=True)
    for profile in profiles:
        summary(profile, points[profile], ordered[profile])
    if len(sys.argv) > 2:
        plot(points, sys.argv[2])


if __name__ == '__main__':
    main()
