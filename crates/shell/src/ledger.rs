//! The ledger of the running side, as of now.

use airlock_core::{Core, now};
use airlock_trace::Ledger;
use airlock_vm::{PyDict, Res, Value, Vm};

/// The ledger with everything booked up to now.
pub fn snapshot(vm: &mut Vm) -> Ledger {
    let now = now(vm);
    let (fiber_switches, thread_switches) = (vm.fiber_switches, vm.thread_switches);
    let peak_heap = vm.heap.peak_bytes() as u64;
    let core = vm.extension::<Core>();
    core.ledger.fiber_switches = fiber_switches;
    core.ledger.thread_switches = thread_switches;
    core.ledger.peak_heap_bytes = peak_heap;
    core.settled_ledger(now)
}

pub(crate) fn ledger(vm: &mut Vm, _: &[Value]) -> Res {
    let ledger = snapshot(vm);
    let Ledger {
        wall_ns,
        python_ns,
        wait_ns,
        adapter_ns,
        blocked_ns,
        lag_p50_ns,
        lag_p99_ns,
        lag_max_ns,
        loops,
        iterations,
        handles,
        tasks,
        task_switches,
        fiber_switches,
        thread_switches,
        thread_wakes,
        crossings,
        marshalled_bytes,
        peak_heap_bytes,
        peak_tasks,
        max_concurrency,
        overlapped_ns,
        longest_wait_ns,
        waiting_call_bytes,
        waits: _,
    } = ledger;
    let dict = vm.heap.new_dict(PyDict::default());
    for (name, value) in [
        ("wall_ns", wall_ns),
        ("python_ns", python_ns),
        ("wait_ns", wait_ns),
        ("adapter_ns", adapter_ns),
        ("blocked_ns", blocked_ns),
        ("lag_p50_ns", lag_p50_ns),
        ("lag_p99_ns", lag_p99_ns),
        ("lag_max_ns", lag_max_ns),
        ("loops", loops),
        ("iterations", iterations),
        ("handles", handles),
        ("tasks", tasks),
        ("task_switches", task_switches),
        ("fiber_switches", fiber_switches),
        ("thread_switches", thread_switches),
        ("thread_wakes", thread_wakes),
        ("crossings", crossings),
        ("marshalled_bytes", marshalled_bytes),
        ("peak_heap_bytes", peak_heap_bytes),
        ("peak_tasks", peak_tasks),
        ("max_concurrency", max_concurrency),
        ("overlapped_ns", overlapped_ns),
        ("longest_wait_ns", longest_wait_ns),
        ("waiting_call_bytes", waiting_call_bytes),
    ] {
        let value = vm.int(value as i64);
        vm.dict_set_text(dict, name, value);
    }
    Ok(dict)
}
