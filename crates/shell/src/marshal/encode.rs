//! Writing.

use airlock_vm::{Kind, NativeDef, NativeObject, Res, Tracer, Value, Vm, method, new_method};
use rustc_hash::FxHashMap;

use super::{NAMED_LIMIT, Types, find, tag};

pub(super) static METHODS: &[NativeDef] = &[
    new_method("cls, value, /", new),
    method("run", "self, /", run),
    method("reduced", "self, function, args, rest, /", reduced),
    method("named", "self, module, name, /", named),
    method("path", "self, /", path),
];

/// A container that is being written.
struct Frame {
    value: Value,
    /// Keys and values alternate in a dict's.
    items: Vec<Value>,
    at: usize,
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Tuple,
    List,
    Dict,
    Set,
    FrozenSet,
    /// Function, arguments, and the rest: state and items, or None.
    Reduced,
}

struct Encoder {
    class: Value,
    bytes: Vec<u8>,
    frames: Vec<Frame>,
    /// Where values stand that may come again. They are kept, so that no
    /// other takes their place in the heap meanwhile.
    memo: FxHashMap<Value, u64>,
    /// How many values have been remembered, some of which cannot be found
    /// again here.
    remembered: u64,
    /// To be written next.
    next: Option<Value>,
    /// What Python was asked about.
    asked: Value,
}

impl NativeObject for Encoder {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.class, self.asked]);
        if let Some(value) = self.next {
            tracer.value(value);
        }
        for &value in self.memo.keys() {
            tracer.value(value);
        }
        for frame in &self.frames {
            tracer.value(frame.value);
            tracer.extend(&frame.items);
        }
    }
}

fn encoder(vm: &mut Vm, value: Value) -> &mut Encoder {
    vm.heap
        .downcast_mut::<Encoder>(value)
        .expect("an encoder's methods are called on encoders")
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let mut encoder = empty(vm);
    encoder.next = Some(args[1]);
    Ok(vm.heap.new_object(encoder))
}

fn empty(vm: &mut Vm) -> Encoder {
    Encoder {
        class: vm.extension::<Types>().encoder,
        bytes: Vec::new(),
        frames: Vec::new(),
        memo: FxHashMap::default(),
        remembered: 0,
        next: None,
        asked: Value::NONE,
    }
}

/// See [`super::plain_bytes`].
pub(super) fn plain(vm: &mut Vm, start: Vec<u8>, value: Value) -> Option<Vec<u8>> {
    let mut work = empty(vm);
    work.bytes = start;
    work.next = Some(value);
    if work.go(vm).is_some() {
        return None;
    }
    work.bytes.push(tag::END);
    Some(work.bytes)
}

/// Writes until all is written, which gives `(True, bytes)`, or until Python
/// must say what a thing is: `(False, thing)`; then `reduced` or `named` is
/// to be called.
fn run(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    // Taken out, so that the heap can be read meanwhile; nothing is collected
    // inside a native.
    let mut work = take(vm, this);
    let asked = work.go(vm);
    let answer = match asked {
        Some(value) => {
            work.asked = value;
            (Value::FALSE, value)
        }
        None => {
            work.bytes.push(tag::END);
            let bytes = std::mem::take(&mut work.bytes);
            vm.heap.charge(bytes.len());
            (Value::TRUE, vm.heap.new_bytes(bytes))
        }
    };
    *encoder(vm, this) = work;
    Ok(vm.tuple(&[answer.0, answer.1]))
}

fn take(vm: &mut Vm, this: Value) -> Encoder {
    let empty = empty(vm);
    std::mem::replace(encoder(vm, this), empty)
}

/// The thing is what `function(*args)` gives; `rest` is None or what
/// `_build` is to be called with besides.
fn reduced(vm: &mut Vm, args: &[Value]) -> Res {
    let [this, function, arguments, rest] = args[..] else {
        return Ok(Value::NONE);
    };
    let work = encoder(vm, this);
    let value = work.asked;
    let unmade = |frame: &Frame| frame.of == Of::Reduced && frame.value == value && frame.at < 3;
    if work.frames.iter().any(unmade) {
        return Err(vm.type_error("it is made again from arguments that hold itself"));
    }
    let mut items = vec![function, arguments];
    if !rest.is_none() {
        items.push(rest);
    }
    work.frames.push(Frame {
        value,
        items,
        at: 0,
        of: Of::Reduced,
    });
    Ok(Value::NONE)
}

/// The thing is found by its name in a module.
fn named(vm: &mut Vm, args: &[Value]) -> Res {
    let module = vm.expect_str(args[1], "module")?;
    let name = vm.expect_str(args[2], "name")?;
    let work = encoder(vm, args[0]);
    work.global(&module, &name);
    let asked = work.asked;
    work.remember(asked);
    let types = vm.extension::<Types>();
    if types.named.len() < NAMED_LIMIT {
        types.named.insert(asked, [args[1], args[2]]);
    }
    Ok(Value::NONE)
}

/// Where the thing that Python was asked about stands: a list of steps, each
/// a kind (`item`, `key`, `attribute`, `argument`, `member`) and what it is
/// named by.
fn path(vm: &mut Vm, args: &[Value]) -> Res {
    let frames: Vec<(Of, usize, Vec<Value>)> = encoder(vm, args[0])
        .frames
        .iter()
        .map(|frame| (frame.of, frame.at.saturating_sub(1), frame.items.clone()))
        .collect();
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some((of, index, items)) = frames.get(at) {
        at += 1;
        let (kind, by) = match of {
            Of::Tuple | Of::List => ("item", Value::count(*index)),
            Of::Dict if index % 2 == 1 => ("key", items[index - 1]),
            Of::Dict | Of::Set | Of::FrozenSet => ("member", items[*index]),
            Of::Reduced => match reduced_step(&frames[at..], *index) {
                Some((kind, by, taken)) => {
                    at += taken;
                    (kind, by)
                }
                None => continue,
            },
        };
        let kind = vm.str(kind);
        steps.push(vm.tuple(&[kind, by]));
    }
    Ok(vm.list(steps))
}

/// The step from a reduced thing into what it was reduced to, and how many
/// frames that is.
fn reduced_step(
    inner: &[(Of, usize, Vec<Value>)],
    stage: usize,
) -> Option<(&'static str, Value, usize)> {
    let (_, part, _) = inner.first()?;
    if stage == 1 {
        return Some(("argument", Value::count(*part), 1));
    }
    // (state, setter, items, pairs)
    match (*part, inner.get(1)) {
        (0, Some((Of::Dict, index, items))) if index % 2 == 1 => {
            Some(("attribute", items[index - 1], 2))
        }
        // A dict, and one of what stands in slots.
        (0, Some((Of::Tuple, ..))) => match inner.get(2) {
            Some((Of::Dict, index, items)) if index % 2 == 1 => {
                Some(("attribute", items[index - 1], 3))
            }
            _ => None,
        },
        (2, Some((Of::List, index, _))) => Some(("item", Value::count(*index), 2)),
        (3, Some((Of::List, index, items))) if index % 2 == 1 => Some(("key", items[index - 1], 2)),
        _ => None,
    }
}

impl Encoder {
    /// Writes what can be written without Python; the value that needs it.
    fn go(&mut self, vm: &mut Vm) -> Option<Value> {
        loop {
            if let Some(value) = self.next.take()
                && !self.write(vm, value)
            {
                return Some(value);
            }
            let frame = self.frames.last_mut()?;
            match frame.items.get(frame.at) {
                Some(&item) => {
                    frame.at += 1;
                    if frame.of == Of::Reduced && frame.at == 3 {
                        // The thing itself is there from here on.
                        let value = frame.value;
                        self.bytes.push(tag::CALL);
                        self.remember(value);
                    }
                    self.next = Some(item);
                }
                None => self.close(),
            }
        }
    }

    /// Writes a plain value, or begins a container; false if it is neither.
    fn write(&mut self, vm: &mut Vm, value: Value) -> bool {
        if let Some(small) = value.as_small() {
            self.bytes.push(tag::INT);
            self.signed(small);
            return true;
        }
        if let Some(float) = value.as_float() {
            self.bytes.push(tag::FLOAT);
            self.bytes.extend_from_slice(&float.to_le_bytes());
            return true;
        }
        let singleton = match value {
            Value::NONE => tag::NONE,
            Value::TRUE => tag::TRUE,
            Value::FALSE => tag::FALSE,
            Value::ELLIPSIS => tag::ELLIPSIS,
            Value::NOT_IMPLEMENTED => tag::NOT_IMPLEMENTED,
            _ => 0,
        };
        if singleton != 0 {
            self.bytes.push(singleton);
            return true;
        }
        if let Some(&place) = self.memo.get(&value) {
            self.bytes.push(tag::AGAIN);
            self.unsigned(place);
            return true;
        }
        self.write_object(vm, value)
    }

    fn write_object(&mut self, vm: &mut Vm, value: Value) -> bool {
        match value.kind() {
            Some(Kind::Str) => {
                self.bytes.push(tag::STR);
                let text = vm.heap.str(value);
                self.text(text);
                self.remember(value);
            }
            Some(Kind::Bytes) => {
                self.bytes.push(tag::BYTES);
                self.blob(&vm.heap.pybytes(value).data);
                self.remember(value);
            }
            Some(Kind::BigInt) => {
                self.bytes.push(tag::BIG_INT);
                let digits = vm.heap.bigint(value).to_signed_bytes_le();
                self.blob(&digits);
            }
            Some(Kind::Tuple) => {
                let items = vm.heap.tuple(value).to_vec();
                self.begin(value, items, Of::Tuple);
            }
            Some(Kind::List) => {
                let items = vm.heap.list(value).clone();
                self.bytes.push(tag::LIST);
                self.remember(value);
                self.begin(value, items, Of::List);
            }
            Some(Kind::Dict) => {
                let pairs = vm.heap.dict(value).iter();
                let items = pairs.flat_map(|(key, value)| [key, value]).collect();
                self.bytes.push(tag::DICT);
                self.remember(value);
                self.begin(value, items, Of::Dict);
            }
            Some(Kind::Set) => {
                let set = vm.heap.set(value);
                let items = set.table.iter().map(|(key, _)| key).collect();
                if set.frozen {
                    self.begin(value, items, Of::FrozenSet);
                } else {
                    self.bytes.push(tag::SET);
                    self.remember(value);
                    self.begin(value, items, Of::Set);
                }
            }
            Some(Kind::Function | Kind::Type) => return self.write_named(vm, value),
            Some(Kind::Object) => return self.write_native(vm, value),
            _ => return false,
        }
        true
    }

    /// Writes what Python has named before, if it is still found by that name.
    fn write_named(&mut self, vm: &mut Vm, value: Value) -> bool {
        let Some(&[module, name]) = vm.extension::<Types>().named.get(&value) else {
            return false;
        };
        if find(vm, module, name) != Some(value) {
            return false;
        }
        let (Some(module), Some(name)) = (vm.as_text(module), vm.as_text(name)) else {
            return false;
        };
        self.global(module, name);
        self.remember(value);
        true
    }

    fn global(&mut self, module: &str, name: &str) {
        self.bytes.push(tag::GLOBAL);
        self.text(module);
        self.text(name);
    }

    fn write_native(&mut self, vm: &mut Vm, value: Value) -> bool {
        if let Some((re, im)) = vm.as_complex(value) {
            self.bytes.push(tag::COMPLEX);
            self.bytes.extend_from_slice(&re.to_le_bytes());
            self.bytes.extend_from_slice(&im.to_le_bytes());
        } else if let Some(data) = vm.bytearray_mut(value) {
            self.bytes.push(tag::BYTEARRAY);
            let data = data.clone();
            self.blob(&data);
            self.remember(value);
        } else {
            return false;
        }
        true
    }

    fn begin(&mut self, value: Value, items: Vec<Value>, of: Of) {
        self.frames.push(Frame {
            value,
            items,
            at: 0,
            of,
        });
    }

    /// All items of the innermost container are written.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let count = frame.items.len() as u64;
        match frame.of {
            Of::List | Of::Dict | Of::Set if count == 0 => {}
            Of::List => self.counted(tag::APPEND, count),
            Of::Dict => self.counted(tag::SET_ITEMS, count / 2),
            Of::Set => self.counted(tag::ADD, count),
            Of::Tuple | Of::FrozenSet => {
                // It may hold a container that holds it, and so have been
                // written inside of itself.
                if let Some(&place) = self.memo.get(&frame.value) {
                    self.counted(tag::DROP_AGAIN, count);
                    self.unsigned(place);
                    return;
                }
                let tag = if frame.of == Of::Tuple {
                    tag::TUPLE
                } else {
                    tag::FROZENSET
                };
                self.counted(tag, count);
                self.remember(frame.value);
            }
            Of::Reduced if count == 2 => {
                self.bytes.push(tag::CALL);
                self.remember(frame.value);
            }
            Of::Reduced => self.bytes.push(tag::BUILD),
        }
    }

    fn remember(&mut self, value: Value) {
        self.memo.insert(value, self.remembered);
        self.remembered += 1;
    }

    fn counted(&mut self, tag: u8, count: u64) {
        self.bytes.push(tag);
        self.unsigned(count);
    }

    fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)) as u64);
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }
}
