"""How true predictions are: `cargo xtask fidelity [PLOT.svg]`.

Every pair runs through every adapter on a native CPython (median of five
runs) and on Airlock's virtual clock: with the built-in profile, which tells
what a CPython cost on the machine that it was fitted for, and with a profile
measured on this one just before. Printed are the wall times, and for how many
pairs the adapters come in the same order. Adapters whose runs overlap between
their quartiles, or whose medians differ by less than 3 %, count as equal.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, '../../crates/link/examples')
ADAPTERS = ['run', 'runner', 'nested', 'thread', 'greenlet', 'pool']
RUNS = 5

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


def faster(runs, others):
    """Whether an adapter is natively faster than another, beyond the noise."""
    third_quarter = statistics.quantiles(runs, n=4)[2]
    first_quarter = statistics.quantiles(others, n=4)[0]
    return third_quarter < first_quarter and statistics.median(runs) < 0.97 * statistics.median(others)


def same_order(measured, foretold):
    """Whether no two adapters that differ natively are foretold the other way."""
    return all(foretold[a] <= foretold[b] for a in measured for b in measured if faster(measured[a], measured[b]))


def plot(points, path):
    """Predicted over measured milliseconds on logarithmic axes, as SVG."""
    from math import log10
    low, high, left, top, size = -0.7, 2.5, 60, 20, 480
    x = lambda value: left + (log10(value) - low) / (high - low) * size
    y = lambda value: top + size - (log10(value) - low) / (high - low) * size
    bottom, right = top + size, left + size
    parts = [f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#333"/>']
    for ticks in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        parts.append(f'<path d="M{x(ticks):.1f} {bottom}v5M{left} {y(ticks):.1f}h-5" stroke="#333"/>'
                     f'<text x="{x(ticks):.1f}" y="{bottom + 18}" text-anchor="middle">{ticks}</text>'
                     f'<text x="{left - 8}" y="{y(ticks) + 4:.1f}" text-anchor="end">{ticks}</text>')
    for factor, dash in ((1, ''), (1.15, '4 3'), (1 / 1.15, '4 3'), (1.3, '1 4'), (1 / 1.3, '1 4')):
        parts.append(f'<path d="M{x(0.3):.1f} {y(0.3 * factor):.1f}L{x(230):.1f} {y(230 * factor):.1f}" '
                     f'stroke="#999" stroke-dasharray="{dash}"/>')
    colours = dict(zip(ADAPTERS, ('#dc2626', '#2563eb', '#9333ea', '#d97706', '#059669', '#0891b2')))
    for name, adapter, measured, foretold in points:
        parts.append(f'<circle cx="{x(measured):.1f}" cy="{y(foretold):.1f}" r="3.5" fill="{colours[adapter]}" '
                     f'fill-opacity=".65"><title>{name}, {adapter}: {measured:.2f} and {foretold:.2f} ms</title></circle>')
    for row, adapter in enumerate(ADAPTERS):
        parts.append(f'<circle cx="{left + 16}" cy="{top + 12 + row * 18}" r="4" fill="{colours[adapter]}"/>'
                     f'<text x="{left + 26}" y="{top + 16 + row * 18}">{adapter}</text>')
    parts.append(f'<text x="{left + size / 2}" y="{bottom + 40}" text-anchor="middle">measured, ms</text>'
                 f'<text x="16" y="{top + size / 2}" text-anchor="middle" transform="rotate(-90 16 {top + size / 2})">'
                 'predicted, ms (lines: equal, 15 %, 30 %)</text>')
    with open(path, 'w') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right + 20} {bottom + 52}" '
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
        profiles = {'cpython-3.11': 'cpython-3.11', 'measured here': calibrated(airlock, folder)}
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
        plot(points['measured here'], sys.argv[2])


if __name__ == '__main__':
    main()
