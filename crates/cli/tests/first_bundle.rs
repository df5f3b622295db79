//! What the downloads of the page must hold.

use std::process::Command;

use airlock_link::examples;
use airlock_stdlib::Library;

const MODULES_WITH_FILES: &str = "import sys
print(*[name for name, module in sys.modules.items()
        if (getattr(module, '__file__', None) or '').startswith('/lib/') and name not in ('os.path', 'collections.abc')])
";

/// With these imported, nothing may come from the third download.
const NEEDED: &str = "asyncio, collections, contextlib, dataclasses, enum, functools, itertools, json, math, random, \
                      time, typing, threading, concurrent.futures, re, queue, abc, copy, string, sys, os, io, logging, \
                      traceback, warnings, weakref, textwrap, collections.abc, contextvars, operator, heapq, bisect";

fn airlock(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args(args)
        .output()
        .expect("it starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What of `output`'s last line is not among `known`.
fn missing<'a>(output: &'a str, known: &[String]) -> Vec<&'a str> {
    let names = output.lines().last().unwrap_or_default().split_whitespace();
    names
        .filter(|name| !known.iter().any(|known| known == name))
        .collect()
}

#[test]
fn first_download_is_enough_for_the_first_example() {
    let folder = std::env::temp_dir().join(format!("airlock-first-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    let example = examples::ALL[0];
    let (core, shell) = (folder.join("core.py"), folder.join("shell.py"));
    std::fs::write(&core, example.core).expect("it can be written");
    std::fs::write(&shell, format!("{}\n{MODULES_WITH_FILES}", example.shell))
        .expect("it can be written");
    let json = airlock(&[
        "run",
        &core.to_string_lossy(),
        &shell.to_string_lossy(),
        "--clock",
        "virtual",
        "--json",
    ]);
    std::fs::remove_dir_all(&folder).expect("it can be removed");
    let report: serde_json::Value = serde_json::from_str(&json).expect("reports are JSON");
    let output = report["shell"]["stdout"]
        .as_str()
        .expect("the shell printed");
    assert!(output.contains("asyncio.tasks"), "{output}");
    let [first, _] = Library::download_names();
    assert_eq!(missing(output, &first), [""; 0]);
}

#[test]
fn two_downloads_have_what_most_programs_import() {
    let code = format!(
        "import {NEEDED}\n\
         @dataclasses.dataclass\n\
         class Point:\n    x: int\n    y: 'str' = ''\n\
         async def main():\n    return await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(int))\n\
         asyncio.run(main())\n{MODULES_WITH_FILES}"
    );
    let output = airlock(&["py", "-c", &code]);
    assert!(output.contains("dataclasses"), "{output}");
    assert_eq!(
        missing(&output, &Library::download_names().concat()),
        [""; 0]
    );
}
