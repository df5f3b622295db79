"""How true predictions are: `cargo xtask fidelity [PLOT.svg]`.

Every pair runs through every adapter on a native CPython (median of five
runs) and on Airlock's virtual clock with the profile of CPython 3.11. Printed
are both wall times, and how many pairs have the adapters in the same order.
Adapters that differ natively by less than 3 % count as equal.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, '../../crates/link/examples')
ADAPTERS = ['run', 'runner', 'nested', 'thread', 'pool']
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
    'few calls': 'for n in range(10): core.noop(n)',
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
    done = subprocess.run([sys.executable, os.path.join(HERE, 'native.py'), adapter, core, shell, str(RUNS)],
                          capture_output=True, text=True)
    return statistics.median(float(line) for line in done.stdout.split())


def predicted(airlock, adapter, core, shell):
    done = subprocess.run([airlock, 'run', core, shell, '--adapter', adapter, '--clock', 'virtual', '--json'],
                          capture_output=True, text=True)
    return json.loads(done.stdout)['cost']['wall_ns'] / 1e6


def same_order(measured, foretold):
    """Whether no two adapters that differ natively are foretold the other way."""
    keys = list(measured)
    return all(foretold[a] <= foretold[b] for a in keys for b in keys if measured[a] < measured[b] * 0.97)


def plot(points, path):
    """Predicted over measured, on logarithmic axes, as SVG."""
    from math import log10
    place = lambda value: 40 + (log10(max(value, 0.1)) + 1) * 110
    dots = ''.join(f'<circle cx="{place(m):.1f}" cy="{460 - place(p):.1f}" r="3"><title>{name}</title></circle>'
                   for name, m, p in points)
    with open(path, 'w') as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 460" font-family="sans-serif" font-size="12">'
                   '<path d="M40 420L480 -20" stroke="#999"/><path d="M40 10V420H490" fill="none" stroke="#333"/>'
                   f'<g fill="#2563eb" fill-opacity=".6">{dots}</g><text x="250" y="450">measured, ms</text>'
                   '<text x="12" y="220" transform="rotate(-90 12 220)">predicted, ms</text></svg>\n')


def main():
    airlock = sys.argv[1]
    adapters = []
    for adapter in ADAPTERS:
        try:
            adapter == 'nested' and __import__('nest_asyncio')
            adapters.append(adapter)
        except ImportError:
            print('nest_asyncio is not installed: nested is left out')
    points, ordered, count = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name, core, shell in pairs(folder):
            measured = {adapter: native(adapter, core, shell) for adapter in adapters}
            foretold = {adapter: predicted(airlock, adapter, core, shell) for adapter in adapters}
            count += 1
            ordered += same_order(measured, foretold)
            for adapter in adapters:
                points.append((f'{name}, {adapter}', measured[adapter], foretold[adapter]))
                print(f'{name:22} {adapter:8} {measured[adapter]:9.2f} ms {foretold[adapter]:9.2f} ms '
                      f'{(foretold[adapter] / measured[adapter] - 1) * 100:+7.1f}%', flush=True)
    errors = [abs(p / m - 1) for _, m, p in points]
    within = lambda share: sum(error <= share for error in errors) / len(errors) * 100
    print(f'order of the adapters right in {ordered} of {count} pairs; wall within 15% for {within(0.15):.0f}%, '
          f'within 30% for {within(0.3):.0f}%')
    if len(sys.argv) > 2:
        plot(points, sys.argv[2])


if __name__ == '__main__':
    main()
