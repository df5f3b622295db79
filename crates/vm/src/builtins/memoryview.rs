//! `memoryview` of `bytes`, `bytearray` and arrays.
//!
//! As in CPython, only `cast` gives a view more dimensions, and only the first
//! can be sliced then: what lies within an item of that one is in one piece.

use std::cell::Cell;
use std::rc::Rc;

use super::bytes::{hex_text, sequence_index};
use crate::class::{GetterDef, getter};
use crate::gc::Tracer;
use crate::native::{NativeDef, method, new_method};
use crate::object::{NativeObject, PyIter};
use crate::value::Kind;
use crate::{Res, Value, Vm};

pub struct PyMemoryView {
    /// Unbound once released.
    base: Value,
    /// Byte position of the first item.
    start: usize,
    /// Items of the first dimension; 1 if there is none.
    length: usize,
    /// The lengths of the others.
    inner: Rc<[usize]>,
    /// Whether there is not even one dimension.
    scalar: bool,
    /// Bytes from one item to the next; negative when reversed.
    stride: isize,
    /// `struct` code of the items.
    format: char,
    item_bytes: usize,
    /// Made by `toreadonly`.
    readonly: bool,
    /// Once asked for; a released view still has it.
    hash: Cell<Option<i64>>,
    class: Value,
}

impl NativeObject for PyMemoryView {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.base);
    }
}

impl PyMemoryView {
    /// The bytes seen, if they are in one piece.
    pub(crate) fn contiguous<'vm>(&self, vm: &'vm Vm) -> Option<&'vm [u8]> {
        if !self.is_contiguous() {
            return None;
        }
        let base = vm.buffer(self.base.bound()?)?;
        base.get(self.start..self.start + self.bytes())
    }

    pub(crate) fn copied(&self, vm: &Vm) -> Option<Vec<u8>> {
        let base = vm.buffer(self.base.bound()?)?;
        let mut out = Vec::with_capacity(self.bytes());
        for at in 0..self.length {
            let start = self.byte_position(at);
            out.extend(base.get(start..start + self.row_bytes())?);
        }
        Some(out)
    }

    /// Bytes of what one index of the first dimension gives.
    fn row_bytes(&self) -> usize {
        self.inner.iter().product::<usize>() * self.item_bytes
    }

    fn bytes(&self) -> usize {
        self.length * self.row_bytes()
    }

    fn is_contiguous(&self) -> bool {
        self.length < 2 || self.stride == self.row_bytes() as isize
    }

    fn shape(&self) -> Vec<usize> {
        if self.scalar {
            return Vec::new();
        }
        let mut shape = vec![self.length];
        shape.extend(self.inner.iter());
        shape
    }

    fn strides(&self) -> Vec<isize> {
        if self.scalar {
            return Vec::new();
        }
        let mut strides = vec![self.stride];
        let mut rest = self.row_bytes();
        for length in self.inner.iter() {
            rest /= (*length).max(1);
            strides.push(rest as isize);
        }
        strides
    }

    fn byte_position(&self, at: usize) -> usize {
        (self.start as isize + at as isize * self.stride) as usize
    }
}

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.memoryview, METHODS);
    vm.add_getters(vm.types.memoryview, GETTERS);
    let flags = &mut vm.heap.ty_mut(vm.types.memoryview).flags;
    (flags.custom_eq, flags.custom_hash) = (true, true);
}

static METHODS: &[NativeDef] = &[
    new_method("cls, object", new),
    method("__len__", "self, /", len),
    method("__getitem__", "self, key, /", getitem).slow("memoryview_getitem"),
    method("__setitem__", "self, key, value, /", setitem).slow("memoryview_setitem"),
    method("__iter__", "self, /", iter),
    method("__eq__", "self, value, /", eq),
    method("__ne__", "self, value, /", ne),
    method("__hash__", "self, /", hash),
    method("__repr__", "self, /", repr),
    method("__enter__", "self, /", enter),
    method("__exit__", "self, /, *exc_info", release),
    method("cast", "self, /, format, shape=...", cast),
    method("hex", "self, /, sep=..., bytes_per_sep=1", hex),
    method("release", "self, /", release),
    method("tobytes", "self, /, order=None", tobytes),
    method("tolist", "self, /", tolist),
    method("toreadonly", "self, /", toreadonly),
];

static GETTERS: &[GetterDef] = &[
    getter("obj", |vm, this| Ok(view(vm, this)?.base)),
    getter("nbytes", |vm, this| {
        let view = view(vm, this)?;
        Ok(Value::count(view.bytes()))
    }),
    getter("itemsize", |vm, this| {
        Ok(Value::count(view(vm, this)?.item_bytes))
    }),
    getter("format", |vm, this| {
        let format = view(vm, this)?.format;
        Ok(vm.char_value(format))
    }),
    getter("ndim", |vm, this| {
        Ok(Value::count(view(vm, this)?.shape().len()))
    }),
    getter("readonly", |vm, this| {
        let view = view(vm, this)?;
        Ok(Value::bool(view.readonly || !writable(vm, view.base)))
    }),
    getter("shape", |vm, this| {
        let shape = view(vm, this)?.shape();
        let shape: Vec<Value> = shape.into_iter().map(Value::count).collect();
        Ok(vm.tuple(&shape))
    }),
    getter("strides", |vm, this| {
        let strides = view(vm, this)?.strides().into_iter();
        let strides: Vec<Value> = strides.map(|stride| vm.int(stride as i64)).collect();
        Ok(vm.tuple(&strides))
    }),
    getter("suboffsets", |vm, this| {
        view(vm, this)?;
        Ok(vm.tuple(&[]))
    }),
    getter("contiguous", contiguous),
    getter("c_contiguous", contiguous),
    getter("f_contiguous", |vm, this| {
        let view = view(vm, this)?;
        // Rows and columns may only change places where there is one of them.
        let long = view.shape().into_iter().filter(|length| *length > 1);
        Ok(Value::bool(view.is_contiguous() && long.count() < 2))
    }),
];

fn contiguous(vm: &mut Vm, this: Value) -> Res {
    let view = view(vm, this)?;
    Ok(Value::bool(view.is_contiguous()))
}

/// Self's fields, unless released.
fn view(vm: &mut Vm, this: Value) -> Res<PyMemoryView> {
    match vm.heap.downcast::<PyMemoryView>(this) {
        Some(view) if !view.base.is_unbound() => Ok(PyMemoryView {
            hash: Cell::new(None),
            inner: view.inner.clone(),
            ..*view
        }),
        _ => Err(vm.value_error("operation forbidden on released memoryview object")),
    }
}

/// Whether writing through a view of this object is allowed.
fn writable(vm: &Vm, base: Value) -> bool {
    let base = vm.heap.payload(base);
    base.is(Kind::Object) && vm.heap.object(base).buffer().is_some()
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, object) = (args[0], args[1]);
    if vm.heap.downcast::<PyMemoryView>(object).is_some() {
        let view = view(vm, object)?;
        return Ok(vm.heap.new_object(view));
    }
    let Some(bytes) = vm.buffer(object).map(<[u8]>::len) else {
        let message = format!(
            "memoryview: a bytes-like object is required, not '{}'",
            vm.type_name(object)
        );
        return Err(vm.type_error(message));
    };
    let plain = vm.heap.payload(object);
    let (format, item_bytes) = if plain.is(Kind::Object) {
        vm.heap.object(plain).buffer_item()
    } else {
        ('B', 1)
    };
    let item_bytes = item_bytes.max(1);
    let view = PyMemoryView {
        base: object,
        start: 0,
        length: bytes / item_bytes,
        inner: Rc::default(),
        scalar: false,
        stride: item_bytes as isize,
        format,
        item_bytes,
        readonly: false,
        hash: Cell::new(None),
        class,
    };
    Ok(vm.heap.new_object(view))
}

fn len(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    if view.scalar {
        return Err(vm.type_error("0-dim memory has no length"));
    }
    Ok(Value::count(view.length))
}

/// The value of an item with this `struct` code.
pub fn unpack(vm: &mut Vm, format: char, data: &[u8]) -> Res {
    let mut wide = [0; 8];
    wide[..data.len().min(8)].copy_from_slice(&data[..data.len().min(8)]);
    let raw = u64::from_le_bytes(wide);
    let bits = data.len().min(8) as u32 * 8;
    Ok(match format {
        'c' => vm.bytes(data),
        '?' => Value::bool(raw != 0),
        'f' => Value::float(f32::from_bits(raw as u32) as f64),
        'd' => Value::float(f64::from_bits(raw)),
        'b' | 'h' | 'i' | 'l' | 'q' | 'n' => vm.int((raw as i64) << (64 - bits) >> (64 - bits)),
        'B' | 'H' | 'I' | 'L' | 'Q' | 'N' | 'P' => vm.heap.new_bigint(raw.into()),
        _ => {
            let message = format!("memoryview: format {format} not supported");
            return Err(vm.not_implemented_error(message));
        }
    })
}

/// The bytes of an item with this `struct` code.
pub fn pack(vm: &mut Vm, format: char, item_bytes: usize, value: Value) -> Res<Vec<u8>> {
    let invalid = format!("memoryview: invalid value for format '{format}'");
    let bits = item_bytes as u32 * 8;
    let raw = match format {
        'c' => match vm.buffer(value) {
            Some([byte]) => *byte as u64,
            _ => return Err(vm.value_error(invalid)),
        },
        '?' => vm.truthy(value)? as u64,
        'f' | 'd' => {
            let number = match vm.heap.number(vm.heap.payload(value)) {
                Some(crate::Number::Float(float)) => float,
                Some(crate::Number::Int(int)) => int as f64,
                _ => {
                    return Err(
                        vm.type_error(format!("memoryview: invalid type for format '{format}'"))
                    );
                }
            };
            if format == 'f' {
                (f64::from_bits(Value::ieee_bits(number)) as f32).to_bits() as u64
            } else {
                Value::ieee_bits(number)
            }
        }
        _ => {
            if vm.as_int(value).is_none() && vm.lookup_special(value, vm.names.index).is_none() {
                return Err(
                    vm.type_error(format!("memoryview: invalid type for format '{format}'"))
                );
            }
            let int = vm.index_big(value)?;
            let fits = if format.is_ascii_lowercase() {
                i64::try_from(&int)
                    .ok()
                    .filter(|int| *int << (64 - bits) >> (64 - bits) == *int)
                    .map(|int| int as u64)
            } else {
                u64::try_from(&int)
                    .ok()
                    .filter(|int| bits == 64 || *int < 1 << bits)
            };
            match fits {
                Some(raw) => raw,
                None => return Err(vm.value_error(invalid)),
            }
        }
    };
    Ok(raw.to_le_bytes()[..item_bytes.min(8)].to_vec())
}

/// The bytes of one item of a view.
fn item(vm: &mut Vm, view: &PyMemoryView, start: usize) -> Res<Vec<u8>> {
    let found = vm
        .buffer(view.base)
        .and_then(|base| base.get(start..start + view.item_bytes));
    match found.map(<[u8]>::to_vec) {
        Some(data) => Ok(data),
        None => Err(vm.index_error("index out of bounds on dimension 1")),
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let key = args[1];
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, view.length)?;
        let start = if range.count == 0 {
            view.start
        } else {
            view.byte_position(range.start as usize)
        };
        let stride = view.stride.saturating_mul(range.step as isize);
        return Ok(vm.heap.new_object(PyMemoryView {
            start,
            length: range.count,
            stride,
            ..view
        }));
    }
    if key == Value::ELLIPSIS {
        return Ok(args[0]);
    }
    let start = item_position(vm, &view, key)?;
    let data = item(vm, &view, start)?;
    unpack(vm, view.format, &data)
}

/// Where the item begins that an index or a tuple of them names.
fn item_position(vm: &mut Vm, view: &PyMemoryView, key: Value) -> Res<usize> {
    many_slices(vm, key)?;
    let shape = view.shape();
    let indices = if key.is(Kind::Tuple) {
        vm.heap.tuple(key).to_vec()
    } else if view.scalar {
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    } else {
        vec![key]
    };
    for index in &indices {
        if vm.as_int(*index).is_none() && vm.lookup_special(*index, vm.names.index).is_none() {
            return Err(vm.type_error("memoryview: invalid slice key"));
        }
    }
    if indices.len() > shape.len() {
        return Err(vm.type_error(format!(
            "cannot index {}-dimension view with {}-element tuple",
            shape.len(),
            indices.len()
        )));
    }
    if indices.len() < shape.len() {
        return Err(vm.not_implemented_error(if key.is(Kind::Tuple) {
            "sub-views are not implemented"
        } else {
            "multi-dimensional sub-views are not implemented"
        }));
    }
    let mut position = view.start as isize;
    for (dimension, (index, stride)) in indices.into_iter().zip(view.strides()).enumerate() {
        let index = sequence_index(vm, index, "memoryview")?;
        let Some(at) = Vm::position(index, shape[dimension]) else {
            return Err(vm.index_error(format!(
                "index out of bounds on dimension {}",
                dimension + 1
            )));
        };
        position += at as isize * stride;
    }
    Ok(position as usize)
}

/// Refuses slices of several dimensions.
fn many_slices(vm: &mut Vm, key: Value) -> Res<()> {
    let slices = match key.is(Kind::Tuple) {
        true => vm.heap.tuple(key).to_vec(),
        false => return Ok(()),
    };
    if !slices.is_empty()
        && slices
            .iter()
            .all(|item| vm.is_instance(*item, vm.types.slice))
    {
        return Err(vm.not_implemented_error("multi-dimensional slicing is not implemented"));
    }
    Ok(())
}

fn setitem(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let (key, value) = (args[1], args[2]);
    if view.readonly || !writable(vm, view.base) {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let (starts, data): (Vec<usize>, Vec<u8>) = if vm.is_instance(key, vm.types.slice) {
        if !view.inner.is_empty() || view.scalar {
            return Err(vm.not_implemented_error(
                "memoryview slice assignments are currently restricted to ndim = 1",
            ));
        }
        let range = vm.slice_indices(key, view.length)?;
        let data = vm.expect_buffer(value)?;
        if data.len() != range.count * view.item_bytes {
            return Err(vm.value_error(
                "memoryview assignment: lvalue and rvalue have different structures",
            ));
        }
        let starts = range.positions().map(|at| view.byte_position(at));
        (starts.collect(), data)
    } else {
        let key = match key == Value::ELLIPSIS && view.scalar {
            true => vm.tuple(&[]),
            false => key,
        };
        let start = item_position(vm, &view, key)?;
        (vec![start], pack(vm, view.format, view.item_bytes, value)?)
    };
    let base = vm.heap.payload(view.base);
    let Some(target) = vm.heap.object_mut(base).buffer_mut() else {
        return Ok(Value::NONE);
    };
    for (start, source) in starts.into_iter().zip(data.chunks(view.item_bytes)) {
        if let Some(place) = target.get_mut(start..start + view.item_bytes) {
            place.copy_from_slice(source);
        }
    }
    Ok(Value::NONE)
}

fn items(vm: &mut Vm, this: Value) -> Res<Vec<Value>> {
    let view = view(vm, this)?;
    let data = view.copied(vm).unwrap_or_default();
    data.chunks(view.item_bytes)
        .map(|item| unpack(vm, view.format, item))
        .collect()
}

fn iter(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    if view.scalar {
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    }
    if !view.inner.is_empty() {
        return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented"));
    }
    let items = items(vm, args[0])?;
    Ok(vm.heap.new_iter(PyIter::Items {
        items: items.into(),
        at: 0,
    }))
}

fn tolist(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let mut items = items(vm, args[0])?;
    if view.scalar {
        return Ok(items.pop().unwrap_or(Value::NONE));
    }
    // From the inside out: lists of items, lists of these, and so on.
    for (dimension, length) in view.inner.iter().enumerate().rev() {
        let lists = if *length == 0 {
            let count = view.length * view.inner[..dimension].iter().product::<usize>();
            (0..count).map(|_| vm.list(Vec::new())).collect()
        } else {
            let rows: Vec<Vec<Value>> = items.chunks(*length).map(<[Value]>::to_vec).collect();
            rows.into_iter().map(|row| vm.list(row)).collect()
        };
        items = lists;
    }
    Ok(vm.list(items))
}

fn tobytes(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let data = view.copied(vm).unwrap_or_default();
    let order = match args[1].is_none() {
        true => "C".to_owned(),
        false => vm.expect_str(args[1], "tobytes() argument 'order'")?,
    };
    match order.as_str() {
        "C" | "A" => Ok(vm.bytes(&data)),
        "F" => {
            let data = by_columns(&view, &data);
            Ok(vm.bytes(&data))
        }
        _ => Err(vm.value_error("order must be 'C', 'F' or 'A'")),
    }
}

/// Items in C's order in Fortran's, whose first index changes fastest.
fn by_columns(view: &PyMemoryView, data: &[u8]) -> Vec<u8> {
    let shape = view.shape();
    let mut out = Vec::with_capacity(data.len());
    for mut at in 0..data.len() / view.item_bytes {
        let (mut place, mut step) = (0, data.len() / view.item_bytes);
        for length in &shape {
            step /= length;
            place += at % length * step;
            at /= length;
        }
        out.extend(&data[place * view.item_bytes..(place + 1) * view.item_bytes]);
    }
    out
}

fn hex(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let data = view.copied(vm).unwrap_or_default();
    let text = hex_text(vm, &data, args[1], args[2])?;
    Ok(vm.string(text))
}

fn eq(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0] == args[1]
        && vm
            .heap
            .downcast::<PyMemoryView>(args[0])
            .is_some_and(|view| view.base.is_unbound())
    {
        return Ok(Value::TRUE);
    }
    if let (Some(left), Some(right)) = (shape_of(vm, args[0]), shape_of(vm, args[1]))
        && left != right
    {
        return Ok(Value::FALSE);
    }
    match (vm.buffer_copy(args[0]), vm.buffer_copy(args[1])) {
        (Some(left), Some(right)) => {
            let formats = [item_format(vm, args[0]), item_format(vm, args[1])];
            if formats[0] == formats[1] && !matches!(formats[0].0, 'f' | 'd') {
                return Ok(Value::bool(left == right));
            }
            equal_items(vm, formats, [left, right])
        }
        (None, _) => Ok(Value::bool(args[0] == args[1])),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The lengths of a buffer's dimensions.
fn shape_of(vm: &Vm, value: Value) -> Option<Vec<usize>> {
    let plain = vm.heap.payload(value);
    if let Some(view) = vm.heap.downcast::<PyMemoryView>(plain) {
        return Some(view.shape());
    }
    let (_, item_bytes) = item_format(vm, value);
    Some(vec![vm.buffer(value)?.len() / item_bytes.max(1)])
}

/// The `struct` code and size of a buffer's items.
fn item_format(vm: &Vm, value: Value) -> (char, usize) {
    let plain = vm.heap.payload(value);
    match vm.heap.downcast::<PyMemoryView>(plain) {
        Some(view) => (view.format, view.item_bytes),
        None if plain.is(Kind::Object) => vm.heap.object(plain).buffer_item(),
        None => ('B', 1),
    }
}

/// Whether two buffers have equal items, each unpacked by its own code.
fn equal_items(vm: &mut Vm, formats: [(char, usize); 2], data: [Vec<u8>; 2]) -> Res {
    let [(left, left_size), (right, right_size)] = formats;
    let (left_items, right_items) = (data[0].chunks(left_size), data[1].chunks(right_size));
    let known = |format| "bBhHiIlLqQnNPfdc?".contains(format);
    if left_items.len() != right_items.len() || !known(left) || !known(right) {
        return Ok(Value::FALSE);
    }
    for (a, b) in left_items.zip(right_items) {
        let (a, b) = (unpack(vm, left, a)?, unpack(vm, right, b)?);
        if !vm.equal(a, b)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn ne(vm: &mut Vm, args: &[Value]) -> Res {
    let equal = eq(vm, args)?;
    Ok(equal.as_bool().map_or(equal, |equal| Value::bool(!equal)))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let known = vm
        .heap
        .downcast::<PyMemoryView>(args[0])
        .and_then(|view| view.hash.get());
    if let Some(hash) = known {
        return Ok(vm.int(hash));
    }
    let view = view(vm, args[0])?;
    if !view.readonly && writable(vm, view.base) {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !matches!(view.format, 'B' | 'b' | 'c') {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    let data = view.copied(vm).unwrap_or_default();
    let bytes = vm.bytes(&data);
    let hash = vm.hash(bytes)?;
    if let Some(view) = vm.heap.downcast::<PyMemoryView>(args[0]) {
        view.hash.set(Some(hash));
    }
    Ok(vm.int(hash))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let released = vm
        .heap
        .downcast::<PyMemoryView>(args[0])
        .is_none_or(|view| view.base.is_unbound());
    let what = if released {
        "released memory"
    } else {
        "memory"
    };
    let text = format!("<{what} at {:#x}>", args[0].bits() & 0xFFFF_FFFF_FFFF);
    Ok(vm.string(text))
}

fn enter(vm: &mut Vm, args: &[Value]) -> Res {
    view(vm, args[0])?;
    Ok(args[0])
}

fn release(vm: &mut Vm, args: &[Value]) -> Res {
    if let Some(view) = vm.heap.downcast_mut::<PyMemoryView>(args[0]) {
        view.base = Value::UNBOUND;
    }
    Ok(Value::NONE)
}

fn toreadonly(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    Ok(vm.heap.new_object(PyMemoryView {
        readonly: true,
        ..view
    }))
}

fn cast(vm: &mut Vm, args: &[Value]) -> Res {
    let view = view(vm, args[0])?;
    let format = vm.expect_str(args[1], "format argument")?;
    let code = format.trim_start_matches('@');
    let item_bytes = match code {
        "b" | "B" | "c" | "?" => 1,
        "h" | "H" => 2,
        "i" | "I" | "f" => 4,
        "l" | "L" | "q" | "Q" | "d" | "n" | "N" | "P" => 8,
        _ => {
            return Err(vm.value_error(
                "memoryview: destination format must be a native single character format prefixed with an optional '@'",
            ));
        }
    };
    let shape = match args[2].is_unbound() {
        true => None,
        false => Some(cast_shape(vm, args[2])?),
    };
    let is_flat = view.inner.is_empty() && !view.scalar;
    if !is_flat && shape.as_ref().is_some_and(|shape| shape.len() != 1) {
        return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    if (shape.is_some() || !is_flat) && view.shape().contains(&0) {
        return Err(vm.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let is_byte = |format| matches!(format, 'b' | 'B' | 'c');
    if !is_byte(view.format) && !code.chars().all(is_byte) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    if !view.is_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let bytes = view.bytes();
    if bytes % item_bytes != 0 {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let format = code.chars().next().unwrap_or('B');
    let shape = shape.unwrap_or_else(|| vec![bytes / item_bytes]);
    let product = shape
        .iter()
        .try_fold(item_bytes, |product, length| product.checked_mul(*length));
    if product != Some(bytes) {
        return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    let length = shape.first().copied().unwrap_or(1);
    Ok(vm.heap.new_object(PyMemoryView {
        length,
        inner: shape.get(1..).unwrap_or_default().into(),
        scalar: shape.is_empty(),
        stride: bytes.checked_div(length).unwrap_or(item_bytes) as isize,
        format,
        item_bytes,
        ..view
    }))
}

/// As many dimensions as CPython allows.
const MAX_DIMENSIONS: usize = 64;

fn cast_shape(vm: &mut Vm, shape: Value) -> Res<Vec<usize>> {
    let lengths = match vm.heap.payload(shape).kind() {
        Some(Kind::List | Kind::Tuple) => vm.collect(shape)?,
        _ => return Err(vm.type_error("shape must be a list or a tuple")),
    };
    if lengths.len() > MAX_DIMENSIONS {
        return Err(vm.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    let mut shape = Vec::with_capacity(lengths.len());
    for length in lengths {
        let Some(length) = vm.as_int(length) else {
            let message = "memoryview.cast(): elements of shape must be integers";
            return Err(vm.type_error(message));
        };
        match usize::try_from(&length) {
            Ok(length) if length > 0 => shape.push(length),
            _ => {
                let message = "memoryview.cast(): elements of shape must be integers > 0";
                return Err(vm.value_error(message));
            }
        }
    }
    Ok(shape)
}

impl Vm {
    /// Overwrites part of a writable buffer; whether that was possible.
    pub fn write_buffer(&mut self, value: Value, at: usize, data: &[u8]) -> bool {
        let value = self.heap.payload(value);
        if let Some(view) = self.heap.downcast::<PyMemoryView>(value) {
            let contiguous = view.is_contiguous();
            let (base, start) = (view.base, view.start + at);
            return contiguous
                && !view.readonly
                && writable(self, base)
                && self.write_buffer(base, start, data);
        }
        if !value.is(Kind::Object) {
            return false;
        }
        let target = self.heap.object_mut(value).buffer_mut();
        match target.and_then(|target| target.get_mut(at..at.checked_add(data.len())?)) {
            Some(place) => {
                place.copy_from_slice(data);
                true
            }
            None => false,
        }
    }
}
