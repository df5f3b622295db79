//! Packages beside a playground, and loops of theirs that turn by Python code.

use airlock_engine::{
    CostProfile, Library, MemoryFiles, PACKAGES_FOLDER, Packages, Poll, Session, VirtualClock,
};
use airlock_link::{Clock, Playground};
use airlock_protocol::Side;

/// A package with a module named like one of the two programs.
const CORE: &str = "
def where():
    return __name__, __file__
";

/// A loop whose clock jumps: no part of it is native.
const LOOPS: &str = "
import asyncio

class Jumping(asyncio.SelectorEventLoop):
    now = 0
    def time(self):
        return self.now
    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = self._scheduled[0]._when
        super()._run_once()

def run(coroutine):
    with asyncio.Runner(loop_factory=Jumping) as runner:
        return runner.run(coroutine)
";

const SHELL: &str = "
import asyncio, core, sys
import kit.core, kit.loops
print(kit.core.where(), core.NAME, sys.path[:2])
try:
    open('/packages/0/kit/new.py', 'w')
except OSError as error:
    print(type(error).__name__, error.strerror)
async def late():
    await asyncio.sleep(1000)
    return 'after a thousand seconds'
print(kit.loops.run(late()))
";

fn packages() -> Packages {
    let mut files = MemoryFiles::default();
    let folder = format!("{PACKAGES_FOLDER}/0");
    files.insert(format!("{folder}/kit/__init__.py"), "");
    files.insert(format!("{folder}/kit/core.py"), CORE);
    files.insert(format!("{folder}/kit/loops.py"), LOOPS);
    Packages {
        files: Box::new(files),
        folders: vec![folder],
    }
}

fn run(playground: &Playground) -> (Session, String) {
    let clock = VirtualClock::new(CostProfile::cpython_311(), 0);
    let mut session = Session::with_packages(
        playground,
        Side::Shell,
        Box::new(clock),
        Library::new(),
        packages(),
    );
    while session.poll(1_000_000) != Poll::Ended {}
    let output = session.take_output();
    let text = output.into_iter().map(|(_, text)| text).collect();
    (session, text)
}

#[test]
fn packages_are_imported_and_cannot_be_changed() {
    let playground = Playground {
        core: "NAME = 'the own core'".to_owned(),
        shell: SHELL.to_owned(),
        clock: Clock::Virtual,
        ..Playground::default()
    };
    let (mut session, text) = run(&playground);
    assert_eq!(
        text,
        "('kit.core', '/packages/0/kit/core.py') the own core ['/playground', '/packages/0']\n\
         OSError Read-only file system\n\
         after a thousand seconds\n"
    );
    let report = session.report();
    // The loop is counted although nothing of it is native, and the thousand
    // seconds were its own affair.
    assert_eq!(report.ledger.loops, 1);
    assert!(report.ledger.iterations > 0 && report.ledger.handles > 0);
    assert!(report.ledger.wall_ns < 1_000_000_000);
    let ledger = &report.ledger;
    assert_eq!(
        ledger.wall_ns,
        ledger.python_ns + ledger.wait_ns + ledger.adapter_ns
    );
}
