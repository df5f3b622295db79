//! Reads how many tests passed and failed from what test runners print.

use std::ops::AddAssign;

/// Counts of one stage or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Takes in one line of a runner's output: cargo's and wasm-bindgen's
    /// `test result: ok. 3 passed; 1 failed; ...`, node's `# pass 3` in its
    /// plain form or `ℹ pass 3` in its coloured one.
    pub fn handle_line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result:") {
            let mut earlier = "";
            for word in result.split([' ', ';']).filter(|word| !word.is_empty()) {
                match word {
                    "passed" => self.passed += earlier.parse().unwrap_or(0),
                    "failed" => self.failed += earlier.parse().unwrap_or(0),
                    _ => {}
                }
                earlier = word;
            }
            return;
        }
        let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else {
            return;
        };
        match rest.split_once(' ') {
            Some(("pass", count)) => self.passed += count.parse().unwrap_or(0),
            Some(("fail" | "cancelled", count)) => self.failed += count.parse().unwrap_or(0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn check(output: &str, passed: u64, failed: u64) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.handle_line(line));
        assert_eq!(tally, Tally { passed, failed });
    }

    #[test]
    fn cargo_results_are_summed_over_binaries() {
        check(
            "running 2 tests\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
            3,
            3,
        );
    }

    #[test]
    fn node_results_are_read_in_both_forms() {
        check("# tests 5\n# pass 4\n# fail 1\n# cancelled 0", 4, 1);
        check("ℹ tests 5\nℹ pass 5\nℹ fail 0", 5, 0);
    }

    #[test]
    fn what_a_program_prints_is_not_counted() {
        check("3 passed\n# a heading\npass 3", 0, 0);
    }
}
