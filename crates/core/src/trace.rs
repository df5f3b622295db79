//! Reporting to the recorder.

use airlock_trace::{Event, EventKind, LaneId, LaneKind, LaneState, Outcome, WaitLine};
use airlock_vm::Vm;

use crate::state::Core;

/// Whether the recorder takes another event, so that the clock need be read.
pub(crate) fn is_open(vm: &mut Vm) -> bool {
    vm.extension::<Core>().recorder.is_open()
}

/// When something happens, and at which line of the program.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub nanos: u64,
    pub line: u32,
}

pub(crate) fn record(vm: &mut Vm, kind: EventKind<&str>) {
    if !is_open(vm) {
        vm.extension::<Core>().recorder.drop_one();
        return;
    }
    let at = At {
        nanos: crate::now(vm),
        line: program_line(vm),
    };
    record_at(vm, at, kind);
}

/// As [`record`], where time and line are known.
pub(crate) fn record_at(vm: &mut Vm, at: At, kind: EventKind<&str>) {
    vm.extension::<Core>().recorder.record(&Event {
        at_nanos: at.nanos,
        line: at.line,
        kind,
    });
}

/// The line of the program's own source that runs now, or 0.
pub(crate) fn program_line(vm: &mut Vm) -> u32 {
    vm.current_line(is_program_file)
}

/// The same with its file, for a wait that begins now.
pub(crate) fn wait_line(vm: &mut Vm) -> WaitLine {
    let place = vm.current_place(is_program_file);
    place.map_or_else(WaitLine::default, |(file, line)| WaitLine {
        in_shell: file.ends_with("shell.py"),
        line,
    })
}

/// Whether a file is one of the playground's two programs.
pub fn is_program_file(filename: &str) -> bool {
    // Asked of every frame when something is recorded: most names end
    // otherwise.
    let folder = filename
        .strip_suffix("core.py")
        .or_else(|| filename.strip_suffix("shell.py"));
    // Packages and the library have files of these names too.
    folder.is_some_and(|folder| {
        (folder.is_empty() || folder.ends_with('/'))
            && !folder.starts_with("/packages/")
            && !folder.starts_with("/lib/")
    })
}

/// A new lane.
pub fn start_lane(vm: &mut Vm, of: LaneKind, name: &str, parent: Option<LaneId>) -> LaneId {
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
    if becomes(vm, lane, state) {
        record(vm, EventKind::LaneEntered { lane, state });
    }
}

pub(crate) fn enter_at(vm: &mut Vm, at: At, lane: LaneId, state: LaneState) {
    if becomes(vm, lane, state) {
        record_at(vm, at, EventKind::LaneEntered { lane, state });
    }
}

/// As [`enter`], where the time is known.
pub(crate) fn enter_now(vm: &mut Vm, now: u64, lane: LaneId, state: LaneState) {
    if !becomes(vm, lane, state) {
        return;
    }
    if !is_open(vm) {
        vm.extension::<Core>().recorder.drop_one();
        return;
    }
    let at = At {
        nanos: now,
        line: program_line(vm),
    };
    record_at(vm, at, EventKind::LaneEntered { lane, state });
}

/// Whether that is new.
fn becomes(vm: &mut Vm, lane: LaneId, state: LaneState) -> bool {
    let core = vm.extension::<Core>();
    match core.lane_states.get_mut(lane as usize) {
        Some(current) if *current != state => {
            *current = state;
            true
        }
        _ => false,
    }
}

/// A named failure was recognised.
pub fn report_failure(vm: &mut Vm, failure: &str, explanation: &str) {
    record(
        vm,
        EventKind::Failure {
            failure,
            explanation,
        },
    );
}
