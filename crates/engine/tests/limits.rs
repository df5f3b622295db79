//! What a program sees of a limit that it reaches.

use airlock_engine::run_virtual;
use airlock_link::{Limits, Playground};

/// The collector looks at the limit where a loop jumps back, and a `try` may
/// begin with that loop.
#[test]
fn memory_error_is_caught_by_the_try_around_a_loop() {
    let shell = "\
import asyncio

async def fill():
    keep = []
    try:
        while True:
            keep.append(bytearray(1 << 16))
            await asyncio.sleep(0)
    except MemoryError:
        keep.clear()
        return 'full'

print(asyncio.run(fill()))
";
    let report = run_virtual(&Playground {
        shell: shell.to_owned(),
        limits: Limits {
            heap_bytes: 8 << 20,
            ..Limits::default()
        },
        ..Playground::default()
    });
    assert_eq!(report.shell.stdout, "full\n", "{}", report.shell.stderr);
}
