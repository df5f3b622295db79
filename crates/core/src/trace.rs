//! Reporting to the recorder.

use airlock_trace::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome};
use airlock_vm::Vm;

use crate::state::Core;

/// Whether the recorder takes another event, so that the clock need be read.
pub(crate) fn is_open(vm: &mut Vm) -> bool {
    vm.extension::<Core>().recorder.is_open()
}

pub(crate) fn record(vm: &mut Vm, kind: EventKind) {
    if !is_open(vm) {
        vm.extension::<Core>().recorder.drop_one();
        return;
    }
    let at_nanos = crate::now(vm);
    let line = program_line(vm);
    vm.extension::<Core>().recorder.record(Event {
        at_nanos,
        line,
        kind,
    });
}

/// The line of the program's own source that runs now, or 0.
fn program_line(vm: &mut Vm) -> u32 {
    vm.current_line(is_program_file)
}

/// Whether a file is one of the playground's two programs.
pub fn is_program_file(filename: &str) -> bool {
    // Packages and the library have files of these names too.
    let is_other = filename.starts_with("/packages/") || filename.starts_with("/lib/");
    let name = filename.rsplit('/').next().unwrap_or(filename);
    (name == "core.py" || name == "shell.py") && !is_other
}

/// A new lane.
pub fn start_lane(vm: &mut Vm, of: LaneKind, name: String, parent: Option<LaneId>) -> LaneId {
    let core = vm.extension::<Core>();
    let lane = core.next_lane;
    core.next_lane += 1;
    core.lane_states.push(LaneState::Ready);
    record(
        vm,
        EventKind::LaneStarted {
            lane,
            of,
            name,
            parent,
        },
    );
    lane
}

pub fn end_lane(vm: &mut Vm, lane: LaneId, outcome: Outcome) {
    record(vm, EventKind::LaneEnded { lane, outcome });
}

/// From now on the lane does this.
pub fn enter(vm: &mut Vm, lane: LaneId, state: LaneState) {
    let core = vm.extension::<Core>();
    match core.lane_states.get_mut(lane as usize) {
        Some(current) if *current != state => *current = state,
        _ => return,
    }
    record(vm, EventKind::LaneEntered { lane, state });
}

/// A named failure was recognised.
pub fn report_failure(vm: &mut Vm, failure: &str, explanation: &str) {
    record(
        vm,
        EventKind::Failure {
            failure: failure.to_owned(),
            explanation: explanation.to_owned(),
        },
    );
}
