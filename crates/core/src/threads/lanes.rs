//! Threads in the trace: their lanes, and when these wait.

use airlock_trace::{LaneId, LaneKind, LaneState, Outcome};
use airlock_vm::{Kind, Value, Vm};

use super::{current_thread, threads};
use crate::state::Core;
use crate::{event_loop, task, trace};

/// The lane of the program's main fiber.
const MAIN_LANE: LaneId = 0;

/// The lane of what runs now: a task, a loop or a thread.
fn current_lane(vm: &mut Vm) -> LaneId {
    let running = event_loop::running_loop(vm).and_then(|running| event_loop::loop_id(vm, running));
    if let Some(lane) = task::current_lane(vm, running) {
        return lane;
    }
    match current_thread(vm) {
        0 => MAIN_LANE,
        thread => threads(vm).lanes.get(&thread).copied().unwrap_or(MAIN_LANE),
    }
}

/// What runs now holds its thread from here on, until [`end_wait`].
pub(crate) fn begin_wait(vm: &mut Vm) {
    let lane = current_lane(vm);
    trace::enter(vm, lane, LaneState::Blocked);
}

pub(crate) fn end_wait(vm: &mut Vm) {
    let lane = current_lane(vm);
    trace::enter(vm, lane, LaneState::Python);
}

/// A loop begins to turn on the running fiber. The lane of that fiber waits
/// until then, unless more is known of it, as in a crossing; a fiber that is
/// there for its loop alone has none.
pub(crate) fn begin_driving(vm: &mut Vm) -> Option<LaneId> {
    let lane = match current_thread(vm) {
        0 if vm.current_fiber() == 0 => MAIN_LANE,
        0 => return None,
        thread => threads(vm).lanes.get(&thread).copied()?,
    };
    let runs_python = vm.extension::<Core>().lane_states.get(lane as usize) == Some(&LaneState::Python);
    runs_python.then(|| trace::enter(vm, lane, LaneState::Waiting)).map(|()| lane)
}

/// A new thread that will call `function`.
pub(super) fn start(vm: &mut Vm, thread: u32, function: Value) {
    let parent = current_lane(vm);
    let name = name_of(vm, function).unwrap_or_else(|| format!("thread {thread}"));
    let lane = trace::start_lane(vm, LaneKind::Thread, name, Some(parent));
    threads(vm).lanes.insert(thread, lane);
}

/// The running thread is at its end.
pub(super) fn end(vm: &mut Vm, outcome: Outcome) {
    let thread = current_thread(vm);
    if let Some(lane) = threads(vm).lanes.remove(&thread) {
        trace::end_lane(vm, lane, outcome);
    }
}

/// The name of the `Thread` whose method this is, or of the function.
fn name_of(vm: &mut Vm, function: Value) -> Option<String> {
    let (owner, attribute) = match function.kind()? {
        Kind::Method => (vm.heap.method(function).receiver, vm.intern("_name")),
        Kind::Function => {
            let name = vm.heap.function(function).name;
            return vm.as_text(name).map(str::to_owned);
        }
        _ => return None,
    };
    let name = vm.own_attr(owner, attribute)?;
    vm.as_text(name).map(str::to_owned)
}
