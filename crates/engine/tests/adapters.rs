//! Every adapter over the same core: the same answers, costs that add up.

use airlock_engine::{
    Charge, CostProfile, Host, Library, Poll, RunReport, Session, StackSwitch, VirtualClock,
    run_virtual,
};
use airlock_link::{Adapter, Clock, Playground};
use airlock_protocol::Side;

const WRAPPING_CORE: &str = include_str!("pairs/wrapping_core.py");
const WRAPPING_SHELL: &str = include_str!("pairs/wrapping_shell.py");

fn through(adapter: Adapter, core: &str, shell: &str) -> RunReport {
    let playground = Playground {
        core: core.to_owned(),
        shell: shell.to_owned(),
        adapter,
        clock: Clock::Virtual,
        ..Playground::default()
    };
    run_virtual(&playground)
}

fn crossing_adapters() -> impl Iterator<Item = Adapter> {
    Adapter::offered().filter(|&adapter| adapter != Adapter::Direct)
}

/// A class whose methods are all made by decorators is wrapped as others are.
#[test]
fn methods_made_by_asynccontextmanager_are_entered_by_plain_with() {
    let core = "\
import asyncio, contextlib

class Pool:
    @contextlib.asynccontextmanager
    async def connection(self, number):
        await asyncio.sleep(0)
        yield number
        print('closed')
";
    let shell = "\
import airlock, core
with airlock.wrap(core).Pool().connection(3) as number:
    print(number)
";
    for adapter in crossing_adapters() {
        let report = through(adapter, core, shell);
        assert_eq!(
            report.shell.stdout.replace("closed\n", ""),
            "3\n",
            "{adapter:?} {}",
            report.shell.stderr
        );
    }
}

#[test]
fn wrapping_gives_the_same_answers_through_every_adapter() {
    let expected = "\
Client A client. (name='x')
get Gets it. (self, key: str, *, times=1) -> str
False True True
True False 0 A a
a:ka:k 1 1
enter
True b:z
exit None
enter
exit <class 'LookupError'>
closed
[0, 1, 2]
0
closed
0
closed
5
left
caught no
made:q b/child:w True
s:t True
7
the adapter 'jspi' is not offered here: stacks are switched on the real clock of a browser only
";
    for adapter in crossing_adapters().filter(|&adapter| adapter != Adapter::Run) {
        let report = through(adapter, WRAPPING_CORE, WRAPPING_SHELL);
        assert_eq!(report.shell.stderr, "", "{}", adapter.key());
        assert_eq!(report.shell.stdout, expected, "{}", adapter.key());
    }
}

#[test]
fn background_work_that_run_cancels_is_told() {
    let example = airlock_link::examples::by_key("pipeline").expect("it is one of the examples");
    let report = through(Adapter::Run, example.core, example.shell);
    // Its loop ended with the first item.
    assert_eq!(report.shell.stdout, "0.5 \n");
    assert_eq!(report.failures[0].kind, "background_cancelled");
    assert_eq!(report.failures[0].file, "core.py");
}

#[test]
fn shell_inside_the_core_crosses_where_the_adapter_lets_it() {
    let shell = "
import airlock, core
try:
    print(airlock.wrap(core).outer())
except RuntimeError as error:
    print(error)
";
    let expected = [
        (
            Adapter::Run,
            "asyncio.run() cannot be called from a running event loop\n",
        ),
        (Adapter::Runner, "This event loop is already running\n"),
        (Adapter::Nested, "3\n"),
        (Adapter::Greenlet, "3\n"),
        (Adapter::Pool, "3\n"),
        (Adapter::Thread, ""),
    ];
    for (adapter, stdout) in expected {
        let report = through(adapter, WRAPPING_CORE, shell);
        assert_eq!(report.shell.stdout, stdout, "{}", adapter.key());
        let kinds: Vec<&str> = report
            .failures
            .iter()
            .map(|failure| failure.kind.as_str())
            .collect();
        match adapter {
            Adapter::Run | Adapter::Runner => assert_eq!(kinds[0], "nested_loop"),
            Adapter::Thread => {
                assert_eq!(kinds, ["deadlock"]);
                assert_eq!(
                    (report.failures[0].file.as_str(), report.failures[0].line),
                    ("core.py", 77)
                );
            }
            _ => assert!(kinds.is_empty(), "{}: {kinds:?}", adapter.key()),
        }
    }
}

#[test]
fn nested_runs_unwind_last_in_first_out() {
    let core = "
import asyncio, time

async def wait(name, seconds):
    await asyncio.sleep(seconds)
    return name

def shell(name, seconds):
    import airlock, core
    name = airlock.wrap(core).wait(name, seconds)
    print(f'{name} at {(time.monotonic() - start) * 1000:.0f} ms')

async def main():
    global start
    start = time.monotonic()
    async def run(name, seconds):
        shell(name, seconds)
    await asyncio.gather(run('A', 0.02), run('B', 0.2))
";
    let report = through(
        Adapter::Nested,
        core,
        "import airlock, core\nairlock.wrap(core).main()\n",
    );
    assert_eq!(report.shell.stdout, "B at 200 ms\nA at 200 ms\n");
}

#[test]
fn spawned_shells_overlap_where_the_adapter_lets_them() {
    let core = "
import asyncio
async def work(number):
    await asyncio.sleep(0.005)
    return number
";
    let shell = "
import airlock, core, time
core = airlock.wrap(core)
def shell(number):
    return [core.work(number) for _ in range(3)]
start = time.monotonic()
shells = airlock.joinall([airlock.spawn(shell, number) for number in range(10)])
print(sum(sum(shell.get()) for shell in shells), time.monotonic() - start < 0.03)
";
    for adapter in crossing_adapters() {
        let report = through(adapter, core, shell);
        // Processes overlap too, but to start one takes longer than this.
        let overlaps = !matches!(
            adapter,
            Adapter::Runner | Adapter::Nested | Adapter::Process
        );
        assert_eq!(
            report.shell.stdout,
            format!("135 {}\n", if overlaps { "True" } else { "False" }),
            "{}",
            adapter.key()
        );
        assert_eq!(report.shell.ledger.crossings, 30);
    }
}

#[test]
fn thousand_greenlet_shells_take_as_long_as_one() {
    let core = "
import asyncio
async def work():
    await asyncio.sleep(0.005)
";
    let shell = "
import airlock, core
core = airlock.wrap(core)
def shell():
    for _ in range(10):
        core.work()
airlock.joinall(airlock.spawn(shell) for _ in range(1000))
";
    let report = through(Adapter::Greenlet, core, shell);
    assert_eq!(
        (report.shell.stderr.as_str(), report.shell.ledger.crossings),
        ("", 10_000)
    );
    // 50 ms of waiting and what CPython's prices make of 10,000 crossings.
    assert!(
        report.shell.ledger.wait_ns < 51_000_000,
        "{}",
        report.shell.ledger.wait_ns
    );
}

/// Iterations and handles of one call, as counted on CPython: 3.14 for those
/// with a loop of their own, 3.11 (where they are the same) for a loop in a
/// thread, whose pipe takes a handle. A loop that nest_asyncio has patched
/// ends a run with the coroutine, without a pass for the callback that stops
/// others.
#[test]
fn iterations_and_handles_of_a_call_equal_those_of_cpython() {
    let core = "
import asyncio
async def nothing(): return 1
async def turn(): await asyncio.sleep(0)
async def wait(): await asyncio.sleep(0.005)
";
    let shell = "
import airlock, core
core = airlock.wrap(core)
core.nothing()
for call in core.nothing, core.turn, core.wait:
    before = airlock.ledger()
    call()
    after = airlock.ledger()
    print(*[after[key] - before[key] for key in ('loops', 'iterations', 'handles')], end='; ')
";
    for (adapter, expected) in [
        (Adapter::Run, "1 6 6; 1 7 7; 1 8 8; "),
        (Adapter::Runner, "0 2 2; 0 3 3; 0 4 4; "),
        (Adapter::Nested, "0 1 1; 0 2 2; 0 3 3; "),
        (Adapter::Thread, "0 3 4; 0 4 5; 0 5 6; "),
        (Adapter::Pool, "0 2 2; 0 3 3; 0 4 4; "),
    ] {
        assert_eq!(
            through(adapter, core, shell).shell.stdout,
            expected,
            "{}",
            adapter.key()
        );
    }
}

#[test]
fn crossings_are_told_by_call_site() {
    let core = "
import asyncio
async def fast(): return 1
async def slow(): await asyncio.sleep(0.002)
";
    let shell = "
import airlock, core
core = airlock.wrap(core)
for _ in range(5):
    core.fast()
    core.slow()
";
    for adapter in crossing_adapters() {
        let crossings = through(adapter, core, shell).shell.crossings;
        let sites: Vec<_> = crossings
            .sites
            .iter()
            .map(|site| (site.site.line, site.site.name.as_str(), site.wall.count))
            .collect();
        assert_eq!(sites, [(5, "fast", 5), (6, "slow", 5)], "{}", adapter.key());
        assert!(crossings.sites[1].wall.min_ns >= 2_000_000);
        let booked: u64 = crossings
            .sites
            .iter()
            .map(|site| site.adapter.total_ns)
            .sum();
        assert_eq!(booked, crossings.adapter.total_ns);
    }
}

#[test]
fn loops_run_by_hand_are_crossings_too() {
    let core = "
import asyncio
async def work(): await asyncio.sleep(0.001)
";
    let shell = "
import asyncio, core
asyncio.run(core.work())
with asyncio.Runner() as runner:
    runner.run(core.work())
    runner.run(core.work())
";
    let report = through(Adapter::Runner, core, shell);
    let ledger = &report.shell.ledger;
    assert_eq!((ledger.crossings, ledger.loops), (3, 2));
    assert!(ledger.adapter_ns > 0);
    assert_eq!(
        ledger.python_ns + ledger.wait_ns + ledger.adapter_ns,
        ledger.wall_ns
    );
}

/// The virtual clock on a stack that can be suspended.
struct Switching(VirtualClock);

impl Host for Switching {
    fn now_nanos(&mut self, instructions: u64) -> u64 {
        self.0.now_nanos(instructions)
    }
    fn unix_nanos(&mut self, instructions: u64) -> i128 {
        self.0.unix_nanos(instructions)
    }
    fn charge(&mut self, what: Charge) {
        self.0.charge(what);
    }
    fn advance_to(&mut self, nanos: u64) {
        self.0.advance_to(nanos);
    }
    fn is_virtual(&self) -> bool {
        true
    }
    fn keeps_stack(&self) -> Option<&'static str> {
        None
    }
    fn seed(&self) -> u64 {
        0
    }
}

#[test]
fn each_crossing_suspends_the_stack_until_its_task_is_done() {
    let playground = Playground {
        core: "import asyncio\n\nseen = 0\n\nasync def quick(x):\n    return x\n\nasync def slow(x):\n    global seen\n    \
               asyncio.create_task(other())\n    await asyncio.sleep(1)\n    return x + seen\n\nasync def other():\n    \
               global seen\n    await asyncio.sleep(0.5)\n    seen += 1\n\nasync def fail():\n    raise ValueError('no')\n"
            .to_owned(),
        shell: "import airlock, core\ncore = airlock.wrap(core)\nprint(core.quick(1), core.slow(2))\ntry:\n    \
                core.fail()\nexcept ValueError as error:\n    print(error)\n"
            .to_owned(),
        adapter: Adapter::Jspi,
        clock: Clock::Virtual,
        ..Playground::default()
    };
    let host = Switching(VirtualClock::new(CostProfile::cpython_311(), 0));
    let mut session = Session::new(&playground, Side::Shell, Box::new(host), Library::new());
    let mut switches = Vec::new();
    loop {
        match session.poll(u64::MAX / 2) {
            Poll::Ended => break,
            Poll::Switching(switch) => switches.push(switch),
            Poll::Working | Poll::Waiting { .. } => {}
        }
    }
    let printed: String = session
        .take_output()
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(printed, "1 3\nno\n");
    assert_eq!(
        switches,
        [StackSwitch::Suspend, StackSwitch::Resume].repeat(3)
    );
    let ledger = session.report().ledger;
    assert_eq!(ledger.crossings, 3);
    assert_eq!(
        ledger.wall_ns,
        ledger.python_ns + ledger.wait_ns + ledger.adapter_ns
    );
}
