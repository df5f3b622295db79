//! Calls into a peer whose loop turns by itself, where nothing of them but
//! the core's own function needs Python.
//!
//! A message has its number (see `airlock_core::peers::ask`), a byte that says
//! how the rest is to be read, and the rest. Plain calls and plain answers are
//! written and read here; what is not plain goes to the functions of
//! `airlock._far` and `airlock._peer` that were told.

use airlock_core::peers::{self, NUMBER_BYTES, PARENT, PeerId};
use airlock_core::{Core, crossing, task};
use airlock_trace::Outcome;
use airlock_vm::{
    Completion, Extension, Kind, NativeDef, PyDict, PyNative, Res, Throw, Tracer, Value, Vm,
    function,
};
use rustc_hash::FxHashMap;

use crate::cross::{ADAPTER, pass};
use crate::marshal::{plain_bytes, plain_value};

/// The rest is a value: of a call function, arguments and keyword arguments,
/// of an answer what was returned. Else it is what Python code has written.
const PLAIN: u8 = 1;
const HEADER_BYTES: usize = NUMBER_BYTES + 1;

pub(crate) struct Far {
    turning: Option<Turning>,
    served: Option<Served>,
    /// The numbers of the calls that run here, by their tasks, which so are
    /// kept.
    tasks: FxHashMap<Value, u32>,
}

/// Where calls go to.
#[derive(Clone, Copy)]
struct Turning {
    peer: PeerId,
    /// The adapter whose calls these are.
    adapter: Value,
    /// What takes an answer that is not plain.
    answered: Value,
    /// What is called when the peer has died.
    died: Value,
}

/// How calls are taken here.
#[derive(Clone, Copy)]
struct Served {
    loop_object: Value,
    /// What begins a call that is not plain.
    begin: Value,
    /// What answers with a result that is not plain, or with an error.
    finish: Value,
    /// [`FINISHED`], which is added to each task.
    finished: Value,
}

impl Extension for Far {
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(turning) = self.turning {
            tracer.extend(&[turning.adapter, turning.answered, turning.died]);
        }
        if let Some(served) = self.served {
            tracer.extend(&[
                served.loop_object,
                served.begin,
                served.finish,
                served.finished,
            ]);
        }
        for &task in self.tasks.keys() {
            tracer.value(task);
        }
    }
}

pub(crate) fn init(vm: &mut Vm) {
    if !vm.has_extension::<Far>() {
        vm.add_extension(Far {
            turning: None,
            served: None,
            tasks: FxHashMap::default(),
        });
    }
}

// The side that calls.

/// From now on plain calls by `thread` go to this peer; None: to none.
pub(crate) fn turn_with(vm: &mut Vm, args: &[Value]) -> Res {
    vm.extension::<Far>().turning = args[0].as_small().map(|peer| Turning {
        peer: peer as PeerId,
        adapter: args[1],
        answered: args[2],
        died: args[3],
    });
    Ok(Value::NONE)
}

/// A call of a wrapped function (`this`) through an adapter that runs the core
/// on another VM; none if it is not plain. Not inlined: most programs do without.
#[inline(never)]
pub(crate) fn call_wrapped(
    vm: &mut Vm,
    chosen: Value,
    this: Value,
    [function, name]: [Value; 2],
    args: &[Value],
    names: Value,
) -> Option<Res> {
    let turning = vm.extension::<Far>().turning?;
    if turning.adapter != chosen {
        return None;
    }
    let named = vm.heap.new_dict(PyDict::default());
    let keys: Vec<Value> = vm.heap.as_items(names).unwrap_or(&[]).to_vec();
    let (positional, last) = args.split_at(args.len().checked_sub(keys.len())?);
    for (&key, &value) in keys.iter().zip(last) {
        vm.dict_set(named, key, value).ok()?;
    }
    let positional = vm.tuple(positional);
    let wanted = vm.tuple(&[function, positional, named]);
    let mut start = Vec::with_capacity(64);
    start.resize(NUMBER_BYTES, 0);
    start.push(PLAIN);
    let message = plain_bytes(vm, start, wanted)?;
    let number = crossing::enter(vm, name);
    let number = vm.int(number as i64);
    let state = [number, this, turning.answered, turning.died];
    Some(match peers::ask(vm, turning.peer, message) {
        Err(Throw::Call) => Err(vm.and_then(state, answered)),
        Ok(answer) => answered(vm, state, Completion::Returned(answer)),
        Err(Throw::Raise(error)) => answered(vm, state, Completion::Raised(error)),
        Err(other) => Err(other),
    })
}

fn answered(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let [number, this, take, died] = state;
    match completion {
        Completion::Returned(answer) => {
            let is_plain = vm.heap.pybytes(answer).data.first() == Some(&PLAIN);
            if is_plain && let Ok(Some(value)) = plain_value(vm, answer, 1) {
                leave(vm, number, Outcome::Returned);
                return Ok(value);
            }
            let adapter = vm.captured(this, ADAPTER);
            Err(vm.call_then(take, &[answer, adapter], state, left))
        }
        Completion::Raised(error) => {
            let ended = vm.extension::<Core>().kept("PeerEnded");
            if vm.is_instance(error, ended) {
                return Err(vm.call_then(died, &[error], state, left));
            }
            left(vm, state, Completion::Raised(error))
        }
        other => left(vm, state, other),
    }
}

fn left(vm: &mut Vm, [number, this, ..]: [Value; 4], completion: Completion) -> Res {
    let raised = matches!(completion, Completion::Raised(_));
    let outcome = if raised {
        Outcome::Raised
    } else {
        Outcome::Returned
    };
    leave(vm, number, outcome);
    let came = completion.value();
    pass(vm, came, this)
}

fn leave(vm: &mut Vm, number: Value, outcome: Outcome) {
    crossing::leave(vm, number.as_small().unwrap_or(0) as u64, outcome);
}

// The side that is called.

static FINISHED: NativeDef = function("finished", "task, /", finished);

/// Calls that come are answered from tasks on a loop. Gives nothing: `serve`
/// is to be called with each.
pub(crate) fn serve_with(vm: &mut Vm, args: &[Value]) -> Res {
    let finished = vm.heap.new_native(PyNative {
        def: &FINISHED,
        receiver: Value::UNBOUND,
        owner: Value::NONE,
    });
    vm.extension::<Far>().served = Some(Served {
        loop_object: args[0],
        begin: args[1],
        finish: args[2],
        finished,
    });
    Ok(Value::NONE)
}

/// A message has come, or None: there is nobody any more to answer.
pub(crate) fn serve(vm: &mut Vm, args: &[Value]) -> Res {
    let message = args[0];
    let Some(served) = vm.extension::<Far>().served else {
        return Ok(Value::NONE);
    };
    if !message.is(Kind::Bytes) {
        return Err(vm.tail_call(served.begin, &[Value::NONE, Value::NONE, Value::FALSE]));
    }
    let data = &vm.heap.pybytes(message).data;
    let number = peers::number_of(data);
    let is_plain = data.get(NUMBER_BYTES) == Some(&PLAIN);
    if is_plain
        && let Ok(Some(call)) = plain_value(vm, message, HEADER_BYTES)
        && let Some(&[function, positional, named]) = vm.heap.as_items(call)
        && function.is(Kind::Function)
        && vm.heap.function(function).code.code.flags.coroutine
    {
        vm.tail_call_with(function, positional, named);
        let state = [
            Value::count(number as usize),
            Value::NONE,
            Value::NONE,
            Value::NONE,
        ];
        return Err(vm.and_then(state, run));
    }
    let rest = vm
        .heap
        .pybytes(message)
        .data
        .get(HEADER_BYTES..)
        .map(<[u8]>::to_vec);
    let rest = vm.bytes(&rest.unwrap_or_default());
    let args = [Value::count(number as usize), rest, Value::bool(is_plain)];
    Err(vm.tail_call(served.begin, &args))
}

/// The call gave a coroutine, or could not be made.
fn run(vm: &mut Vm, [number, ..]: [Value; 4], completion: Completion) -> Res {
    let Some(served) = vm.extension::<Far>().served else {
        return Ok(Value::NONE);
    };
    let coroutine = match completion {
        Completion::Raised(error) => {
            return Err(vm.tail_call(served.finish, &[number, Value::NONE, error]));
        }
        other => other.value()?,
    };
    let task = task::create_with_callback(vm, served.loop_object, coroutine, served.finished)?;
    let number = number.as_small().unwrap_or(0) as u32;
    vm.extension::<Far>().tasks.insert(task, number);
    Ok(Value::NONE)
}

/// A call's task is done.
fn finished(vm: &mut Vm, args: &[Value]) -> Res {
    let task = args[0];
    let far = vm.extension::<Far>();
    let (Some(number), Some(served)) = (far.tasks.remove(&task), far.served) else {
        return Ok(Value::NONE);
    };
    if let Some(value) = task::returned(vm, task) {
        let mut start = number.to_le_bytes().to_vec();
        start.push(PLAIN);
        if let Some(message) = plain_bytes(vm, start, value) {
            peers::send_message(vm, PARENT, message);
            return Ok(Value::NONE);
        }
    }
    let args = [Value::count(number as usize), task, Value::NONE];
    Err(vm.tail_call(served.finish, &args))
}
