//! Named failures: what was recognised, and where.
//!
//! Nothing here guesses: each is reported by the code that saw it happen, or
//! found when nothing can ever run again.

use std::borrow::Cow;

use airlock_vm::{Place, Vm};

use crate::state::Core;
use crate::trace;

/// A failure at a line of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable name, for tools.
    pub kind: Cow<'static, str>,
    pub file: String,
    pub line: u32,
    /// Two sentences: what happened, and what to do instead.
    pub explanation: String,
    /// Who waits for whom, where that is the failure.
    pub waits: Vec<Waits>,
}

/// Someone who waits, for what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    pub who: String,
    pub what: String,
    pub line: u32,
}

/// More than this are not reported: a loop that fails a thousand times fails
/// in the same way.
const FAILURE_LIMIT: usize = 50;

/// Reports a failure once for each line.
pub fn report(
    vm: &mut Vm,
    kind: &'static str,
    place: Option<Place>,
    explanation: String,
    waits: Vec<Waits>,
) {
    let (file, line) = match &place {
        Some(place) => (short_name(&place.filename).to_owned(), place.line),
        None => (String::new(), 0),
    };
    let failure = Failure {
        kind: kind.into(),
        file,
        line,
        explanation,
        waits,
    };
    add(vm, failure);
}

/// Reports a failure that was recognised here or in a peer.
pub(crate) fn add(vm: &mut Vm, failure: Failure) {
    let core = vm.extension::<Core>();
    let known = core.failures.iter().any(|other| {
        other.kind == failure.kind && other.line == failure.line && other.file == failure.file
    });
    if known || core.failures.len() >= FAILURE_LIMIT {
        return;
    }
    core.failures.push(failure.clone());
    trace::report_failure(vm, &failure.kind, &failure.explanation);
}

/// As [`report`], at the program's line that runs now.
pub fn report_here(vm: &mut Vm, kind: &'static str, explanation: String) {
    let place = vm.fiber_place(vm.current_fiber(), trace::is_program_file);
    report(vm, kind, place, explanation, Vec::new());
}

pub fn short_name(filename: &str) -> &str {
    filename.rsplit('/').next().unwrap_or(filename)
}
