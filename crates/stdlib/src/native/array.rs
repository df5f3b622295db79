//! `array`: sequences of numbers of one kind.

use airlock_vm::builtins::memoryview::{pack, unpack};
use airlock_vm::builtins::unicode as uni;
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Extension, GetterDef, Kind, NativeDef, NativeIter, NativeObject, Number, Res, Tracer, Value,
    Vm, class_method, function, getter, method, new_method,
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "array",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[function(
    "_array_reconstructor",
    "arraytype, typecode, mformat_code, items, /",
    |vm, args| {
        let own = vm.extension::<ArrayTypes>().array;
        if !args[0].is(Kind::Type) || !vm.is_subtype(args[0], own) {
            return Err(vm.type_error(
                "first argument must be a type object that is a subtype of array.array",
            ));
        }
        let code = typecode(vm, args[1])?;
        let format = vm.int_argument(args[2])?;
        if !vm.heap.payload(args[3]).is(Kind::Bytes) {
            let message = format!(
                "fourth argument should be bytes, not {}",
                vm.type_name(args[3])
            );
            return Err(vm.type_error(message));
        }
        let data = vm.expect_buffer(args[3])?;
        let data = from_machine_format(vm, code, format, data)?;
        Ok(make(vm, args[0], code, data))
    },
)];

struct ArrayTypes {
    array: Value,
    reconstructor: Value,
}

impl Extension for ArrayTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.array, self.reconstructor]);
    }
}

const TYPECODES: &str = "bBuwhHiIlLqQfd";

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let ty = vm.module_type(dict, "array", METHODS, GETTERS);
    vm.dict_set_text(dict, "ArrayType", ty);
    vm.set_type_attr(ty, "__hash__", Value::NONE);
    vm.heap.ty_mut(ty).flags.unhashable = true;
    let codes = vm.str(TYPECODES);
    vm.dict_set_text(dict, "typecodes", codes);
    if !vm.has_extension::<ArrayTypes>() {
        let reconstructor = vm
            .dict_get_text(dict, "_array_reconstructor")
            .unwrap_or(Value::NONE);
        vm.add_extension(ArrayTypes {
            array: ty,
            reconstructor,
        });
    }
    Ok(())
}

struct Array {
    code: char,
    data: Vec<u8>,
    class: Value,
}

impl NativeObject for Array {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
    fn bytes(&self) -> usize {
        self.data.len() + 64
    }
    fn buffer(&self) -> Option<&[u8]> {
        Some(&self.data)
    }
    fn buffer_mut(&mut self) -> Option<&mut [u8]> {
        Some(&mut self.data)
    }
    fn buffer_item(&self) -> (char, usize) {
        (self.code, item_bytes(self.code))
    }
}

static METHODS: &[NativeDef] = &[
    new_method("cls, typecode, initializer=..., /", new).slow("array_new"),
    method("__len__", "self, /", |vm, args| {
        Ok(Value::count(len(vm, args[0])))
    }),
    method("__getitem__", "self, key, /", getitem),
    method("__setitem__", "self, key, value, /", setitem),
    method("__delitem__", "self, key, /", delitem),
    method("__iter__", "self, /", |vm, args| {
        let class = vm.types.iterator;
        Ok(vm.native_iterator(
            class,
            Items {
                array: args[0],
                at: 0,
            },
        ))
    }),
    method("__contains__", "self, key, /", |vm, args| {
        Ok(Value::bool(find(vm, args[0], args[1], 0)?.is_some()))
    }),
    method("__add__", "self, value, /", add),
    method("__iadd__", "self, value, /", |vm, args| {
        extend_from(vm, args[0], args[1], "+=")?;
        Ok(args[0])
    })
    .raw_self(),
    method("__mul__", "self, value, /", |vm, args| {
        repeat(vm, args, false)
    }),
    method("__rmul__", "self, value, /", |vm, args| {
        repeat(vm, args, false)
    }),
    method("__imul__", "self, value, /", |vm, args| {
        repeat(vm, args, true)
    })
    .raw_self(),
    method("__eq__", "self, value, /", |vm, args| {
        equality(vm, args, true)
    }),
    method("__ne__", "self, value, /", |vm, args| {
        equality(vm, args, false)
    }),
    method("__lt__", "self, value, /", |vm, args| {
        order(vm, args, |order| order.is_lt())
    }),
    method("__le__", "self, value, /", |vm, args| {
        order(vm, args, |order| order.is_le())
    }),
    method("__gt__", "self, value, /", |vm, args| {
        order(vm, args, |order| order.is_gt())
    }),
    method("__ge__", "self, value, /", |vm, args| {
        order(vm, args, |order| order.is_ge())
    }),
    method("__repr__", "self, /", repr),
    method("__copy__", "self, /", copy),
    method("__deepcopy__", "self, memo, /", copy),
    method("__reduce_ex__", "self, protocol, /", reduce).raw_self(),
    method("append", "self, v, /", |vm, args| {
        let item = pack_item(vm, code_of(vm, args[0]), args[1])?;
        let end = data(vm, args[0]).len();
        splice(vm, args[0], end, end, &item);
        Ok(Value::NONE)
    }),
    method("buffer_info", "self, /", |vm, args| {
        let items = [
            Value::count((args[0].bits() & 0xFFFF_FFFF) as usize),
            Value::count(len(vm, args[0])),
        ];
        Ok(vm.tuple(&items))
    }),
    method("byteswap", "self, /", byteswap),
    method("fromfile", "self, f, n, /", |vm, args| {
        Err(vm.tail_prelude("array_fromfile", args))
    }),
    method("tofile", "self, f, /", |vm, args| {
        Err(vm.tail_prelude("array_tofile", args))
    }),
    method("clear", "self, /", |vm, args| {
        let end = data(vm, args[0]).len();
        splice(vm, args[0], 0, end, &[]);
        Ok(Value::NONE)
    }),
    method("count", "self, v, /", |vm, args| {
        let (mut count, mut at) = (0, 0);
        while let Some(found) = find(vm, args[0], args[1], at)? {
            count += 1;
            at = found + 1;
        }
        Ok(Value::count(count))
    }),
    method("extend", "self, bb, /", |vm, args| {
        extend_from(vm, args[0], args[1], "extend")?;
        Ok(Value::NONE)
    }),
    method("frombytes", "self, buffer, /", |vm, args| {
        let new = vm.expect_buffer(args[1])?;
        if new.len() % item_bytes(code_of(vm, args[0])) != 0 {
            return Err(vm.value_error("bytes length not a multiple of item size"));
        }
        let end = data(vm, args[0]).len();
        splice(vm, args[0], end, end, &new);
        Ok(Value::NONE)
    }),
    method("fromlist", "self, list, /", |vm, args| {
        if !vm.heap.payload(args[1]).is(Kind::List) {
            return Err(vm.type_error("arg must be list"));
        }
        extend_from(vm, args[0], args[1], "extend")?;
        Ok(Value::NONE)
    }),
    method("fromunicode", "self, ustr, /", |vm, args| {
        if !matches!(code_of(vm, args[0]), 'u' | 'w') {
            return Err(vm.value_error(
                "fromunicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        vm.expect_str(args[1], "fromunicode() argument")?;
        extend_from(vm, args[0], args[1], "extend")?;
        Ok(Value::NONE)
    }),
    method("index", "self, v, start=None, stop=None, /", |vm, args| {
        let length = len(vm, args[0]);
        let (start, stop) = vm.find_bounds(args[2], args[3], length)?;
        match find(vm, args[0], args[1], start)?.filter(|at| *at < stop) {
            Some(at) => Ok(Value::count(at)),
            None => Err(vm.value_error("array.index(x): x not in array")),
        }
    }),
    method("insert", "self, i, v, /", |vm, args| {
        let index = vm.int_argument(args[1])?;
        let code = code_of(vm, args[0]);
        let item = pack_item(vm, code, args[2])?;
        let length = len(vm, args[0]) as i64;
        let at = if index < 0 {
            index.saturating_add(length).max(0)
        } else {
            index.min(length)
        };
        let at = at as usize * item_bytes(code);
        splice(vm, args[0], at, at, &item);
        Ok(Value::NONE)
    }),
    method("pop", "self, i=-1, /", |vm, args| {
        let index = vm.int_argument(args[1])?;
        let length = len(vm, args[0]);
        if length == 0 {
            return Err(vm.index_error("pop from empty array"));
        }
        let Some(at) = Vm::position(index, length) else {
            return Err(vm.index_error("pop index out of range"));
        };
        let value = item(vm, args[0], at)?;
        let size = item_bytes(code_of(vm, args[0]));
        splice(vm, args[0], at * size, (at + 1) * size, &[]);
        Ok(value)
    }),
    method("remove", "self, v, /", |vm, args| {
        match find(vm, args[0], args[1], 0)? {
            Some(at) => {
                let size = item_bytes(code_of(vm, args[0]));
                splice(vm, args[0], at * size, (at + 1) * size, &[]);
                Ok(Value::NONE)
            }
            None => Err(vm.value_error("array.remove(x): x not in array")),
        }
    }),
    method("reverse", "self, /", |vm, args| {
        let size = item_bytes(code_of(vm, args[0]));
        let reversed: Vec<u8> = data(vm, args[0])
            .chunks(size)
            .rev()
            .flatten()
            .copied()
            .collect();
        let end = reversed.len();
        splice(vm, args[0], 0, end, &reversed);
        Ok(Value::NONE)
    }),
    method("tobytes", "self, /", |vm, args| {
        let data = data(vm, args[0]).to_vec();
        Ok(vm.bytes(&data))
    }),
    method("tolist", "self, /", |vm, args| {
        let items = items(vm, args[0])?;
        Ok(vm.list(items))
    }),
    method("tounicode", "self, /", |vm, args| {
        if !matches!(code_of(vm, args[0]), 'u' | 'w') {
            return Err(vm.value_error(
                "tounicode() may only be called on unicode type arrays ('u' or 'w')",
            ));
        }
        let text = text_of(vm, args[0])?;
        Ok(vm.string(text))
    }),
    class_method("__class_getitem__", "cls, item, /", |vm, args| {
        Ok(vm.new_generic_alias(args[0], args[1]))
    }),
];

static GETTERS: &[GetterDef] = &[
    getter("typecode", |vm, this| {
        let code = code_of(vm, this);
        Ok(vm.char_value(code))
    }),
    getter("itemsize", |vm, this| {
        Ok(Value::count(item_bytes(code_of(vm, this))))
    }),
];

fn item_bytes(code: char) -> usize {
    match code {
        'h' | 'H' => 2,
        'i' | 'I' | 'f' | 'u' | 'w' => 4,
        'l' | 'L' | 'q' | 'Q' | 'd' => 8,
        _ => 1,
    }
}

fn code_of(vm: &Vm, value: Value) -> char {
    vm.heap
        .downcast::<Array>(vm.heap.payload(value))
        .map_or('B', |array| array.code)
}

fn data(vm: &Vm, value: Value) -> &[u8] {
    vm.buffer(value).unwrap_or_default()
}

fn len(vm: &Vm, value: Value) -> usize {
    data(vm, value).len() / item_bytes(code_of(vm, value))
}

fn make(vm: &mut Vm, class: Value, code: char, data: Vec<u8>) -> Value {
    let own = vm.extension::<ArrayTypes>().array;
    let value = vm.heap.new_object(Array {
        code,
        data,
        class: own,
    });
    if class == own {
        value
    } else {
        vm.heap.new_instance(class, value)
    }
}

fn splice(vm: &mut Vm, value: Value, start: usize, end: usize, new: &[u8]) {
    vm.heap.charge(new.len().saturating_sub(end - start));
    let value = vm.heap.payload(value);
    if let Some(array) = vm.heap.downcast_mut::<Array>(value) {
        array.data.splice(start..end, new.iter().copied());
    }
}

fn typecode(vm: &mut Vm, value: Value) -> Res<char> {
    let text = match vm.as_text(value) {
        Some(text) if text.chars().count() == 1 => text.to_owned(),
        _ => {
            let message = format!(
                "array() argument 1 must be a unicode character, not {}",
                vm.type_name(value)
            );
            return Err(vm.type_error(message));
        }
    };
    match text.chars().next().filter(|code| TYPECODES.contains(*code)) {
        Some(code) => Ok(code),
        None => {
            Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"))
        }
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let code = typecode(vm, args[1])?;
    let Some(source) = args[2].bound() else {
        return Ok(make(vm, args[0], code, Vec::new()));
    };
    let unicode = matches!(code, 'u' | 'w');
    if vm.as_text(source).is_some() && !unicode {
        let message = format!("cannot use a str to initialize an array with typecode '{code}'");
        return Err(vm.type_error(message));
    }
    let plain = vm.heap.payload(source);
    let is_array = vm.heap.downcast::<Array>(plain).is_some();
    if is_array && !unicode && matches!(code_of(vm, plain), 'u' | 'w') {
        let message =
            format!("cannot use a unicode array to initialize an array with typecode '{code}'");
        return Err(vm.type_error(message));
    }
    let data = match vm.buffer_copy(source) {
        Some(data) if !is_array => {
            if data.len() % item_bytes(code) != 0 {
                return Err(vm.value_error("bytes length not a multiple of item size"));
            }
            data
        }
        _ => pack_all(vm, code, source)?,
    };
    Ok(make(vm, args[0], code, data))
}

fn pack_all(vm: &mut Vm, code: char, source: Value) -> Res<Vec<u8>> {
    let items = match vm.heap.downcast::<Array>(vm.heap.payload(source)).is_some() {
        true => items(vm, source)?,
        false => vm.collect_again(source)?,
    };
    vm.reserve(items.len().saturating_mul(item_bytes(code)))?;
    let mut data = Vec::with_capacity(items.len() * item_bytes(code));
    for item in items {
        data.extend(pack_item(vm, code, item)?);
    }
    Ok(data)
}

fn pack_item(vm: &mut Vm, code: char, value: Value) -> Res<Vec<u8>> {
    match code {
        'u' | 'w' => {
            let mut chars = vm.as_text(value).unwrap_or_default().chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(uni::code_of(c).to_le_bytes().to_vec()),
                _ => {
                    let message = format!(
                        "array item must be a unicode character, not {}",
                        vm.type_name(value)
                    );
                    Err(vm.type_error(message))
                }
            }
        }
        'f' | 'd' => match vm.heap.number(vm.heap.payload(value)) {
            Some(Number::Big(_)) => {
                let float = vm.to_float(value)?;
                pack(vm, code, item_bytes(code), Value::float(float))
            }
            Some(_) => pack(vm, code, item_bytes(code), value),
            None => {
                let message = format!("must be real number, not {}", vm.type_name(value));
                Err(vm.type_error(message))
            }
        },
        _ => {
            let Some(int) = vm.as_int(value) else {
                if vm.lookup_special(value, vm.names.index).is_some() {
                    let int = vm.index_big(value)?;
                    let int = vm.heap.new_bigint(int);
                    return pack_item(vm, code, int);
                }
                let message = format!(
                    "'{}' object cannot be interpreted as an integer",
                    vm.type_name(value)
                );
                return Err(vm.type_error(message));
            };
            let bits = item_bytes(code) as u32 * 8;
            let one = num_bigint::BigInt::from(1);
            let (low, high) = if code.is_ascii_lowercase() {
                (-(one.clone() << (bits - 1)), (one << (bits - 1)) - 1)
            } else {
                (num_bigint::BigInt::from(0), (one << bits) - 1)
            };
            if int >= low && int <= high {
                return pack(vm, code, item_bytes(code), value);
            }
            let name = match code {
                'b' => "signed char",
                'B' => "unsigned byte integer",
                'h' => "signed short integer",
                'H' => "unsigned short",
                'i' => "signed integer",
                'I' => "unsigned int",
                _ => {
                    let message = if int < low && code.is_ascii_uppercase() {
                        "can't convert negative value to unsigned int"
                    } else {
                        "Python int too large to convert to C long"
                    };
                    return Err(vm.overflow_error(message));
                }
            };
            let which = if int < low {
                "less than minimum"
            } else {
                "greater than maximum"
            };
            Err(vm.overflow_error(format!("{name} is {which}")))
        }
    }
}

fn unpack_item(vm: &mut Vm, code: char, data: &[u8]) -> Res {
    match code {
        'u' | 'w' => {
            let raw = u32::from_le_bytes(data.try_into().unwrap_or_default());
            match uni::char_of(raw) {
                Some(c) => Ok(vm.char_value(c)),
                None => Err(vm.value_error("character is not in range [U+0000; U+10ffff]")),
            }
        }
        _ => unpack(vm, code, data),
    }
}

fn item(vm: &mut Vm, value: Value, at: usize) -> Res {
    let code = code_of(vm, value);
    let size = item_bytes(code);
    let part = data(vm, value)
        .get(at * size..(at + 1) * size)
        .unwrap_or_default()
        .to_vec();
    unpack_item(vm, code, &part)
}

fn items(vm: &mut Vm, value: Value) -> Res<Vec<Value>> {
    (0..len(vm, value)).map(|at| item(vm, value, at)).collect()
}

fn text_of(vm: &mut Vm, value: Value) -> Res<String> {
    let codes = data(vm, value)
        .chunks(4)
        .map(|part| u32::from_le_bytes(part.try_into().unwrap_or_default()));
    let text: Result<String, u32> = codes.map(|code| uni::char_of(code).ok_or(code)).collect();
    text.map_err(|code| {
        vm.value_error(format!(
            "character U+{code:x} is not in range [U+0000; U+10ffff]"
        ))
    })
}

/// Position of the first item from `start` on that equals `wanted`.
fn find(vm: &mut Vm, value: Value, wanted: Value, start: usize) -> Res<Option<usize>> {
    for at in start..len(vm, value) {
        let found = item(vm, value, at)?;
        if vm.equal(found, wanted)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

struct Items {
    array: Value,
    at: usize,
}

impl NativeIter for Items {
    fn next(&mut self, vm: &mut Vm) -> Res<Option<Value>> {
        if self.at >= len(vm, self.array) {
            return Ok(None);
        }
        self.at += 1;
        item(vm, self.array, self.at - 1).map(Some)
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.array);
    }
    fn place(&self) -> Option<(Value, usize)> {
        Some((self.array, self.at))
    }
    fn set_place(&mut self, place: usize) {
        self.at = place;
    }
}

fn index_of(vm: &mut Vm, key: Value) -> Res<i64> {
    if vm.as_int(key).is_none() && vm.lookup_special(key, vm.names.index).is_none() {
        return Err(vm.type_error("array indices must be integers"));
    }
    vm.subscript_index(key)
}

fn getitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, key) = (args[0], args[1]);
    let length = len(vm, this);
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, length)?;
        let code = code_of(vm, this);
        let size = item_bytes(code);
        let bytes = data(vm, this);
        let part = range
            .positions()
            .flat_map(|at| bytes[at * size..(at + 1) * size].to_vec())
            .collect();
        let class = vm.extension::<ArrayTypes>().array;
        return Ok(make(vm, class, code, part));
    }
    let index = index_of(vm, key)?;
    match Vm::position(index, length) {
        Some(at) => item(vm, this, at),
        None => Err(vm.index_error("array index out of range")),
    }
}

fn setitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, key, value) = (args[0], args[1], args[2]);
    let length = len(vm, this);
    let code = code_of(vm, this);
    let size = item_bytes(code);
    if !vm.is_instance(key, vm.types.slice) {
        let index = index_of(vm, key)?;
        let Some(at) = Vm::position(index, length) else {
            return Err(vm.index_error("array assignment index out of range"));
        };
        let new = pack_item(vm, code, value)?;
        splice(vm, this, at * size, (at + 1) * size, &new);
        return Ok(Value::NONE);
    }
    let new = match vm.heap.downcast::<Array>(vm.heap.payload(value)) {
        Some(other) if other.code == code => other.data.clone(),
        Some(_) => return Err(vm.type_error("bad argument type for built-in operation")),
        None => {
            let message = format!(
                "can only assign array (not \"{}\") to array slice",
                vm.type_name(value)
            );
            return Err(vm.type_error(message));
        }
    };
    let range = vm.slice_indices(key, length)?;
    if range.step == 1 {
        let start = range.start as usize;
        splice(vm, this, start * size, (start + range.count) * size, &new);
        return Ok(Value::NONE);
    }
    if new.len() / size != range.count {
        let message = format!(
            "attempt to assign array of size {} to extended slice of size {}",
            new.len() / size,
            range.count
        );
        return Err(vm.value_error(message));
    }
    for (at, part) in range.positions().zip(new.chunks(size)) {
        splice(vm, this, at * size, (at + 1) * size, part);
    }
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: &[Value]) -> Res {
    let (this, key) = (args[0], args[1]);
    let length = len(vm, this);
    let size = item_bytes(code_of(vm, this));
    let mut drop = vec![false; length];
    if vm.is_instance(key, vm.types.slice) {
        let range = vm.slice_indices(key, length)?;
        range.positions().for_each(|at| drop[at] = true);
    } else {
        let index = index_of(vm, key)?;
        match Vm::position(index, length) {
            Some(at) => drop[at] = true,
            None => return Err(vm.index_error("array assignment index out of range")),
        }
    }
    let kept: Vec<u8> = data(vm, this)
        .chunks(size)
        .zip(drop)
        .filter(|(_, drop)| !drop)
        .flat_map(|(part, _)| part.to_vec())
        .collect();
    splice(vm, this, 0, length * size, &kept);
    Ok(Value::NONE)
}

fn add(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code_of(vm, args[0]);
    let other = match vm.heap.downcast::<Array>(vm.heap.payload(args[1])) {
        Some(other) if other.code == code => other.data.clone(),
        Some(_) => return Err(vm.type_error("bad argument type for built-in operation")),
        None => {
            let message = format!(
                "can only append array (not \"{}\") to array",
                vm.type_name(args[1])
            );
            return Err(vm.type_error(message));
        }
    };
    vm.reserve(data(vm, args[0]).len() + other.len())?;
    let joined = [data(vm, args[0]), &other].concat();
    let class = vm.extension::<ArrayTypes>().array;
    Ok(make(vm, class, code, joined))
}

fn extend_from(vm: &mut Vm, this: Value, source: Value, how: &str) -> Res<()> {
    let code = code_of(vm, this);
    let new = match vm.heap.downcast::<Array>(vm.heap.payload(source)) {
        Some(other) if other.code == code => other.data.clone(),
        Some(_) if how == "extend" => {
            return Err(vm.type_error("can only extend with array of same kind"));
        }
        Some(_) => return Err(vm.type_error("bad argument type for built-in operation")),
        None if how == "+=" => {
            let message = format!(
                "can only extend with array (not \"{}\")",
                vm.type_name(source)
            );
            return Err(vm.type_error(message));
        }
        None => pack_all(vm, code, source)?,
    };
    vm.reserve(new.len())?;
    let end = data(vm, this).len();
    splice(vm, this, end, end, &new);
    Ok(())
}

fn repeat(vm: &mut Vm, args: &[Value], in_place: bool) -> Res {
    if vm.as_int(args[1]).is_none() && vm.lookup_special(args[1], vm.names.index).is_none() {
        let message = format!(
            "can't multiply sequence by non-int of type '{}'",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let times = usize::try_from(vm.index(args[1])?.max(0)).unwrap_or(usize::MAX);
    let length = data(vm, args[0]).len();
    match length.checked_mul(times) {
        Some(total) => vm.reserve(total)?,
        None => return Err(vm.memory_error("")),
    }
    let repeated = if length == 0 {
        Vec::new()
    } else {
        data(vm, args[0]).repeat(times)
    };
    if in_place {
        splice(vm, args[0], 0, length, &repeated);
        return Ok(args[0]);
    }
    let code = code_of(vm, args[0]);
    let class = vm.extension::<ArrayTypes>().array;
    Ok(make(vm, class, code, repeated))
}

fn equality(vm: &mut Vm, args: &[Value], wanted: bool) -> Res {
    if vm
        .heap
        .downcast::<Array>(vm.heap.payload(args[1]))
        .is_none()
    {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = (items(vm, args[0])?, items(vm, args[1])?);
    let mut equal = left.len() == right.len();
    for (left, right) in left.into_iter().zip(right) {
        equal = equal && vm.equal(left, right)?;
    }
    Ok(Value::bool(equal == wanted))
}

fn order(vm: &mut Vm, args: &[Value], holds: fn(std::cmp::Ordering) -> bool) -> Res {
    if vm
        .heap
        .downcast::<Array>(vm.heap.payload(args[1]))
        .is_none()
    {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = (items(vm, args[0])?, items(vm, args[1])?);
    for (&left, &right) in left.iter().zip(&right) {
        if !vm.equal(left, right)? {
            let order = match (vm.heap.number(left), vm.heap.number(right)) {
                (Some(left), Some(right)) => left.compare(&right),
                _ => vm.as_text(left).partial_cmp(&vm.as_text(right)),
            };
            return Ok(Value::bool(order.is_some_and(holds)));
        }
    }
    Ok(Value::bool(holds(left.len().cmp(&right.len()))))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code_of(vm, args[0]);
    let text = if len(vm, args[0]) == 0 {
        format!("array('{code}')")
    } else if matches!(code, 'u' | 'w') {
        let text = text_of(vm, args[0])?;
        format!(
            "array('{code}', {})",
            airlock_vm::builtins::str::repr_text(&text)
        )
    } else {
        let items = items(vm, args[0])?;
        let list = vm.list(items);
        format!("array('{code}', {})", vm.repr(list)?)
    };
    Ok(vm.string(text))
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res {
    let (code, data) = (code_of(vm, args[0]), data(vm, args[0]).to_vec());
    let class = vm.extension::<ArrayTypes>().array;
    Ok(make(vm, class, code, data))
}

/// The number by which pickles name how this array's items are laid out.
fn machine_format(code: char) -> i64 {
    match code {
        'B' => 0,
        'b' => 1,
        'H' => 2,
        'h' => 4,
        'I' => 6,
        'i' => 8,
        'L' | 'Q' => 10,
        'l' | 'q' => 12,
        'f' => 14,
        'd' => 16,
        _ => 20,
    }
}

/// Items laid out as a pickle says, laid out as this array has them.
fn from_machine_format(vm: &mut Vm, code: char, format: i64, mut data: Vec<u8>) -> Res<Vec<u8>> {
    let (wide, size) = match format {
        0 => ('B', 1),
        1 => ('b', 1),
        2 | 3 => ('H', 2),
        4 | 5 => ('h', 2),
        6 | 7 => ('I', 4),
        8 | 9 => ('i', 4),
        10 | 11 => ('Q', 8),
        12 | 13 => ('q', 8),
        14 | 15 => ('f', 4),
        16 | 17 => ('d', 8),
        18 | 19 => ('u', 2),
        20 | 21 => ('u', 4),
        _ => return Err(vm.value_error("third argument must be a valid machine format code.")),
    };
    if !data.len().is_multiple_of(size) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    // Beyond the bytes, odd numbers are big-endian.
    if format > 1 && format % 2 == 1 {
        data.chunks_mut(size).for_each(<[u8]>::reverse);
    }
    if wide == 'u' && size == 2 {
        let units = data
            .chunks(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let chars = char::decode_utf16(units).map(|c| match c {
            Ok(c) => c as u32,
            Err(error) => error.unpaired_surrogate() as u32,
        });
        return Ok(chars.flat_map(u32::to_le_bytes).collect());
    }
    if machine_format(code) == format & !1 || format == machine_format(code) || wide == 'u' {
        return Ok(data);
    }
    let mut out = Vec::new();
    for part in data.chunks(size) {
        let item = unpack(vm, wide, part)?;
        out.extend(pack_item(vm, code, item)?);
    }
    Ok(out)
}

/// By the reconstructor from protocol 3 on, which has bytes.
fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code_of(vm, args[0]);
    let class = vm.type_of(args[0]);
    let arguments = if vm.int_argument(args[1])? >= 3 {
        let bytes = data(vm, args[0]).to_vec();
        let arguments = [
            class,
            vm.char_value(code),
            Value::count(machine_format(code) as usize),
            vm.bytes(&bytes),
        ];
        vm.tuple(&arguments)
    } else {
        let items = items(vm, args[0])?;
        let arguments = [vm.char_value(code), vm.list(items)];
        vm.tuple(&arguments)
    };
    let reconstructor = vm.extension::<ArrayTypes>().reconstructor;
    let callee = if vm.int_argument(args[1])? >= 3 {
        reconstructor
    } else {
        class
    };
    let state = match vm.attr_dict(args[0]) {
        Some(dict) if !vm.heap.dict(dict).is_empty() => dict,
        _ => Value::NONE,
    };
    Ok(vm.tuple(&[callee, arguments, state]))
}

fn byteswap(vm: &mut Vm, args: &[Value]) -> Res {
    let size = item_bytes(code_of(vm, args[0]));
    let swapped: Vec<u8> = data(vm, args[0])
        .chunks(size)
        .flat_map(|part| part.iter().rev())
        .copied()
        .collect();
    let end = swapped.len();
    splice(vm, args[0], 0, end, &swapped);
    Ok(Value::NONE)
}
