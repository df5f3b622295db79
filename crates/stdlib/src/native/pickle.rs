//! Pickles of plain values: numbers, texts, bytes, lists, tuples and dicts,
//! byte for byte as `pickle` writes them, and what they mean. For all else
//! the answer is None, and the Python code there begins anew.

use std::collections::BTreeMap;

use airlock_vm::module::ModuleDef;
use airlock_vm::{Kind, NativeDef, PyDict, Res, Value, Vm, function};
use num_bigint::BigInt;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_airlock_pickle",
    // Added by `init`, so that the table, too, is in the engine's late part.
    functions: &[],
    init,
};

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let name = vm.intern(MODULE.name);
    vm.add_functions(dict, name, FUNCTIONS);
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[
    function("dumps", "value, protocol, /", |vm, args| {
        let protocol = match args[1].as_small() {
            Some(protocol @ (4 | 5)) => protocol as u8,
            None if args[1].is_none() => DEFAULT_PROTOCOL,
            _ => return Ok(Value::NONE),
        };
        let mut writer = Writer::default();
        if writer.save(vm, args[0], 0).is_none() {
            return Ok(Value::NONE);
        }
        let data = writer.finish(protocol);
        Ok(vm.bytes(&data))
    }),
    function("loads", "data, /", loads),
];

const DEFAULT_PROTOCOL: u8 = 5;
/// Deeper values are left to Python code, whose recursion is limited.
const MAX_DEPTH: u32 = 100;
const FRAME_BYTES: usize = 64 * 1024;
/// Shorter frames have no head.
const MIN_FRAME_BYTES: usize = 4;
/// How many items one instruction adds at most.
const BATCH: usize = 1000;

mod code {
    pub const PROTO: u8 = 0x80;
    pub const FRAME: u8 = 0x95;
    pub const STOP: u8 = b'.';
    pub const MARK: u8 = b'(';
    pub const NONE: u8 = b'N';
    pub const TRUE: u8 = 0x88;
    pub const FALSE: u8 = 0x89;
    pub const BININT: u8 = b'J';
    pub const BININT1: u8 = b'K';
    pub const BININT2: u8 = b'M';
    pub const LONG1: u8 = 0x8A;
    pub const BINFLOAT: u8 = b'G';
    pub const BINUNICODE: u8 = b'X';
    pub const SHORT_BINUNICODE: u8 = 0x8C;
    pub const BINBYTES: u8 = b'B';
    pub const SHORT_BINBYTES: u8 = b'C';
    pub const EMPTY_TUPLE: u8 = b')';
    pub const TUPLE1: u8 = 0x85;
    pub const TUPLE2: u8 = 0x86;
    pub const TUPLE3: u8 = 0x87;
    pub const TUPLE: u8 = b't';
    pub const EMPTY_LIST: u8 = b']';
    pub const APPEND: u8 = b'a';
    pub const APPENDS: u8 = b'e';
    pub const EMPTY_DICT: u8 = b'}';
    pub const SETITEM: u8 = b's';
    pub const SETITEMS: u8 = b'u';
    pub const MEMOIZE: u8 = 0x94;
    pub const BINGET: u8 = b'h';
    pub const LONG_BINGET: u8 = b'j';
}

#[derive(Default)]
struct Writer {
    /// Frames that are complete, with their heads.
    done: Vec<u8>,
    frame: Vec<u8>,
    /// Where each value that was saved stands in the reader's memo.
    memo: BTreeMap<u64, u32>,
}

impl Writer {
    fn finish(mut self, protocol: u8) -> Vec<u8> {
        self.frame.push(code::STOP);
        self.end_frame();
        let mut data = vec![code::PROTO, protocol];
        data.append(&mut self.done);
        data
    }

    fn end_frame(&mut self) {
        if self.frame.len() >= MIN_FRAME_BYTES {
            self.done.push(code::FRAME);
            self.done.extend((self.frame.len() as u64).to_le_bytes());
        }
        self.done.append(&mut self.frame);
    }

    fn memoize(&mut self, value: Value) {
        self.frame.push(code::MEMOIZE);
        let place = self.memo.len() as u32;
        self.memo.insert(value.bits(), place);
    }

    /// `None` for what is not plain.
    fn save(&mut self, vm: &Vm, value: Value, depth: u32) -> Option<()> {
        if self.frame.len() >= FRAME_BYTES {
            self.end_frame();
        }
        if value.is_handle()
            && let Some(&place) = self.memo.get(&value.bits())
        {
            match u8::try_from(place) {
                Ok(place) => self.frame.extend([code::BINGET, place]),
                Err(_) => self.sized(code::LONG_BINGET, place as usize),
            }
            return Some(());
        }
        if let Some(int) = value.as_small() {
            self.save_int(int);
            return Some(());
        }
        if let Some(float) = value.as_float() {
            self.frame.push(code::BINFLOAT);
            self.frame.extend(float.to_be_bytes());
            return Some(());
        }
        match value {
            Value::NONE => self.frame.push(code::NONE),
            Value::TRUE => self.frame.push(code::TRUE),
            Value::FALSE => self.frame.push(code::FALSE),
            _ => return self.save_object(vm, value, depth),
        }
        Some(())
    }

    fn save_int(&mut self, int: i64) {
        if let Ok(int) = u8::try_from(int) {
            self.frame.extend([code::BININT1, int]);
        } else if let Ok(int) = u16::try_from(int) {
            self.frame.push(code::BININT2);
            self.frame.extend(int.to_le_bytes());
        } else if let Ok(int) = i32::try_from(int) {
            self.frame.push(code::BININT);
            self.frame.extend(int.to_le_bytes());
        } else {
            self.save_long(&BigInt::from(int));
        }
    }

    fn save_long(&mut self, int: &BigInt) {
        let bytes = int.to_signed_bytes_le();
        self.frame.extend([code::LONG1, bytes.len() as u8]);
        self.frame.extend(bytes);
    }

    fn sized(&mut self, code: u8, size: usize) {
        self.frame.push(code);
        self.frame.extend((size as u32).to_le_bytes());
    }

    fn save_object(&mut self, vm: &Vm, value: Value, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let data = |bytes: &[u8]| (bytes.len() < FRAME_BYTES).then_some(bytes.len());
        match value.kind()? {
            Kind::BigInt => {
                let int = vm.heap.bigint(value);
                // Longer ones have another head.
                (int.bits() < 8 * 255 - 1).then(|| self.save_long(int))?;
            }
            Kind::Str => {
                let text = vm.heap.str(value);
                if text
                    .chars()
                    .any(|c| ('\u{10F000}'..='\u{10F7FF}').contains(&c))
                {
                    return None;
                }
                match data(text.as_bytes())? {
                    size @ ..256 => self.frame.extend([code::SHORT_BINUNICODE, size as u8]),
                    size => self.sized(code::BINUNICODE, size),
                }
                self.frame.extend(text.as_bytes());
                self.memoize(value);
            }
            Kind::Bytes => {
                let bytes = &vm.heap.pybytes(value).data;
                match data(bytes)? {
                    size @ ..256 => self.frame.extend([code::SHORT_BINBYTES, size as u8]),
                    size => self.sized(code::BINBYTES, size),
                }
                self.frame.extend(&bytes[..]);
                self.memoize(value);
            }
            Kind::Tuple => self.save_tuple(vm, value, depth)?,
            Kind::List => {
                self.frame.push(code::EMPTY_LIST);
                self.memoize(value);
                for batch in vm.heap.list(value).chunks(BATCH) {
                    if batch.len() > 1 {
                        self.frame.push(code::MARK);
                    }
                    for &item in batch {
                        self.save(vm, item, depth + 1)?;
                    }
                    let one = batch.len() == 1;
                    self.frame
                        .push(if one { code::APPEND } else { code::APPENDS });
                }
            }
            Kind::Dict => {
                self.frame.push(code::EMPTY_DICT);
                self.memoize(value);
                let items: Vec<(Value, Value)> = vm.heap.dict(value).iter().collect();
                for batch in items.chunks(BATCH) {
                    if batch.len() > 1 {
                        self.frame.push(code::MARK);
                    }
                    for &(key, item) in batch {
                        self.save(vm, key, depth + 1)?;
                        self.save(vm, item, depth + 1)?;
                    }
                    let one = batch.len() == 1;
                    self.frame
                        .push(if one { code::SETITEM } else { code::SETITEMS });
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn save_tuple(&mut self, vm: &Vm, value: Value, depth: u32) -> Option<()> {
        let items = vm.heap.tuple(value);
        let code = match items.len() {
            0 => {
                self.frame.push(code::EMPTY_TUPLE);
                return Some(());
            }
            1 => code::TUPLE1,
            2 => code::TUPLE2,
            3 => code::TUPLE3,
            _ => {
                self.frame.push(code::MARK);
                code::TUPLE
            }
        };
        for &item in items {
            self.save(vm, item, depth + 1)?;
        }
        // One that is in itself.
        if self.memo.contains_key(&value.bits()) {
            return None;
        }
        self.frame.push(code);
        self.memoize(value);
        Some(())
    }
}

/// A tuple of the value that a pickle means; None if Python has to read it.
fn loads(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is(Kind::Bytes) {
        return Ok(Value::NONE);
    }
    let data = vm.heap.pybytes(args[0]).data.clone();
    let mut reader = Reader {
        data: &data,
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Vec::new(),
    };
    Ok(match reader.load(vm) {
        Some(value) => vm.tuple(&[value]),
        None => Value::NONE,
    })
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    /// How long the stack was at each mark.
    marks: Vec<usize>,
    memo: Vec<Value>,
}

impl Reader<'_> {
    fn take(&mut self, size: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(size)?;
        let taken = self.data.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn size(&mut self) -> Option<usize> {
        self.array().map(|bytes| u32::from_le_bytes(bytes) as usize)
    }

    /// What was pushed since the last mark.
    fn marked(&mut self) -> Option<Vec<Value>> {
        let mark = self.marks.pop()?;
        (mark <= self.stack.len()).then(|| self.stack.split_off(mark))
    }

    fn last(&mut self, count: usize) -> Option<Vec<Value>> {
        let from = self.stack.len().checked_sub(count)?;
        let bottom = self.marks.last().copied().unwrap_or(0);
        (from >= bottom).then(|| self.stack.split_off(from))
    }

    fn load(&mut self, vm: &mut Vm) -> Option<Value> {
        loop {
            let value = match self.byte()? {
                code::PROTO => {
                    (self.byte()? <= DEFAULT_PROTOCOL).then_some(())?;
                    continue;
                }
                code::FRAME => {
                    self.take(8)?;
                    continue;
                }
                code::STOP if self.marks.is_empty() => return self.stack.pop(),
                code::MARK => {
                    self.marks.push(self.stack.len());
                    continue;
                }
                code::MEMOIZE => {
                    self.memo.push(*self.stack.last()?);
                    continue;
                }
                code::APPEND | code::APPENDS | code::SETITEM | code::SETITEMS => {
                    self.add(vm)?;
                    continue;
                }
                code::NONE => Value::NONE,
                code::TRUE => Value::TRUE,
                code::FALSE => Value::FALSE,
                code::BININT1 => Value::int32(self.byte()? as i32),
                code::BININT2 => Value::int32(u16::from_le_bytes(self.array()?) as i32),
                code::BININT => Value::int32(i32::from_le_bytes(self.array()?)),
                code::LONG1 => {
                    let size = self.byte()? as usize;
                    let int = BigInt::from_signed_bytes_le(self.take(size)?);
                    vm.heap.new_bigint(int)
                }
                code::BINFLOAT => Value::float(f64::from_be_bytes(self.array()?)),
                code @ (code::SHORT_BINUNICODE | code::BINUNICODE) => {
                    let size = match code {
                        code::BINUNICODE => self.size()?,
                        _ => self.byte()? as usize,
                    };
                    let text = std::str::from_utf8(self.take(size)?).ok()?;
                    vm.str(text)
                }
                code @ (code::SHORT_BINBYTES | code::BINBYTES) => {
                    let size = match code {
                        code::BINBYTES => self.size()?,
                        _ => self.byte()? as usize,
                    };
                    vm.bytes(self.take(size)?)
                }
                code::BINGET => {
                    let place = self.byte()? as usize;
                    *self.memo.get(place)?
                }
                code::LONG_BINGET => {
                    let place = self.size()?;
                    *self.memo.get(place)?
                }
                code::EMPTY_TUPLE => vm.tuple(&[]),
                code @ code::TUPLE1..=code::TUPLE3 => {
                    let items = self.last((code - code::TUPLE1) as usize + 1)?;
                    vm.tuple(&items)
                }
                code::TUPLE => {
                    let items = self.marked()?;
                    vm.tuple(&items)
                }
                code::EMPTY_LIST => vm.list(Vec::new()),
                code::EMPTY_DICT => vm.heap.new_dict(PyDict::default()),
                _ => return None,
            };
            self.stack.push(value);
        }
    }

    /// Adds to the list or dict below what was pushed, by the instruction
    /// just read.
    fn add(&mut self, vm: &mut Vm) -> Option<()> {
        let items = match self.data[self.at - 1] {
            code::APPEND => self.last(1)?,
            code::SETITEM => self.last(2)?,
            _ => self.marked()?,
        };
        let container = *self.stack.last()?;
        let wants_list = matches!(self.data[self.at - 1], code::APPEND | code::APPENDS);
        if wants_list && container.is(Kind::List) {
            vm.heap.charge(8 * items.len());
            vm.heap.list_mut(container).extend(items);
            return Some(());
        }
        if wants_list || !container.is(Kind::Dict) || items.len() % 2 == 1 {
            return None;
        }
        for pair in items.chunks(2) {
            vm.dict_set(container, pair[0], pair[1]).ok()?;
        }
        Some(())
    }
}
