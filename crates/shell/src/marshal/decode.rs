//! Reading. Bytes that no encoder wrote are a `ValueError`, whatever they are.

use airlock_vm::{
    Kind, NativeDef, NativeObject, PyDict, Res, Throw, Tracer, Value, Vm, method, new_method,
};
use num_bigint::BigInt;

use super::{Types, find, tag};

pub(super) static METHODS: &[NativeDef] = &[
    new_method("cls, message, /", new),
    method("run", "self, /", run),
    method("push", "self, value, /", push),
];

struct Decoder {
    class: Value,
    message: Value,
    at: usize,
    stack: Vec<Value>,
    memo: Vec<Value>,
}

impl NativeObject for Decoder {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.class, self.message]);
        tracer.extend(&self.stack);
        tracer.extend(&self.memo);
    }
}

fn decoder(vm: &mut Vm, value: Value) -> &mut Decoder {
    vm.heap
        .downcast_mut::<Decoder>(value)
        .expect("a decoder's methods are called on decoders")
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[1].is(Kind::Bytes) {
        return Err(vm.type_error("a message is bytes"));
    }
    let decoder = begin(vm, args[1], 0);
    Ok(vm.heap.new_object(decoder))
}

fn begin(vm: &mut Vm, message: Value, at: usize) -> Decoder {
    Decoder {
        class: vm.extension::<Types>().decoder,
        message,
        at,
        stack: Vec::new(),
        memo: Vec::new(),
    }
}

/// See [`super::plain_value`].
pub(super) fn plain(vm: &mut Vm, message: Value, at: usize) -> Res<Option<Value>> {
    match begin(vm, message, at).go(vm)? {
        Stop::End(value) => Ok(Some(value)),
        Stop::Ask(..) => Ok(None),
    }
}

/// What [`run`] stops for.
enum Stop {
    End(Value),
    /// `(step, a, b)`; its result is to be pushed.
    Ask(&'static str, Value, Value),
}

/// Reads to the end, `('end', value, None)`, or until Python must do a step:
/// `('global', module, name)` or `('call', function, args)`, whose result is
/// to be pushed, or `('build', thing, rest)` or `('fill', container, items)`.
fn run(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    let old = decoder(vm, this);
    let mut work = Decoder {
        class: old.class,
        message: old.message,
        at: old.at,
        stack: std::mem::take(&mut old.stack),
        memo: std::mem::take(&mut old.memo),
    };
    let stop = work.go(vm);
    *decoder(vm, this) = work;
    let (step, a, b) = match stop? {
        Stop::End(value) => ("end", value, Value::NONE),
        Stop::Ask(step, a, b) => (step, a, b),
    };
    let step = vm.intern(step);
    Ok(vm.tuple(&[step, a, b]))
}

fn push(vm: &mut Vm, args: &[Value]) -> Res {
    let work = decoder(vm, args[0]);
    work.stack.push(args[1]);
    work.memo.push(args[1]);
    Ok(Value::NONE)
}

impl Decoder {
    fn go(&mut self, vm: &mut Vm) -> Res<Stop> {
        loop {
            let tag = self.take(vm, 1)?[0];
            match tag {
                tag::END => {
                    let value = self.pop(vm)?;
                    return Ok(Stop::End(value));
                }
                tag::GLOBAL => {
                    let module = self.text(vm)?;
                    let name = self.text(vm)?;
                    let Some(found) = find(vm, module, name) else {
                        return Ok(Stop::Ask("global", module, name));
                    };
                    self.stack.push(found);
                    self.memo.push(found);
                }
                tag::CALL => {
                    let (args, function) = (self.pop(vm)?, self.pop(vm)?);
                    return Ok(Stop::Ask("call", function, args));
                }
                tag::BUILD => {
                    let rest = self.pop(vm)?;
                    let thing = self.top(vm)?;
                    return Ok(Stop::Ask("build", thing, rest));
                }
                tag::APPEND | tag::SET_ITEMS | tag::ADD => {
                    if let Some(stop) = self.fill(vm, tag)? {
                        return Ok(stop);
                    }
                }
                tag::FROZENSET => {
                    if let Some(stop) = self.frozenset(vm)? {
                        return Ok(stop);
                    }
                }
                tag::AGAIN => {
                    let value = self.remembered(vm)?;
                    self.stack.push(value);
                }
                tag::DROP_AGAIN => {
                    let count = self.length(vm)?;
                    self.pop_many(vm, count)?;
                    let value = self.remembered(vm)?;
                    self.stack.push(value);
                }
                _ => {
                    let value = self.value(vm, tag)?;
                    self.stack.push(value);
                    if matches!(
                        tag,
                        tag::STR
                            | tag::BYTES
                            | tag::BYTEARRAY
                            | tag::TUPLE
                            | tag::LIST
                            | tag::DICT
                            | tag::SET
                    ) {
                        self.memo.push(value);
                    }
                }
            }
        }
    }

    fn value(&mut self, vm: &mut Vm, tag: u8) -> Res {
        Ok(match tag {
            tag::NONE => Value::NONE,
            tag::TRUE => Value::TRUE,
            tag::FALSE => Value::FALSE,
            tag::ELLIPSIS => Value::ELLIPSIS,
            tag::NOT_IMPLEMENTED => Value::NOT_IMPLEMENTED,
            tag::INT => {
                let raw = self.unsigned(vm)?;
                vm.int((raw >> 1) as i64 ^ -((raw & 1) as i64))
            }
            tag::BIG_INT => {
                let digits = self.blob(vm)?;
                vm.heap.new_bigint(BigInt::from_signed_bytes_le(&digits))
            }
            tag::FLOAT => Value::float(self.float(vm)?),
            tag::COMPLEX => {
                let (re, im) = (self.float(vm)?, self.float(vm)?);
                vm.complex(re, im)
            }
            tag::STR => self.text(vm)?,
            tag::BYTES => {
                let data = self.blob(vm)?;
                vm.bytes(&data)
            }
            tag::BYTEARRAY => {
                let data = self.blob(vm)?;
                vm.heap.charge(data.len());
                vm.bytearray(data)
            }
            tag::LIST => vm.list(Vec::new()),
            tag::DICT => vm.heap.new_dict(PyDict::default()),
            tag::SET => vm.heap.new_set(PyDict::default(), false),
            tag::TUPLE => {
                let count = self.length(vm)?;
                let items = self.pop_many(vm, count)?;
                vm.tuple(&items)
            }
            _ => return Err(broken(vm)),
        })
    }

    /// Keys that compare or hash in Python are left to `frozenset` itself.
    fn frozenset(&mut self, vm: &mut Vm) -> Res<Option<Stop>> {
        let count = self.length(vm)?;
        let items = self.pop_many(vm, count)?;
        let set = vm.heap.new_set(PyDict::default(), false);
        for &item in &items {
            match vm.set_add(set, item) {
                Err(Throw::Python) => {
                    let list = vm.list(items);
                    let args = vm.tuple(&[list]);
                    return Ok(Some(Stop::Ask("call", vm.types.frozenset, args)));
                }
                added => added?,
            };
        }
        vm.heap.set_mut(set).frozen = true;
        self.stack.push(set);
        self.memo.push(set);
        Ok(None)
    }

    /// Puts the items on the stack into the container below them; keys that
    /// compare or hash in Python are left to it.
    fn fill(&mut self, vm: &mut Vm, tag: u8) -> Res<Option<Stop>> {
        let width = if tag == tag::SET_ITEMS { 2 } else { 1 };
        let count = self.length(vm)?.saturating_mul(width);
        let items = self.pop_many(vm, count)?;
        let into = self.top(vm)?;
        match (tag, into.kind()) {
            (tag::APPEND, Some(Kind::List)) => {
                vm.heap.charge(8 * items.len());
                vm.heap.list_mut(into).extend(items);
            }
            (tag::SET_ITEMS, Some(Kind::Dict)) => {
                for pair in items.chunks_exact(2) {
                    match vm.dict_set(into, pair[0], pair[1]) {
                        Err(Throw::Python) => return Ok(Some(fill_later(vm, into, items))),
                        set => set?,
                    }
                }
            }
            (tag::ADD, Some(Kind::Set)) => {
                for &item in &items {
                    match vm.set_add(into, item) {
                        Err(Throw::Python) => return Ok(Some(fill_later(vm, into, items))),
                        added => added?,
                    };
                }
            }
            _ => return Err(broken(vm)),
        }
        Ok(None)
    }

    fn take<'a>(&mut self, vm: &'a mut Vm, count: usize) -> Res<&'a [u8]> {
        let end = self.at.checked_add(count);
        let whole = vm.heap.pybytes(self.message).data.len();
        let Some(end) = end.filter(|&end| end <= whole) else {
            return Err(broken(vm));
        };
        let start = std::mem::replace(&mut self.at, end);
        Ok(&vm.heap.pybytes(self.message).data[start..end])
    }

    fn unsigned(&mut self, vm: &mut Vm) -> Res<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(vm, 1)?[0];
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(broken(vm))
    }

    fn length(&mut self, vm: &mut Vm) -> Res<usize> {
        let length = self.unsigned(vm)?;
        usize::try_from(length).map_err(|_| broken(vm))
    }

    fn blob(&mut self, vm: &mut Vm) -> Res<Vec<u8>> {
        let length = self.length(vm)?;
        Ok(self.take(vm, length)?.to_vec())
    }

    fn text(&mut self, vm: &mut Vm) -> Res {
        let bytes = self.blob(vm)?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(vm.string(text)),
            Err(_) => Err(broken(vm)),
        }
    }

    fn float(&mut self, vm: &mut Vm) -> Res<f64> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(vm, 8)?);
        Ok(f64::from_le_bytes(bytes))
    }

    fn remembered(&mut self, vm: &mut Vm) -> Res {
        let place = self.length(vm)?;
        self.memo.get(place).copied().ok_or_else(|| broken(vm))
    }

    fn top(&self, vm: &mut Vm) -> Res {
        self.stack.last().copied().ok_or_else(|| broken(vm))
    }

    fn pop(&mut self, vm: &mut Vm) -> Res {
        self.stack.pop().ok_or_else(|| broken(vm))
    }

    fn pop_many(&mut self, vm: &mut Vm, count: usize) -> Res<Vec<Value>> {
        match self.stack.len().checked_sub(count) {
            Some(start) => Ok(self.stack.split_off(start)),
            None => Err(broken(vm)),
        }
    }
}

/// All of them once more: what is there already stays as it is.
fn fill_later(vm: &mut Vm, into: Value, items: Vec<Value>) -> Stop {
    let items = vm.list(items);
    Stop::Ask("fill", into, items)
}

fn broken(vm: &mut Vm) -> Throw {
    vm.value_error("the message is not one of another process")
}
