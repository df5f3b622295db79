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
    record_here(vm, kind);
}

fn record_here(vm: &mut Vm, kind: EventKind<&str>) {
    let (line, instructions) = (program_line(vm), vm.instructions());
    let core = vm.extension::<Core>();
    let nanos = core.host.now_nanos(instructions);
    core.record_at(At { nanos, line }, kind);
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
    if vm.extension::<Core>().becomes(lane, state) {
        record_here(vm, EventKind::LaneEntered { lane, state });
    }
}

/// As [`enter`], where the time is known.
pub(crate) fn enter_now(vm: &mut Vm, nanos: u64, lane: LaneId, state: LaneState) {
    if vm.extension::<Core>().becomes(lane, state) {
        let line = program_line(vm);
        let core = vm.extension::<Core>();
        core.record_at(At { nanos, line }, EventKind::LaneEntered { lane, state });
    }
}

impl Core {
    /// As [`enter`], where time and line are known.
    pub(crate) fn enter_lane(&mut self, at: At, lane: LaneId, state: LaneState) {
        if self.becomes(lane, state) {
            self.record_at(at, EventKind::LaneEntered { lane, state });
        }
    }

    /// As [`record`], where time and line are known.
    pub(crate) fn record_at(&mut self, at: At, kind: EventKind<&str>) {
        self.recorder.record(&Event {
            at_nanos: at.nanos,
            line: at.line,
            kind,
        });
    }

    /// Whether that is new and the recorder takes it; else it is counted.
    fn becomes(&mut self, lane: LaneId, state: LaneState) -> bool {
        let Some(current) = self.lane_states.get_mut(lane as usize) else {
            return false;
        };
        if *current == state {
            return false;
        }
        *current = state;
        let is_open = self.recorder.is_open();
        if !is_open {
            self.recorder.drop_one();
        }
        is_open
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
