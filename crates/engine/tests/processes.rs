//! Other processes on the virtual clock: they overlap, and exactly so.

use airlock_engine::{RunReport, run_virtual};
use airlock_link::{Adapter, Clock, Playground};

fn run(adapter: Adapter, core: &str, shell: &str) -> RunReport {
    run_virtual(&Playground {
        core: core.to_owned(),
        shell: shell.to_owned(),
        adapter,
        clock: Clock::Virtual,
        ..Playground::default()
    })
}

const POOL: &str = "
import time
from concurrent.futures import ProcessPoolExecutor

def work(millis):
    time.sleep(millis / 1000)
    return millis

def add_up(count):
    total = 0
    for number in range(count):
        total += number
    return total

def timed(pool, *args):
    start = time.perf_counter()
    result = list(pool.map(*args))
    return result, time.perf_counter() - start

if __name__ == '__main__':
    with ProcessPoolExecutor(2) as two, ProcessPoolExecutor(1) as one:
        list(two.map(work, [1, 1])), list(one.map(work, [1]))
        for args in (work, [50] * 4), (add_up, [200_000] * 4):
            (result, quick), (same, slow) = timed(two, *args), timed(one, *args)
            assert result == same
            print(result[:1], f'{slow / quick:.1f}')
";

#[test]
fn two_processes_halve_the_time() {
    let report = run(Adapter::Runner, "", POOL);
    assert_eq!(report.shell.stderr, "");
    assert_eq!(report.shell.stdout, "[50] 2.0\n[19999900000] 2.0\n");
    let ledger = &report.shell.ledger;
    assert!(ledger.marshalled_bytes > 1000, "{ledger:?}");
    assert_eq!(
        ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
        ledger.wall_ns
    );
}

#[test]
fn processes_give_the_same_report_twice() {
    let [once, twice] = [(); 2].map(|()| run(Adapter::Runner, "", POOL));
    assert_eq!(
        serde_json::to_string(&once).expect("reports are JSON"),
        serde_json::to_string(&twice).expect("reports are JSON")
    );
}

#[test]
fn core_in_a_process_raises_prints_and_refuses_at_the_shells_line() {
    let core = "
import asyncio, threading
class Odd(Exception):
    def __init__(self, a, b):
        super().__init__(a)
async def work(value):
    print('work')
    await asyncio.sleep(0.01)
    return value
async def fail():
    raise KeyError('no')
async def odd():
    raise Odd(1, 2)
async def gives_a_lock():
    return {'locks': [threading.Lock()]}
async def dies():
    import os
    os._exit(3)
async def main():
    pass
";
    let shell = "
import airlock, core as plain
core = airlock.wrap(plain)
shared = [1]
shared.append(shared)
back = core.work(shared)
print(back[1] is back)
for call in core.fail, core.odd, core.gives_a_lock, core.dies, lambda: core.work({'x': [i for i in ()], 'y': (i for i in ())}):
    try:
        print(call())
    except Exception as error:
        print(f'{type(error).__name__}: {error}')
print(core.work(2))
";
    let report = run(Adapter::Process, core, shell);
    assert_eq!(report.shell.stderr, "");
    assert_eq!(
        report.shell.stdout,
        "work\nTrue\nKeyError: 'no'\nFarError: core.Odd: 1\n\
         TypeError: cannot marshal 'lock' object at result['locks'][0]\n\
         RuntimeError: the process that the core ran in died: the program exited with status 3\n\
         TypeError: cannot marshal 'generator' object at args[0]['y']\nwork\n2\n"
    );
}

#[test]
fn main_program_without_a_guard_is_told_so() {
    let shell = "
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(1) as pool:
    pool.submit(abs, -1).result()
";
    let report = run(Adapter::Runner, "", shell);
    assert!(
        report.shell.stderr.contains("if __name__ == '__main__':"),
        "{}",
        report.shell.stderr
    );
    let error = report.shell.error.expect("it raises");
    assert_eq!((error.kind.as_str(), error.line), ("RuntimeError", 4));
}

#[test]
fn what_loops_of_processes_do_is_in_the_ledger_at_once() {
    let core = "
import asyncio, time
async def work():
    await asyncio.gather(asyncio.sleep(0.001), asyncio.sleep(0.002))
async def block():
    time.sleep(0.02)
";
    let shell = "
import airlock, core
core = airlock.wrap(core)
core.work()
NAMES = 'loops', 'iterations', 'handles', 'tasks', 'task_switches', 'crossings'
def did(call):
    before = airlock.ledger()
    call()
    after = airlock.ledger()
    return [after[name] - before[name] for name in NAMES]
print(did(core.work), did(lambda: None), did(core.block))
print(airlock.ledger()['lag_max_ns'] // 1_000_000, airlock.ledger()['peak_tasks'])
";
    let through = |adapter| {
        let report = run(adapter, core, shell);
        assert_eq!(report.shell.stderr, "");
        let ledger = report.shell.ledger;
        assert_eq!(
            ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
            ledger.wall_ns
        );
        assert!(ledger.blocked_ns >= 19_000_000, "{ledger:?}");
        assert_eq!(ledger.max_concurrency, 3);
        report.shell.stdout
    };
    // As on a loop of the shell's own.
    assert_eq!(through(Adapter::Process), through(Adapter::Runner));
}
