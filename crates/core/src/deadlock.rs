//! Why nothing can run again: who waits for whom.
//!
//! Asked only when every fiber is parked and no timer is set, so that what is
//! said is proven: no one is left who could end any of the waits.

use airlock_vm::{FiberId, Kind, Place, Value, Vm};

use crate::failures::Waits;
use crate::state::{Core, LoopId, Ready};
use crate::threads::{lock, queue};
use crate::{event_loop, task, trace};

/// What a fiber is parked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WaitsOn {
    Lock(Value),
    Queue,
    /// The end of a thread.
    Thread,
    /// The core's answer, on the shell's greenlet.
    Greenlet,
    /// News of a peer.
    Peer,
}

/// A deadlock with its name, its line and its explanation.
pub struct Deadlock {
    pub kind: &'static str,
    pub place: Option<Place>,
    pub explanation: String,
    pub waits: Vec<Waits>,
}

/// Tasks of a loop that are listed with what they wait for.
const LISTED_TASKS: usize = 12;
const FUTURES: &str = "concurrent/futures/_base.py";
const POOL: &str = "concurrent/futures/thread.py";

/// A parked fiber as the explanation needs it.
struct Stuck {
    fiber: FiberId,
    thread: u32,
    on: Option<WaitsOn>,
    place: Option<Place>,
    /// The loop that it runs.
    running: Option<LoopId>,
    /// The loop has nothing to do; else a handle of it blocks.
    loop_idle: bool,
    /// The future of `concurrent.futures` whose result it waits for.
    future: Option<Value>,
    /// The queue that it is a pool's worker for.
    pool: Option<Value>,
}

/// Finds what the deadlock is.
pub fn explain(vm: &mut Vm) -> Deadlock {
    let stuck = stuck_fibers(vm);
    let mut waits = Vec::new();
    for fiber in &stuck {
        waits.push(describe(vm, fiber));
        if let Some(id) = fiber.running.filter(|_| fiber.loop_idle) {
            waits.extend(describe_tasks(vm, id));
        }
    }
    let found = own_lock(vm, &stuck)
        .or_else(|| lock_cycle(vm, &stuck))
        .or_else(|| own_loop(vm, &stuck))
        .or_else(|| pool_starvation(vm, &stuck))
        .or_else(|| two_loops(vm, &stuck))
        .or_else(|| task_cycle(vm, &stuck))
        .or_else(|| task_locks(vm, &stuck))
        .or_else(|| idle_core(vm, &stuck));
    let (kind, place, explanation) = found.unwrap_or_else(|| {
        let place = stuck.iter().find_map(|fiber| fiber.place.clone());
        let text = if stuck.len() == 1 {
            "The program waits here, no timer is set and nothing else of it is left to run. Let whoever is to end \
             the wait run first, or give the wait a timeout."
        } else {
            "Every thread waits for another, and no timer is set that could end a wait. Let one of them go on \
             without the others, or give its wait a timeout."
        };
        ("deadlock", place, text.to_owned())
    });
    Deadlock {
        kind,
        place,
        explanation,
        waits,
    }
}

fn stuck_fibers(vm: &mut Vm) -> Vec<Stuck> {
    let fibers: Vec<FiberId> = vm.parked_fibers().collect();
    fibers
        .into_iter()
        .map(|fiber| {
            let place = vm.fiber_place(fiber, trace::is_program_file);
            let future = vm
                .fiber_variable(fiber, FUTURES, "result", "self")
                .filter(|future| future.is(Kind::Instance));
            let pool = vm.fiber_variable(fiber, POOL, "_worker", "work_queue");
            let thread = vm.fiber(fiber).thread;
            let core = vm.extension::<Core>();
            let running = core
                .loops
                .iter()
                .position(|state| state.running && state.runner == fiber);
            let loop_idle = running.is_some_and(|id| core.loops[id].waiting == Some(fiber));
            let on = core.waits_on.get(&fiber).copied();
            Stuck {
                fiber,
                thread,
                on,
                place,
                running,
                loop_idle,
                future,
                pool,
            }
        })
        .collect()
}

fn name_of(vm: &mut Vm, fiber: &Stuck) -> String {
    crate::threads::lanes::thread_name(vm, fiber.thread)
}

fn describe(vm: &mut Vm, fiber: &Stuck) -> Waits {
    let who = name_of(vm, fiber);
    let what = match (fiber.on, fiber.running) {
        _ if fiber.loop_idle => "something for its loop to do".to_owned(),
        _ if fiber.future.is_some() => "a result".to_owned(),
        (Some(WaitsOn::Lock(value)), _) => match lock::holder(vm, value) {
            Some(thread) => format!(
                "a lock that {} holds",
                crate::threads::lanes::thread_name(vm, thread)
            ),
            None => "a lock".to_owned(),
        },
        (Some(WaitsOn::Queue), _) => "an item of a queue".to_owned(),
        (Some(WaitsOn::Thread), _) => "the end of a thread".to_owned(),
        (Some(WaitsOn::Peer), _) => "news of another process".to_owned(),
        (Some(WaitsOn::Greenlet), _) => "the core's answer".to_owned(),
        (None, _) => "something that cannot come".to_owned(),
    };
    Waits {
        who,
        what,
        line: fiber.place.as_ref().map_or(0, |place| place.line),
    }
}

fn describe_tasks(vm: &mut Vm, id: LoopId) -> Vec<Waits> {
    let tasks = event_loop::pending_tasks(vm, id).into_iter();
    tasks
        .take(LISTED_TASKS)
        .map(|task| {
            let name = task::coroutine_name(vm, task).unwrap_or_default();
            Waits {
                who: format!("the task {name}()"),
                what: wanted_by(vm, task).to_owned(),
                line: task::place(vm, task).map_or(0, |place| place.line),
            }
        })
        .collect()
}

/// What a task waits for, by the function of asyncio that it waits in.
fn wanted_by(vm: &Vm, task: Value) -> &'static str {
    let place = task::innermost_place(vm, task);
    let found = place.as_ref().map(|place| {
        let file = place.filename.rsplit('/').next().unwrap_or_default();
        (file, place.function.as_str())
    });
    match found {
        Some(("locks.py", "acquire")) => LOCK,
        Some(("locks.py", "wait_for" | "wait")) => "an event or a condition",
        Some(("locks.py", _)) => "others at a barrier",
        Some(("queues.py", "put")) => "room in a queue",
        Some(("queues.py", "join")) => "the work on a queue to end",
        Some(("queues.py", _)) => "an item of a queue",
        Some(("streams.py", _)) => "a stream",
        _ => match task::waiter(vm, task) {
            Some(other) if task::is_task(vm, other) => "the end of another task",
            _ => "a future",
        },
    }
}

const LOCK: &str = "a lock or semaphore";

type Found = Option<(&'static str, Option<Place>, String)>;

/// A lock is taken twice by one thread.
fn own_lock(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let fiber = stuck.iter().find(|fiber| match fiber.on {
        Some(WaitsOn::Lock(value)) => {
            lock::holder(vm, value) == Some(fiber.thread) && is_direct(vm, fiber)
        }
        _ => false,
    })?;
    let text = "This thread takes a lock that it holds already, and only itself could let it go. Use an RLock, or \
                release the lock before this line.";
    Some(("deadlock", fiber.place.clone(), text.to_owned()))
}

/// Whether the program itself takes the lock, not a condition or a queue of
/// the library that uses one to wait.
fn is_direct(vm: &Vm, fiber: &Stuck) -> bool {
    let mut innermost = None;
    vm.fiber_places(fiber.fiber, |place| {
        innermost = Some(trace::is_program_file(&place.filename));
        false
    });
    innermost == Some(true)
}

/// Threads that hold a lock each and wait for another's.
fn lock_cycle(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    for start in stuck {
        let (mut at, mut steps) = (start, 0);
        while let Some(WaitsOn::Lock(value)) = at.on {
            if !is_direct(vm, at) {
                break;
            }
            let Some(holder) = lock::holder(vm, value) else {
                break;
            };
            let Some(next) = stuck.iter().find(|other| other.thread == holder) else {
                break;
            };
            steps += 1;
            if next.fiber == start.fiber && steps > 1 {
                let text = format!(
                    "{steps} threads hold a lock each and wait for the next one's, in a circle. Take the locks in \
                     the same order everywhere."
                );
                return Some(("deadlock", start.place.clone(), text));
            }
            if steps > stuck.len() {
                break;
            }
            at = next;
        }
    }
    None
}

/// A handle waits for what its own loop would have to do.
fn own_loop(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let fiber = stuck.iter().find(|fiber| {
        !fiber.loop_idle
            && fiber.running.is_some_and(|id| has_called(vm, id))
            && (fiber.future.is_some()
                || matches!(fiber.on, Some(WaitsOn::Lock(_) | WaitsOn::Queue)))
    })?;
    Some(("deadlock", fiber.place.clone(), OWN_LOOP.to_owned()))
}

const OWN_LOOP: &str = "This line waits for what only the loop of its own thread can do, and that loop cannot turn \
                        until the line returns. Await it instead of blocking, or make the call from a thread that \
                        runs no loop.";

/// Whether a loop has something to run that another thread or a blocking
/// call gave it.
fn has_called(vm: &mut Vm, id: LoopId) -> bool {
    let state = &vm.extension::<Core>().loops[id];
    state.self_written
        || state
            .ready
            .iter()
            .any(|ready| matches!(ready, Ready::Handle(_)))
}

/// All workers of a pool wait for what stands in the pool's own queue.
fn pool_starvation(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let worker = stuck.iter().find(|fiber| {
        fiber.pool.is_some_and(|pool| queue::len(vm, pool) > 0)
            && (fiber.future.is_some() || fiber.place.is_some())
    })?;
    let workers = stuck
        .iter()
        .filter(|fiber| fiber.pool == worker.pool)
        .count();
    Some(("pool_starvation", worker.place.clone(), starved(workers)))
}

fn starved(workers: usize) -> String {
    let all = if workers == 1 {
        "The pool's only worker waits".to_owned()
    } else {
        format!("All {workers} workers of the pool wait")
    };
    format!(
        "{all} for calls that stand in the pool's own queue, which nobody is left to take. Do not wait inside a pool \
         for its own calls: use a second pool, or return the future and wait outside."
    )
}

/// Loops whose handles block for each other.
fn two_loops(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let blocked: Vec<&Stuck> = stuck
        .iter()
        .filter(|fiber| fiber.running.is_some() && !fiber.loop_idle)
        .collect();
    let given = blocked
        .iter()
        .filter(|fiber| fiber.running.is_some_and(|id| has_called(vm, id)))
        .count();
    if blocked.len() >= 2 && given > 0 {
        let text = format!(
            "{} loops wait for each other: a handle of each blocks for an answer of the next, so none can turn. Await \
             the other loop's answer (asyncio.wrap_future) instead of blocking for it.",
            blocked.len()
        );
        return Some(("deadlock", blocked[0].place.clone(), text));
    }
    let fiber = blocked.first()?;
    let text = "This line blocks its loop, and what it waits for needs that loop to turn. Await it instead of \
                blocking, or block in a thread that runs no loop.";
    Some(("deadlock", fiber.place.clone(), text.to_owned()))
}

/// Tasks that await each other.
fn task_cycle(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let ids: Vec<LoopId> = stuck.iter().filter_map(|fiber| fiber.running).collect();
    for id in ids {
        for start in event_loop::pending_tasks(vm, id) {
            let mut at = start;
            for _ in 0..100 {
                match task::waiter(vm, at).filter(|&next| task::is_task(vm, next)) {
                    Some(next) if next == start => {
                        let place = task::place(vm, start);
                        let text = "Tasks await each other in a circle, so none of them can end. Let one of them go \
                                    on without the others' results.";
                        return Some(("deadlock", place, text.to_owned()));
                    }
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
    }
    None
}

/// The pending tasks of loops that have nothing to do.
fn idle_tasks(vm: &mut Vm, stuck: &[Stuck]) -> Vec<Value> {
    stuck
        .iter()
        .filter(|fiber| fiber.loop_idle)
        .filter_map(|fiber| fiber.running)
        .flat_map(|id| event_loop::pending_tasks(vm, id))
        .collect()
}

/// Two or more tasks wait for locks that none is left to release.
fn task_locks(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let mut places = Vec::new();
    for task in idle_tasks(vm, stuck) {
        if wanted_by(vm, task) == LOCK {
            places.extend(task::place(vm, task));
        }
    }
    let place = places.first()?.clone();
    let others = places.len().checked_sub(1).filter(|&others| others > 0)?;
    let text = format!(
        "{} tasks wait for locks here{}, and whoever holds these waits too, so none is ever released. Take locks in \
         the same order everywhere, and hold none across a crossing that needs it.",
        others + 1,
        match places.iter().find(|other| other.line != place.line) {
            Some(other) => format!(" and at line {}", other.line),
            None => String::new(),
        }
    );
    Some(("deadlock", Some(place), text))
}

/// The core waits for something that nobody is left to do.
fn idle_core(vm: &mut Vm, stuck: &[Stuck]) -> Found {
    let shell = stuck
        .iter()
        .find(|fiber| fiber.fiber == 0)
        .or(stuck.first())?;
    let waiting: Vec<_> = idle_tasks(vm, stuck)
        .into_iter()
        .filter_map(|task| task::place(vm, task))
        .collect();
    if let Some(WaitsOn::Greenlet) = shell.on
        && waiting.is_empty()
    {
        let text = "The core waits for something that only the shell's next lines could bring, and the shell waits \
                    here for the core. Bring it before this crossing, or start both at once inside the core.";
        return Some(("deadlock", shell.place.clone(), text.to_owned()));
    }
    let inner = waiting.first()?;
    let at = format!(
        "line {} of {}",
        inner.line,
        crate::failures::short_name(&inner.filename)
    );
    let in_shell = shell
        .place
        .as_ref()
        .is_some_and(|place| place.filename.ends_with("shell.py"));
    let text = if in_shell {
        format!(
            "The core waits at {at} for something that only the shell's next lines could bring, and the shell waits \
             here for the core. Bring it before this crossing, or start both at once inside the core."
        )
    } else {
        format!(
            "The core waits at {at} for something that no task, timer or thread is left to bring. Let a task bring \
             it, or give the wait a timeout."
        )
    };
    Some((
        "deadlock",
        if in_shell {
            shell.place.clone()
        } else {
            Some(inner.clone())
        },
        text,
    ))
}

/// A wait for a result timed out; whether it could never have come, because
/// of where it waited.
pub(crate) fn explain_timeout(vm: &mut Vm, future: Value, place: &Place) -> bool {
    let fiber = vm.current_fiber();
    let running = vm
        .extension::<Core>()
        .loops
        .iter()
        .position(|state| state.running && state.runner == fiber);
    if let Some(id) = running
        && has_called(vm, id)
    {
        crate::failures::report(
            vm,
            "sync_over_async",
            Some(place.clone()),
            OWN_LOOP.to_owned(),
            Vec::new(),
        );
        return true;
    }
    let Some(pool) = vm.fiber_variable(fiber, POOL, "_worker", "work_queue") else {
        return false;
    };
    if !queue::holds(vm, pool, future) {
        return false;
    }
    let workers = vm.live_fibers().collect::<Vec<_>>();
    let workers = workers
        .into_iter()
        .filter(|&other| vm.fiber_variable(other, POOL, "_worker", "work_queue") == Some(pool))
        .count();
    crate::failures::report(
        vm,
        "pool_starvation",
        Some(place.clone()),
        starved(workers),
        Vec::new(),
    );
    true
}
