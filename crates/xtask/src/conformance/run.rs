//! One test file on one Python: how each of its tests ended.
//!
//! A test may end the process or never come back. Then the process is started
//! again without the tests that ended already, until all have an outcome.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::Library;
use crate::process;

/// A test that is silent for so long hangs.
const TEST_LIMIT: Duration = Duration::from_secs(60);

/// After so long the rest of a file is given up.
const FILE_LIMIT: Duration = Duration::from_secs(900);

/// The test that `unittest` puts in the place of a file it cannot import.
const NOT_IMPORTED: &str = "unittest.loader._FailedTest.";

/// The VM's limit on what a program keeps, in MiB.
const MEMORY_MIB: u32 = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Failed,
    Error,
    Skipped,
    /// The process ended in the middle of the test.
    Ended,
    /// The test did not come back in time.
    Hung,
}

impl Outcome {
    pub const WORDS: &[(&str, Outcome)] = &[
        ("passed", Outcome::Passed),
        ("failed", Outcome::Failed),
        ("error", Outcome::Error),
        ("skipped", Outcome::Skipped),
        ("ended", Outcome::Ended),
        ("hung", Outcome::Hung),
    ];

    pub fn word(self) -> &'static str {
        Outcome::WORDS
            .iter()
            .find(|(_, outcome)| *outcome == self)
            .map_or("", |(word, _)| word)
    }

    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|&(_, outcome)| outcome)
    }

    pub fn is_bad(self) -> bool {
        !matches!(self, Outcome::Passed | Outcome::Skipped)
    }
}

#[derive(Clone, Debug)]
pub struct Test {
    /// `test.test_dict.DictTest.test_items`.
    pub name: String,
    pub outcome: Outcome,
    pub reason: String,
}

pub struct FileRun {
    /// `test_dict`.
    pub file: String,
    pub tests: Vec<Test>,
    /// What went wrong outside of every test.
    pub trouble: Option<String>,
}

/// How to run `runner.py`; its arguments follow.
pub struct Python {
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
    /// `--also` of the runner; `None` if this Python has its own `unittest.test`.
    also: Option<String>,
}

impl Python {
    pub fn airlock(root: &Path, binary: &Path, library: &Library) -> Python {
        let memory = MEMORY_MIB.to_string();
        let tests = library.tests.to_string_lossy();
        let arguments = [
            "py",
            "--memory",
            &memory,
            "--path",
            &tests,
            "tests/conformance/runner.py",
        ];
        Python::new(binary.to_owned(), &arguments, root, library)
    }

    /// `python3` itself.
    pub fn installed(root: &Path, library: &Library) -> Python {
        Python {
            also: None,
            ..Python::new(
                "python3".into(),
                &["tests/conformance/runner.py"],
                root,
                library,
            )
        }
    }

    /// CPython 3.14 as wasm, in node.
    pub fn pyodide(root: &Path, library: &Library) -> Python {
        let tests = library.tests.to_string_lossy();
        Python::new(
            "node".into(),
            &["tests/conformance/pyodide.mjs", &tests],
            root,
            library,
        )
    }

    fn new(program: PathBuf, arguments: &[&str], root: &Path, library: &Library) -> Python {
        Python {
            program,
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            folder: root.to_owned(),
            also: Some(format!("unittest={}", library.unittest.display())),
        }
    }

    fn command(&self, file: &str) -> Command {
        let mut command = process::command(&self.program, &self.folder);
        command.args(&self.arguments).arg(format!("test.{file}"));
        if let Some(also) = &self.also
            && file == "test_unittest"
        {
            command.args(["--also", also]);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// Runs a file to its end. `asked` names the tests of a file that cannot even
/// be imported, or is skipped as a whole: they all end like that.
pub fn run_file(file: &str, python: &Python, asked: &Python) -> FileRun {
    let mut run = run_tests(file, python);
    let why = match &run.tests[..] {
        [] => run.trouble.clone().map(|trouble| (Outcome::Error, trouble)),
        [test] if test.name.starts_with(NOT_IMPORTED) => {
            Some((Outcome::Error, test.reason.clone()))
        }
        [test] if test.outcome == Outcome::Skipped && test.name == format!("test.{file}") => {
            Some((Outcome::Skipped, test.reason.clone()))
        }
        _ => None,
    };
    if let Some((outcome, reason)) = why {
        let names = names(file, asked).into_iter();
        run.tests = names
            .map(|name| Test {
                name,
                outcome,
                reason: reason.clone(),
            })
            .collect();
        run.trouble = Some(reason);
    }
    run
}

/// The tests of a file, none of which is run.
fn names(file: &str, python: &Python) -> Vec<String> {
    let output = python.command(file).arg("--list").output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let listed = text
        .lines()
        .filter_map(|line| line.strip_prefix("@ listed "));
    // A file that its own Python does not have lists one that is made up.
    listed
        .filter(|name| !name.starts_with(NOT_IMPORTED))
        .map(str::to_owned)
        .collect()
}

fn run_tests(file: &str, python: &Python) -> FileRun {
    let mut run = FileRun {
        file: file.to_owned(),
        tests: Vec::new(),
        trouble: None,
    };
    let start = Instant::now();
    loop {
        let attempt = attempt(file, python, &run.tests);
        let went_on = !attempt.tests.is_empty();
        run.tests.extend(attempt.tests);
        let Some((outcome, reason)) = attempt.cut_off else {
            break;
        };
        if let Some(name) = attempt.inside {
            run.tests.push(Test {
                name,
                outcome,
                reason,
            });
        } else if !went_on {
            run.trouble = Some(format!("{} outside of a test: {reason}", outcome.word()));
            break;
        }
        if start.elapsed() > FILE_LIMIT {
            run.trouble = Some("the time for a file is up".to_owned());
            break;
        }
    }
    run
}

/// One process.
struct Attempt {
    /// The tests that ended.
    tests: Vec<Test>,
    /// The test that had started when the process ended.
    inside: Option<String>,
    /// Why the process did not come to its end.
    cut_off: Option<(Outcome, String)>,
}

fn attempt(file: &str, python: &Python, before: &[Test]) -> Attempt {
    let mut command = python.command(file);
    before.iter().for_each(|test| {
        command.arg("--skip").arg(&test.name);
    });
    let mut attempt = Attempt {
        tests: Vec::new(),
        inside: None,
        cut_off: None,
    };
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            attempt.cut_off = Some((Outcome::Ended, error.to_string()));
            return attempt;
        }
    };
    let (sender, receiver) = channel();
    let out = child.stdout.take().expect("it was asked for");
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(out).split(b'\n').map_while(Result::ok) {
            if sender
                .send(String::from_utf8_lossy(&line).into_owned())
                .is_err()
            {
                return;
            }
        }
    });
    let mut error_output = child.stderr.take().expect("it was asked for");
    let errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = std::io::Read::read_to_end(&mut error_output, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let mut finished = false;
    let mut last_sign = Instant::now();
    let hung = loop {
        let patience = TEST_LIMIT.saturating_sub(last_sign.elapsed());
        match receiver.recv_timeout(patience) {
            Ok(line) => {
                let Some(line) = line.strip_prefix("@ ") else {
                    continue;
                };
                last_sign = Instant::now();
                finished |= attempt.handle_line(line);
            }
            Err(RecvTimeoutError::Timeout) => break true,
            Err(RecvTimeoutError::Disconnected) => break false,
        }
    };
    if hung {
        let _ = child.kill();
    }
    let status = child.wait();
    // A grandchild may hold the pipe open: what it says does not matter.
    drop(receiver);
    if finished {
        return attempt;
    }
    let _ = reader.join();
    attempt.cut_off = Some(if hung {
        (
            Outcome::Hung,
            format!("no sign for {} s", TEST_LIMIT.as_secs()),
        )
    } else {
        let words = errors.join().unwrap_or_default();
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        (
            Outcome::Ended,
            format!("{status}: {}", telling_line(&words)),
        )
    });
    attempt
}

impl Attempt {
    /// Takes in one line of the runner; true if it is its last.
    fn handle_line(&mut self, line: &str) -> bool {
        let mut words = line.splitn(3, ' ');
        let (first, name, reason) = (
            words.next().unwrap_or(""),
            words.next(),
            words.next().unwrap_or(""),
        );
        let Some(name) = name else {
            return first == "end";
        };
        if first == "start" {
            self.inside = Some(name.to_owned());
        } else if let Some(outcome) = Outcome::from_word(first) {
            self.inside.take_if(|inside| inside == name);
            self.tests.push(Test {
                name: name.to_owned(),
                outcome,
                reason: reason.trim().to_owned(),
            });
        }
        false
    }
}

/// Where a panic happened, or else the last line.
fn telling_line(words: &str) -> String {
    let panic = words.lines().find(|line| line.contains("panicked at"));
    let after = panic.and_then(|panic| words.lines().skip_while(|&line| line != panic).nth(1));
    let line = match (panic, after) {
        (Some(panic), Some(message)) => format!("{} {message}", panic.trim_end()),
        _ => words
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("")
            .to_owned(),
    };
    line.chars().take(200).collect()
}
