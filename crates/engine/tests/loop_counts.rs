//! Iterations and handles that common things take, equal to CPython 3.14's.

use airlock_engine::run_virtual;
use airlock_link::{Clock, Playground};

const PROGRAM: &str = r#"
import asyncio, airlock

async def nothing(): return 1
async def turn(): await asyncio.sleep(0)
async def wait(): await asyncio.sleep(0.005)
async def gather(count, function): await asyncio.gather(*[function() for _ in range(count)])
async def task(): await asyncio.create_task(nothing())
async def group():
    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(nothing())
async def bounded(): await asyncio.wait_for(nothing(), 1)
async def cancelled():
    sleeper = asyncio.create_task(asyncio.sleep(1))
    await asyncio.sleep(0)
    sleeper.cancel()
    try:
        await sleeper
    except asyncio.CancelledError:
        pass
async def hand_over():
    queue = asyncio.Queue(1)
    async def producer():
        for item in range(10):
            await queue.put(item)
    running = asyncio.create_task(producer())
    for _ in range(10):
        await queue.get()
    await running
async def items():
    async def numbers():
        for number in range(10):
            yield number
    async for _ in numbers():
        pass

loop = asyncio.new_event_loop()
def count(label, function):
    before = airlock.ledger()
    function()
    after = airlock.ledger()
    print(label, *[after[key] - before[key] for key in ('loops', 'iterations', 'handles')])

count('run', lambda: asyncio.run(nothing()))
count('run turn', lambda: asyncio.run(turn()))
for label, make in {
    'nothing': nothing, 'turn': turn, 'wait': wait, 'task': task, 'group': group, 'bounded': bounded,
    'cancelled': cancelled, 'hand over': hand_over, 'items': items,
    'gather nothing': lambda: gather(10, nothing), 'gather turn': lambda: gather(10, turn),
}.items():
    count(label, lambda: loop.run_until_complete(make()))
"#;

/// Measured with CPython 3.14: loops, iterations, handles.
const EXPECTED: &str = "\
run 1 6 6
run turn 1 7 7
nothing 0 2 2
turn 0 3 3
wait 0 4 4
task 0 4 4
group 0 5 23
bounded 0 2 2
cancelled 0 5 6
hand over 0 22 22
items 0 2 2
gather nothing 0 5 23
gather turn 0 6 33
";

#[test]
fn iterations_and_handles_equal_those_of_cpython() {
    let playground = Playground {
        core: String::new(),
        shell: PROGRAM.to_owned(),
        clock: Clock::Virtual,
        ..Playground::default()
    };
    let report = run_virtual(&playground);
    assert_eq!(report.shell.stderr, "");
    assert_eq!(report.shell.stdout, EXPECTED);
}
