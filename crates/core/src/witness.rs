//! What asyncio and `concurrent.futures` tell of failures as they happen.
//!
//! The functions are called by lines that the library's build adds to
//! CPython's modules, next to where these raise or give up.

use airlock_vm::{Held, NativeDef, Place, Res, Value, Vm, function};

use crate::state::Core;
use crate::threads::current_thread;
use crate::{deadlock, event_loop, failures, task, trace};

/// A future of a thread pool or another thread's loop that somebody gave up.
pub(crate) struct GivenUp {
    pub future: Value,
    pub place: Place,
    /// By a timeout; else the task that waited was cancelled.
    pub timed_out: bool,
}

/// Tasks that a loop's end cancelled, until it is known that the program goes
/// on without them.
pub(crate) struct LeftOver {
    pub name: String,
    pub place: Option<Place>,
}

const LIMIT: usize = 1000;

/// Where the shell made the crossing that has been open for longest.
fn open_site(vm: &mut Vm) -> Option<Place> {
    let (_, site) = vm.extension::<Core>().crossing_log.open_sites().next()?;
    Some(Place {
        filename: site.file.clone(),
        function: String::new(),
        line: site.line,
    })
}

fn here(vm: &Vm) -> Option<Place> {
    vm.fiber_place(vm.current_fiber(), trace::is_program_file)
}

/// A loop is to be run where one runs.
fn nested_loop(vm: &mut Vm, _: &[Value]) -> Res {
    failures::report_here(
        vm,
        "nested_loop",
        "A loop is to be run here, but this code already runs on a loop, which cannot turn until it returns. \
         Await the coroutine instead, or cross with the adapter 'nested' or 'greenlet'."
            .to_owned(),
    );
    Ok(Value::NONE)
}

/// A lock, queue or event is used on another loop than before.
fn different_loop(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.plain_type_name(args[0]);
    report_different_loop(vm, &format!("This {class}"));
    Ok(Value::NONE)
}

/// A task awaits a future of another loop.
pub(crate) fn report_different_loop_of(vm: &mut Vm, task: Value) {
    let place = task::place(vm, task);
    let explanation = different("The future that is awaited here");
    failures::report(vm, "different_loop", place, explanation, Vec::new());
}

fn different(what: &str) -> String {
    format!(
        "{what} belongs to the loop that it was first used on, and this code runs on another. Keep one loop for all \
         crossings (an adapter other than 'run' and 'pool'), or make it anew on each loop."
    )
}

pub(crate) fn report_different_loop(vm: &mut Vm, what: &str) {
    failures::report_here(vm, "different_loop", different(what));
}

/// A loop that ends cancels a task that was left on it.
fn left_over(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.extension::<Core>().books_adapter {
        return Ok(Value::NONE);
    }
    let name = task::coroutine_name(vm, args[0]).unwrap_or_else(|| "a task".to_owned());
    // A coroutine of the library stands at no line of the program.
    let place = task::place(vm, args[0]).or_else(|| here(vm));
    if let Some((id, since)) = task::standing_loop(vm, args[0]) {
        let now = crate::now(vm);
        resumed_loop(vm, id, [since, now], place.clone());
    }
    let core = vm.extension::<Core>();
    if core.left_over.len() < LIMIT {
        core.left_over.push(LeftOver { name, place });
    }
    Ok(Value::NONE)
}

/// The shell crosses again: what the end of a loop cancelled was not to end
/// with the program.
pub(crate) fn confirm_left_over(vm: &mut Vm) {
    if vm.extension::<Core>().left_over.is_empty() {
        return;
    }
    for LeftOver { name, place } in std::mem::take(&mut vm.extension::<Core>().left_over) {
        let explanation = format!(
            "{name}() was still at work in the background when its loop ended, and was cancelled here, although \
             the program goes on. Wait for it before the crossing returns, or use an adapter that keeps its loop."
        );
        failures::report(vm, "background_cancelled", place, explanation, Vec::new());
    }
}

/// `result(timeout)` gives up.
fn timed_out(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(place) = here(vm) else {
        return Ok(Value::NONE);
    };
    if deadlock::explain_timeout(vm, args[0], &place) {
        return Ok(Value::NONE);
    }
    // A plain call in a thread cannot be cancelled, so nothing is lost with it.
    if vm.extension::<Core>().of_tasks.contains(&args[0]) {
        give_up(vm, args[0], place, true);
    }
    Ok(Value::NONE)
}

fn give_up(vm: &mut Vm, future: Value, place: Place, timed_out: bool) {
    let core = vm.extension::<Core>();
    if core.given_up.len() < LIMIT && !core.given_up.iter().any(|known| known.future == future) {
        core.given_up.push(GivenUp {
            future,
            place,
            timed_out,
        });
    }
}

/// A result is fetched after all.
fn retrieved(vm: &mut Vm, args: &[Value]) -> Res {
    let core = vm.extension::<Core>();
    if !core.given_up.is_empty() {
        core.given_up.retain(|known| known.future != args[0]);
    }
    Ok(Value::FALSE)
}

/// A future is to end as another does: a task begins to wait for a call in a
/// thread, or a thread for a task.
fn chained(vm: &mut Vm, args: &[Value]) -> Res {
    let from_task = crate::future::as_future(vm, args[0]).is_some();
    if from_task && crate::future::as_future(vm, args[1]).is_none() {
        let core = vm.extension::<Core>();
        if core.of_tasks.len() >= LIMIT {
            core.of_tasks.remove(0);
        }
        core.of_tasks.push(args[1]);
    }
    if !from_task && let Some(place) = here(vm) {
        let core = vm.extension::<Core>();
        if core.chained.len() >= LIMIT {
            core.chained.remove(0);
        }
        core.chained.push((args[0], place));
    }
    Ok(Value::NONE)
}

/// The task that waited for a call in a thread was cancelled, and so was the
/// call, if it had not begun.
fn source_cancelled(vm: &mut Vm, args: &[Value]) -> Res {
    let core = vm.extension::<Core>();
    let place = core
        .chained
        .iter()
        .find(|(future, _)| *future == args[0])
        .map(|(_, place)| place.clone());
    if args[1] == Value::FALSE
        && let Some(place) = place
    {
        give_up(vm, args[0], place, false);
    }
    Ok(Value::NONE)
}

/// At the end: what was given up and ran on to its end.
pub(crate) fn confirm_given_up(vm: &mut Vm) {
    for GivenUp {
        future,
        place,
        timed_out,
    } in std::mem::take(&mut vm.extension::<Core>().given_up)
    {
        let name = vm.intern("_state");
        let state = vm
            .own_attr(future, name)
            .and_then(|state| vm.as_text(state).map(str::to_owned));
        if state.as_deref() != Some("FINISHED") {
            continue;
        }
        let explanation = if timed_out {
            "The wait for this result timed out, but what it waited for was not cancelled and ran on to its end. \
             Cancel the future when the wait times out, or put the timeout inside the coroutine (asyncio.timeout)."
        } else {
            "The wait for this call was cancelled, but the thread that makes it cannot be and ran on to its end. \
             Give the call a way to be stopped (an event it looks at), or wait for it."
        };
        failures::report(
            vm,
            "cancellation_lost",
            Some(place),
            explanation.to_owned(),
            Vec::new(),
        );
    }
}

// Who is late because of whom.

/// Shorter is no matter for those who wait.
const WORTH_SAYING_NANOS: u64 = 5_000_000;

/// A wait in a handle of a loop is over: who else on the loop was late for
/// it.
pub(crate) fn blocked(vm: &mut Vm, since: u64) {
    let now = crate::now(vm);
    if now.saturating_sub(since) < WORTH_SAYING_NANOS {
        return;
    }
    let Some(running) = event_loop::running_loop(vm) else {
        return;
    };
    let Some(id) = event_loop::loop_id(vm, running) else {
        return;
    };
    if !event_loop::runs_here(vm, id) {
        return;
    }
    let Some((who, late)) = event_loop::latest_due(vm, id, since, now) else {
        return;
    };
    if late < WORTH_SAYING_NANOS {
        return;
    }
    let explanation = format!(
        "This call held the loop for {}, and {who}, due meanwhile, was late by {}. Await something that lets the \
         loop turn (asyncio.sleep, an async library), or move the call to a thread with asyncio.to_thread.",
        millis(now - since),
        millis(late)
    );
    failures::report_here(vm, "head_of_line_blocking", explanation);
}

/// A call that runs the loop inside itself returns, long after what it waited
/// for was done.
pub(crate) fn held_up(vm: &mut Vm, since: u64) {
    let late = crate::now(vm).saturating_sub(since);
    if late < WORTH_SAYING_NANOS {
        return;
    }
    let explanation = format!(
        "The answer of this call was there {} before it returned: below it on the same stack another call had begun \
         to run the loop, and the last to begin is the first to return. Await the core here, or use an adapter that \
         gives each call a stack of its own ('greenlet', 'thread').",
        millis(late)
    );
    failures::report_here(vm, "head_of_line_blocking", explanation);
}

/// A loop is run again after it stood still between two crossings: who was
/// due on it meanwhile. Told at the shell's line, or once that is at its end,
/// at `otherwise`.
pub(crate) fn resumed_loop(
    vm: &mut Vm,
    id: usize,
    [since, now]: [u64; 2],
    otherwise: Option<Place>,
) {
    const WORTH_SAYING_NANOS: u64 = 1_000_000;
    if now.saturating_sub(since) < WORTH_SAYING_NANOS || !vm.extension::<Core>().books_adapter {
        return;
    }
    // A pool's worker turns its loop for the shell's crossing; what other
    // threads do with loops of their own is the program's business.
    let site = if current_thread(vm) == 0 {
        here(vm)
    } else if crate::crossing::serves(vm) {
        open_site(vm)
    } else {
        return;
    };
    let Some((who, late)) = event_loop::latest_due(vm, id, since, now) else {
        return;
    };
    if late < WORTH_SAYING_NANOS {
        return;
    }
    let explanation = format!(
        "Outside of crossings nobody turned the loop for {}, so {who}, due meanwhile, was late by {}. Use an \
         adapter whose loop keeps turning ('thread', 'greenlet'), or leave no work behind when a crossing returns.",
        millis(now - since),
        millis(late)
    );
    let place = site.or(otherwise);
    failures::report(vm, "background_frozen", place, explanation, Vec::new());
}

pub(crate) fn millis(nanos: u64) -> String {
    format!("{:.1} ms", nanos as f64 / 1e6)
}

/// A context variable has no value here, but has one in the context of the
/// shell whose call this thread works for.
pub(crate) fn missing_variable(vm: &mut Vm, var: Value) {
    if current_thread(vm) == 0 {
        return;
    }
    let here = vm.current_fiber();
    let core = vm.extension::<Core>();
    let shells: Vec<usize> = core
        .crossing_log
        .open_sites()
        .map(|(fiber, _)| fiber)
        .filter(|&fiber| fiber != here)
        .collect();
    if shells.is_empty()
        || !shells
            .iter()
            .all(|&fiber| crate::contexts::has_value(vm, fiber, var))
    {
        return;
    }
    let name = crate::contexts::name_of(vm, var);
    let explanation = format!(
        "The context variable {name} has a value in the shell, but this code runs in a thread that was not given the \
         shell's context. Run the call in contextvars.copy_context(), or use an adapter that keeps the context."
    );
    // No line of the program reads it where the thread calls `get` itself.
    let place = self::here(vm).or_else(|| open_site(vm));
    failures::report(vm, "context_lost", place, explanation, Vec::new());
}

/// A loop was run inside code that looks as if nothing could come between:
/// what others changed of what it goes on to store.
pub(crate) fn interrupted(vm: &mut Vm, held: &[Held]) {
    for held in held {
        if vm.is_unchanged(held) {
            continue;
        }
        let explanation = format!(
            "{}() read {} before this call and stores it after it, and the call ran the loop, on which others \
             changed it meanwhile: their change will be lost. Hold an asyncio.Lock over all of it, or await the \
             core outside of such a section.",
            held.place.function, held.name
        );
        failures::report(
            vm,
            "broken_critical_section",
            Some(held.place.clone()),
            explanation,
            Vec::new(),
        );
    }
}

/// Closes a loop that still has tasks.
pub(crate) fn destroyed(vm: &mut Vm, id: usize) {
    for task in event_loop::pending_tasks(vm, id) {
        let name = task::coroutine_name(vm, task).unwrap_or_else(|| "a task".to_owned());
        let place = task::place(vm, task);
        let explanation = format!(
            "The loop was closed while {name}() stood at this line, so the task will never end and is destroyed \
             pending. Wait for it or cancel it before the loop closes, as asyncio.run does."
        );
        failures::report(vm, "task_destroyed", place, explanation, Vec::new());
    }
}

/// A task goes that was not done, while its loop turns: nothing referred to it.
pub(crate) fn collected(vm: &mut Vm, task: Value) {
    let turns = crate::future::as_future(vm, task)
        .and_then(|future| future.loop_id)
        .is_some_and(|id| vm.extension::<Core>().loops[id].running);
    if !turns {
        return;
    }
    let name = task::coroutine_name(vm, task).unwrap_or_else(|| "a task".to_owned());
    let place = task::place(vm, task);
    let explanation = format!(
        "Nothing refers to the task of {name}(), so it was collected while it waited at this line and will never \
         end. Keep a reference to it, or make it in a TaskGroup."
    );
    failures::report(vm, "task_destroyed", place, explanation, Vec::new());
}

/// The loop closes an async generator that nobody closed before.
fn left_open(vm: &mut Vm, args: &[Value]) -> Res {
    let place = vm.left_open_in(args[0]);
    if let Some(place) = place.filter(|place| trace::is_program_file(&place.filename)) {
        let inner = vm.heap.generator(args[0]).name;
        let inner = vm.as_text(inner).unwrap_or("the generator").to_owned();
        let explanation = format!(
            "{}() iterates {inner}() here and was left before that had ended; closing the one does not close the \
             other, so what {inner}() has to clean up runs only now, in a task of the loop's own. Iterate it inside \
             'async with contextlib.aclosing(...)', so that both end together.",
            place.function
        );
        failures::report(
            vm,
            "unfinished_generator",
            Some(place),
            explanation,
            Vec::new(),
        );
    }
    Ok(Value::NONE)
}

/// What only the end of the program tells.
pub fn conclude(vm: &mut Vm) {
    confirm_given_up(vm);
    for place in std::mem::take(&mut vm.unawaited) {
        let explanation = format!(
            "The coroutine {}() was made here and never awaited, so nothing of it ran. Await it, or give it to \
             asyncio.create_task or to the adapter.",
            place.function
        );
        let place = Some(place).filter(|place| trace::is_program_file(&place.filename));
        if place.is_some() {
            failures::report(vm, "never_awaited", place, explanation, Vec::new());
        }
    }
}

pub(crate) static FUNCTIONS: &[NativeDef] = &[
    function("_nested_loop", "", nested_loop),
    function("_different_loop", "thing, /", different_loop),
    function("_left_over", "task, /", left_over),
    function("_left_open", "generator, /", left_open),
    function("_timed_out", "future, /", timed_out),
    function("_retrieved", "future, /", retrieved),
    function("_chained", "source, destination, /", chained),
    function(
        "_source_cancelled",
        "future, cancelled, /",
        source_cancelled,
    ),
];
