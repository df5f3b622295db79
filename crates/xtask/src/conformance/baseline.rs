//! What is known not to pass, so that what falls back is seen.
//!
//! The file has, for each test file, a line `# test_dict: 107 passed` and the
//! tests that do not pass, one a line: `ID outcome reason`. A file that cannot
//! be imported is one line as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::run::{FileRun, Outcome, Test};
use super::{Count, FILES};

#[derive(Default)]
struct Known {
    passed: usize,
    /// Lines as they stand in the file, by the test's name.
    bad: BTreeMap<String, String>,
}

/// By test file.
#[derive(Default)]
pub struct Baseline(BTreeMap<String, Known>);

/// How a test that does not pass stands in the file.
pub fn line(test: &Test) -> String {
    format!("{}  {}  {}", test.name, test.outcome.word(), test.reason)
        .trim_end()
        .to_owned()
}

/// What a file that cannot be imported is called in place of its tests.
fn whole(run: &FileRun) -> String {
    format!("test.{}", run.file)
}

impl Baseline {
    /// An empty one if there is no such file.
    pub fn read(path: &Path) -> Result<Baseline> {
        if !path.is_file() {
            return Ok(Baseline::default());
        }
        let text = std::fs::read_to_string(path)?;
        let mut files: BTreeMap<String, Known> = BTreeMap::new();
        let mut file = String::new();
        for line in text.lines() {
            if let Some((name, count)) = line
                .strip_prefix("# test_")
                .and_then(|rest| rest.split_once(": "))
            {
                file = format!("test_{name}");
                let passed = count
                    .strip_suffix(" passed")
                    .context("a count of passed tests")?
                    .parse()?;
                files.insert(
                    file.clone(),
                    Known {
                        passed,
                        ..Known::default()
                    },
                );
            } else if !line.is_empty() && !line.starts_with('#') {
                let name = line.split("  ").next().unwrap_or("").to_owned();
                files
                    .entry(file.clone())
                    .or_default()
                    .bad
                    .insert(name, line.to_owned());
            }
        }
        Ok(Baseline(files))
    }

    pub fn write(&self, path: &Path, python: &str) -> Result<()> {
        let mut text = format!(
            "# What does not pass of CPython {python}'s tests, with the reason. Made by\n\
             # `cargo xtask conformance --update`; see README.md.\n"
        );
        // In the order of the list, which goes from the language to the library.
        let others = self
            .0
            .keys()
            .map(String::as_str)
            .filter(|file| !FILES.contains(file));
        for file in FILES.iter().copied().chain(others) {
            let Some(known) = self.0.get(file) else {
                continue;
            };
            let _ = writeln!(text, "\n# {file}: {} passed", known.passed);
            known.bad.values().for_each(|line| {
                let _ = writeln!(text, "{line}");
            });
        }
        std::fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
    }

    pub fn update(&mut self, runs: &[FileRun], excused: &BTreeSet<String>) {
        for run in runs {
            let bad = run
                .tests
                .iter()
                .filter(|test| test.outcome.is_bad() && !excused.contains(&test.name));
            let mut known = Known {
                passed: Count::of(std::iter::once(run), excused).passed,
                bad: bad.map(|test| (test.name.clone(), line(test))).collect(),
            };
            if let Some(trouble) = &run.trouble
                && known.passed == 0
            {
                let name = whole(run);
                let line = format!("{name}  {}  {trouble}", Outcome::Error.word());
                known.bad = BTreeMap::from([(name, line)]);
            }
            self.0.insert(run.file.clone(), known);
        }
    }

    /// What passed when the baseline was made and does not now. A test that is
    /// skipped or no longer there has no name in it, so files are compared by
    /// the count of what passed as well.
    pub fn fallen_back(&self, runs: &[FileRun], excused: &BTreeSet<String>) -> Vec<String> {
        let mut fallen = Vec::new();
        for run in runs {
            let Some(known) = self.0.get(&run.file) else {
                continue;
            };
            if known.bad.contains_key(&whole(run)) {
                continue;
            }
            let new = run.tests.iter().filter(|test| {
                test.outcome.is_bad()
                    && !excused.contains(&test.name)
                    && !known.bad.contains_key(&test.name)
            });
            fallen.extend(new.map(line));
            let passed = Count::of(std::iter::once(run), excused).passed;
            if passed < known.passed {
                fallen.push(format!(
                    "{}: {passed} passed, {} in the baseline",
                    run.file, known.passed
                ));
            }
        }
        fallen
    }

    /// How many tests pass that are known as failing.
    pub fn mended(&self, runs: &[FileRun]) -> usize {
        let passes = |run: &FileRun| {
            let Some(known) = self.0.get(&run.file) else {
                return 0;
            };
            let is_known =
                |name| known.bad.contains_key(&whole(run)) || known.bad.contains_key(name);
            let passed = run
                .tests
                .iter()
                .filter(|test| test.outcome == Outcome::Passed);
            passed.filter(|test| is_known(&test.name)).count()
        };
        runs.iter().map(passes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tests: &[(&str, Outcome)]) -> Vec<FileRun> {
        let test = |&(name, outcome): &(&str, Outcome)| Test {
            name: name.to_owned(),
            outcome,
            reason: "TypeError: no".to_owned(),
        };
        vec![FileRun {
            file: "test_x".to_owned(),
            tests: tests.iter().map(test).collect(),
            trouble: None,
        }]
    }

    fn baseline(tests: &[(&str, Outcome)]) -> Baseline {
        let mut baseline = Baseline::default();
        baseline.update(&run(tests), &BTreeSet::new());
        baseline
    }

    #[test]
    fn a_test_that_passed_and_fails_falls_back() {
        let baseline = baseline(&[("a", Outcome::Passed), ("b", Outcome::Failed)]);
        let now = run(&[("a", Outcome::Error), ("b", Outcome::Passed)]);
        assert_eq!(
            baseline.fallen_back(&now, &BTreeSet::new()),
            ["a  error  TypeError: no"]
        );
        assert_eq!(baseline.mended(&now), 1);
    }

    #[test]
    fn a_test_that_passed_and_is_skipped_falls_back() {
        let baseline = baseline(&[("a", Outcome::Passed), ("b", Outcome::Passed)]);
        let now = run(&[("a", Outcome::Passed), ("b", Outcome::Skipped)]);
        assert_eq!(
            baseline.fallen_back(&now, &BTreeSet::new()),
            ["test_x: 1 passed, 2 in the baseline"]
        );
    }

    #[test]
    fn what_differs_in_314_is_not_asked() {
        let excused = BTreeSet::from(["a".to_owned()]);
        let mut baseline = Baseline::default();
        baseline.update(&run(&[("a", Outcome::Failed)]), &excused);
        assert!(
            baseline
                .fallen_back(&run(&[("a", Outcome::Hung)]), &excused)
                .is_empty()
        );
    }
}
