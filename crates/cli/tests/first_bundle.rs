//! What the first download of the page must hold.

use std::process::Command;

/// With these imported, nothing may come from the second download.
const NEEDED: &str = "asyncio, collections, contextlib, dataclasses, enum, functools, itertools, json, math, random, \
                      time, typing, threading, concurrent.futures, re, queue, abc, copy, string, sys, os, io, logging, \
                      traceback, warnings, weakref, textwrap, collections.abc, contextvars, operator, heapq, bisect";

#[test]
fn first_bundle_has_what_most_programs_import() {
    let code = format!(
        "import {NEEDED}\n\
         @dataclasses.dataclass\n\
         class Point:\n    x: int\n    y: 'str' = ''\n\
         async def main():\n    return await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(int))\n\
         asyncio.run(main())\n\
         print(*[name for name, module in sys.modules.items() if getattr(module, '__file__', None) not in (None, '<string>') and name not in ('os.path', 'collections.abc', '__main__')])"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_airlock")).args(["py", "-c", &code]).output().expect("it starts");
    let names = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let first = airlock_stdlib::Library::first();
    let missing: Vec<&str> = names.split_whitespace().filter(|name| !first.iter().any(|known| known == name)).collect();
    assert!(missing.is_empty(), "not in the first bundle: {missing:?}");
}
