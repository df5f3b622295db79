//! `cargo xtask conformance`: CPython's own tests on `airlock py`.
//!
//! The tests are those of the installed `python3`; nothing of them is copied.
//! Each file runs in a process of its own (see [`run`]), two at a time. What
//! does not pass stands in `tests/conformance/baseline.txt` with its reason
//! (see [`baseline`]); what is not asked of us, because Python 3.14 itself or
//! the `python3` at hand does otherwise, stands in `differs_in_314.txt` beside
//! it (see [`mod@reference`]).

mod baseline;
mod reference;
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::{self, Needs, Tools};
use baseline::Baseline;
use run::{FileRun, Outcome, Python};

/// The files that the project measures itself by.
const FILES: &[&str] = &[
    "test_grammar",
    "test_scope",
    "test_class",
    "test_descr",
    "test_property",
    "test_super",
    "test_dict",
    "test_list",
    "test_tuple",
    "test_set",
    "test_int",
    "test_long",
    "test_float",
    "test_complex",
    "test_unicode",
    "test_bytes",
    "test_fstring",
    "test_format",
    "test_slice",
    "test_range",
    "test_iter",
    "test_enumerate",
    "test_builtin",
    "test_exceptions",
    "test_baseexception",
    "test_except_star",
    "test_exception_group",
    "test_raise",
    "test_with",
    "test_contextlib",
    "test_contextlib_async",
    "test_functools",
    "test_itertools",
    "test_collections",
    "test_deque",
    "test_defaultdict",
    "test_ordered_dict",
    "test_heapq",
    "test_bisect",
    "test_json",
    "test_re",
    "test_math",
    "test_cmath",
    "test_random",
    "test_statistics",
    "test_patma",
    "test_named_expressions",
    "test_positional_only_arg",
    "test_keywordonlyarg",
    "test_unpack",
    "test_unpack_ex",
    "test_extcall",
    "test_decorators",
    "test_genexps",
    "test_listcomps",
    "test_setcomps",
    "test_dictcomps",
    "test_generators",
    "test_generator_stop",
    "test_yield_from",
    "test_coroutines",
    "test_asyncgen",
    "test_context",
    "test_dataclasses",
    "test_enum",
    "test_typing",
    "test_abc",
    "test_copy",
    "test_operator",
    "test_string",
    "test_textwrap",
    "test_struct",
    "test_base64",
    "test_hashlib",
    "test_datetime",
    "test_decimal",
    "test_fractions",
    "test_weakref",
    "test_memoryview",
    "test_queue",
    "test_threading",
    "test_concurrent_futures",
    "test_graphlib",
    "test_pprint",
    "test_reprlib",
    "test_types",
    "test_inspect",
    "test_traceback",
    "test_warnings",
    "test_logging",
    "test_unittest",
];

/// Files whose tests are about suspending and resuming, or that every other
/// one builds on; they are summed up on a line of their own.
const CORE_FILES: &[&str] = &[
    "test_generators",
    "test_generator_stop",
    "test_yield_from",
    "test_coroutines",
    "test_asyncgen",
    "test_contextlib",
    "test_contextlib_async",
    "test_context",
    "test_grammar",
    "test_scope",
];

const USAGE: &str =
    "usage: cargo xtask conformance [FILE...] [--update] [--reference] [--binary PATH]";

/// This machine's cores are better used by two files than by many.
const AT_A_TIME: usize = 2;

#[derive(Default)]
struct Options {
    files: Vec<String>,
    update: bool,
    reference: bool,
    /// An `airlock` that is built already.
    binary: Option<PathBuf>,
}

pub fn command(arguments: &[String]) -> Result<ExitCode> {
    let options = parse(arguments)?;
    let tools = setup::run(Needs {
        bench: options.reference,
        ..Needs::NOTHING
    })?;
    let library = link_tests(&tools)?;
    if options.reference {
        reference::command(&tools, &library, &options.files)?;
        return Ok(ExitCode::SUCCESS);
    }
    let binary = match options.binary {
        Some(binary) => std::path::absolute(binary)?,
        None => build_airlock(&tools)?,
    };
    let airlock = Python::airlock(tools.root(), &binary, &library);
    let folder = tools.root().join("tests/conformance");
    let excused = reference::read(&folder)?;
    let mut baseline = Baseline::read(&folder.join("baseline.txt"))?;
    let installed = Python::installed(tools.root(), &library);
    let runs = run_all(&options.files, &airlock, &installed, |run| {
        print_row(run, &excused)
    });
    print_total(
        "those ten",
        runs.iter().filter(|run| CORE_FILES.contains(&&*run.file)),
        &excused,
    );
    print_total("total", runs.iter(), &excused);
    if options.files.len() < FILES.len() {
        print_failing(&runs, &excused);
    }
    let fallen = baseline.fallen_back(&runs, &excused);
    if options.update {
        baseline.update(&runs, &excused);
        baseline.write(&folder.join("baseline.txt"), &python_version(&tools)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    print_mended(&baseline, &runs);
    for line in &fallen {
        println!("fell back: {line}");
    }
    Ok(if fallen.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn parse(arguments: &[String]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--update" => options.update = true,
            "--reference" => options.reference = true,
            "--binary" => options.binary = Some(rest.next().context(USAGE)?.into()),
            flag if flag.starts_with('-') => bail!("no option `{flag}`\n\n{USAGE}"),
            file => options
                .files
                .push(file.strip_prefix("test.").unwrap_or(file).to_owned()),
        }
    }
    if options.files.is_empty() {
        options.files = FILES.iter().map(|&file| file.to_owned()).collect();
    }
    Ok(options)
}

fn build_airlock(tools: &Tools) -> Result<PathBuf> {
    let mut build = tools.native("cargo");
    build.args(["build", "--release", "--package", "airlock-cli"]);
    process::run(&mut build)?;
    Ok(tools.root().join("target/release/airlock"))
}

/// Modules that tests of an older library import and 3.14 has no longer.
const REMOVED: &[&str] = &["asyncore.py", "asynchat.py", "smtpd.py"];

/// Folders with links to the tests and to little else of the installed library:
/// all that can be ours is ours.
fn link_tests(tools: &Tools) -> Result<Library> {
    let script = "import test, unittest; print(test.__path__[0]); print(unittest.__path__[0])";
    let found = process::output(tools.native("python3").args(["-c", script])).context(
        "`python3` with its `test` package is needed, and some packagings leave that out",
    )?;
    let (tests, unittest) = found.split_once('\n').context("no path of `unittest`")?;
    let folder = tools.root().join("target/conformance");
    // From 3.12 on the tests of `unittest` are in `test`.
    let unittest_tests = Path::new(unittest).join("test");
    let library = Library {
        tests: folder.join("library"),
        unittest: folder.join("unittest"),
    };
    link(&library.tests, Path::new(tests))?;
    for removed in REMOVED
        .iter()
        .map(|name| Path::new(tests).with_file_name(name))
    {
        link(&library.tests, &removed)?;
    }
    link(&library.unittest, &unittest_tests)?;
    Ok(library)
}

/// Makes `folder` hold a link to `target` of the same name, if there is one.
fn link(folder: &Path, target: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let link = folder.join(
        target
            .file_name()
            .context("a file of the library has a name")?,
    );
    let _ = std::fs::remove_file(&link);
    if !target.exists() {
        return Ok(());
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, &link)?;
    #[cfg(windows)]
    if target.is_dir() {
        std::os::windows::fs::symlink_dir(target, &link)?;
    } else {
        std::os::windows::fs::symlink_file(target, &link)?;
    }
    Ok(())
}

/// Folders to import CPython's tests from.
struct Library {
    tests: PathBuf,
    /// Has those of `unittest`, if the library keeps them apart.
    unittest: PathBuf,
}

fn python_version(tools: &Tools) -> Result<String> {
    process::output(
        tools
            .native("python3")
            .args(["-c", "import platform; print(platform.python_version())"]),
    )
}

/// Every file's run, in the order of `files`; `each` hears of one when it and
/// all before it have ended.
fn run_all(
    files: &[String],
    python: &Python,
    installed: &Python,
    each: impl Fn(&FileRun) + Sync,
) -> Vec<FileRun> {
    print_heading();
    let next = Mutex::new(0);
    let ended: Mutex<(usize, Vec<Option<FileRun>>)> =
        Mutex::new((0, files.iter().map(|_| None).collect()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let index = {
                        let mut next = next.lock().expect("no holder panics");
                        *next += 1;
                        *next - 1
                    };
                    let Some(file) = files.get(index) else { return };
                    let run = run::run_file(file, python, installed);
                    let mut ended = ended.lock().expect("no holder panics");
                    let (told, runs) = &mut *ended;
                    runs[index] = Some(run);
                    while let Some(Some(run)) = runs.get(*told) {
                        each(run);
                        *told += 1;
                    }
                }
            });
        }
    });
    let (_, runs) = ended.into_inner().expect("no holder panics");
    runs.into_iter().flatten().collect()
}

/// How many tests of a file ended how, without those that are not asked of us.
#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
    /// Errors, and tests that ended or hung the process.
    errors: usize,
    skipped: usize,
    excused: usize,
}

impl Count {
    fn of<'a>(runs: impl Iterator<Item = &'a FileRun>, excused: &BTreeSet<String>) -> Count {
        let mut count = Count::default();
        for test in runs.flat_map(|run| &run.tests) {
            match test.outcome {
                _ if excused.contains(&test.name) => count.excused += 1,
                Outcome::Passed => count.passed += 1,
                Outcome::Failed => count.failed += 1,
                Outcome::Error | Outcome::Ended | Outcome::Hung => count.errors += 1,
                Outcome::Skipped => count.skipped += 1,
            }
        }
        count
    }

    fn run(&self) -> usize {
        self.passed + self.failed + self.errors
    }

    fn share(&self) -> f64 {
        100.0 * self.passed as f64 / self.run().max(1) as f64
    }
}

fn print_heading() {
    println!(
        "{:<26} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7} {:>7}",
        "file", "run", "passed", "failed", "errors", "skipped", "differs", "share"
    );
}

fn print_row(run: &FileRun, excused: &BTreeSet<String>) {
    print_total(&run.file, std::iter::once(run), excused);
    if let Some(trouble) = &run.trouble {
        println!("    {trouble}");
    }
}

fn print_total<'a>(
    title: &str,
    runs: impl Iterator<Item = &'a FileRun>,
    excused: &BTreeSet<String>,
) {
    let count = Count::of(runs, excused);
    println!(
        "{title:<26} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7} {:>5.1} %",
        count.run(),
        count.passed,
        count.failed,
        count.errors,
        count.skipped,
        count.excused,
        count.share()
    );
}

fn print_failing(runs: &[FileRun], excused: &BTreeSet<String>) {
    for test in runs.iter().flat_map(|run| &run.tests) {
        if test.outcome.is_bad() && !excused.contains(&test.name) {
            println!("{}", baseline::line(test));
        }
    }
}

fn print_mended(baseline: &Baseline, runs: &[FileRun]) {
    let mended = baseline.mended(runs);
    if mended > 0 {
        println!("{mended} tests pass that the baseline calls failing: `--update` takes them out");
    }
}
