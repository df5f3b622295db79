//! The arguments of `blake2b` and `blake2s`: keys, salts and the parameters
//! of tree hashing (RFC 7693, and section 2.10 of the BLAKE2 paper).

use airlock_vm::{NativeDef, Res, Value, Vm, new_method};

use super::state::{Algorithm, State};
use super::{first_data, hashable, make};

/// How the two differ.
pub struct Kind {
    pub algorithm: Algorithm,
    /// As a message about sizes says it.
    title: &'static str,
    key_bytes: usize,
    salt_bytes: usize,
    node_offset_bits: u32,
}

pub static BLAKE2B: Kind = Kind {
    algorithm: Algorithm::Blake2b,
    title: "Blake2b",
    key_bytes: 64,
    salt_bytes: 16,
    node_offset_bits: 64,
};
pub static BLAKE2S: Kind = Kind {
    algorithm: Algorithm::Blake2s,
    title: "Blake2s",
    key_bytes: 32,
    salt_bytes: 8,
    node_offset_bits: 48,
};

const SIGNATURE: &str = "cls, data=..., /, **kwargs";

pub static BLAKE2B_NEW: &[NativeDef] = &[new_method(SIGNATURE, |vm, args| new(vm, &BLAKE2B, args))];
pub static BLAKE2S_NEW: &[NativeDef] = &[new_method(SIGNATURE, |vm, args| new(vm, &BLAKE2S, args))];

impl Kind {
    /// Class attributes.
    pub fn sizes(&self) -> [(&'static str, usize); 4] {
        [
            ("SALT_SIZE", self.salt_bytes),
            ("PERSON_SIZE", self.salt_bytes),
            ("MAX_KEY_SIZE", self.key_bytes),
            ("MAX_DIGEST_SIZE", self.algorithm.digest_bytes()),
        ]
    }
}

struct Arguments {
    data: Value,
    digest_bytes: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_bytes: u32,
    node_offset: u64,
    node_depth: u8,
    inner_bytes: usize,
    is_last_node: bool,
}

fn new(vm: &mut Vm, kind: &Kind, args: &[Value]) -> Res {
    let arguments = read(vm, kind, args[1], args[2])?;
    let mut state = start(kind, &arguments);
    if !arguments.data.is_unbound() {
        state.update(&hashable(vm, arguments.data)?);
    }
    Ok(make(vm, state, arguments.digest_bytes))
}

fn read(vm: &mut Vm, kind: &Kind, data: Value, keywords: Value) -> Res<Arguments> {
    let digest_bytes = kind.algorithm.digest_bytes();
    let mut read = Arguments {
        data,
        digest_bytes,
        key: Vec::new(),
        salt: Vec::new(),
        person: Vec::new(),
        fanout: 1,
        depth: 1,
        leaf_bytes: 0,
        node_offset: 0,
        node_depth: 0,
        inner_bytes: 0,
        is_last_node: false,
    };
    let mut string = Value::UNBOUND;
    let keywords: Vec<(Value, Value)> = vm.heap.dict(keywords).iter().collect();
    for (name, value) in keywords {
        let name = vm.heap.str(name).to_owned();
        match name.as_str() {
            "data" if data.is_unbound() => read.data = value,
            "string" => string = value,
            "usedforsecurity" => {}
            "digest_size" => {
                let size = vm.index(value)?;
                if size < 1 || size > digest_bytes as i64 {
                    let name = kind.title;
                    return Err(vm.value_error(format!(
                        "digest_size for {name} must be between 1 and {digest_bytes} bytes, here it is {size}"
                    )));
                }
                read.digest_bytes = size as usize;
            }
            "key" => read.key = bounded(vm, value, "key", kind.key_bytes)?,
            "salt" => read.salt = bounded(vm, value, "salt", kind.salt_bytes)?,
            "person" => read.person = bounded(vm, value, "person", kind.salt_bytes)?,
            "fanout" => {
                read.fanout = small(vm, value, 0..=255, "fanout must be between 0 and 255")?
            }
            "depth" => read.depth = small(vm, value, 1..=255, "depth must be between 1 and 255")?,
            "node_depth" => {
                read.node_depth = small(vm, value, 0..=255, "node_depth must be between 0 and 255")?
            }
            "inner_size" => {
                let message = format!("inner_size must be between 0 and is {digest_bytes}");
                read.inner_bytes = small(vm, value, 0..=digest_bytes as i64, &message)?.into();
            }
            "leaf_size" => {
                let size = unsigned(vm, value)?;
                let Ok(size) = u32::try_from(size) else {
                    return Err(vm.overflow_error("leaf_size is too large"));
                };
                read.leaf_bytes = size;
            }
            "node_offset" => {
                let offset = unsigned(vm, value)?;
                if kind.node_offset_bits < 64 && offset >> kind.node_offset_bits != 0 {
                    return Err(vm.overflow_error("node_offset is too large"));
                }
                read.node_offset = offset;
            }
            "last_node" => read.is_last_node = vm.truthy(value)?,
            _ => {
                let function = kind.algorithm.name();
                return Err(vm.type_error(format!(
                    "{function}() got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    read.data = first_data(vm, read.data, string)?;
    Ok(read)
}

fn bounded(vm: &mut Vm, value: Value, name: &str, most: usize) -> Res<Vec<u8>> {
    let data = vm.expect_buffer(value)?;
    if data.len() > most {
        return Err(vm.value_error(format!("maximum {name} length is {most} bytes")));
    }
    Ok(data)
}

fn small(
    vm: &mut Vm,
    value: Value,
    range: std::ops::RangeInclusive<i64>,
    message: &str,
) -> Res<u8> {
    let int = vm.index(value)?;
    match u8::try_from(int) {
        Ok(byte) if range.contains(&int) => Ok(byte),
        _ => Err(vm.value_error(message)),
    }
}

fn unsigned(vm: &mut Vm, value: Value) -> Res<u64> {
    let int = vm.index_big(value)?;
    if int < 0.into() {
        return Err(vm.value_error("Cannot convert negative int"));
    }
    match u64::try_from(int) {
        Ok(int) => Ok(int),
        Err(_) => Err(vm.overflow_error("int too big to convert")),
    }
}

fn start(kind: &Kind, arguments: &Arguments) -> State {
    macro_rules! with_parameters {
        ($params:expr) => {
            $params
                .hash_length(arguments.digest_bytes)
                .key(&arguments.key)
                .salt(&arguments.salt)
                .personal(&arguments.person)
                .fanout(arguments.fanout)
                .max_depth(arguments.depth)
                .max_leaf_length(arguments.leaf_bytes)
                .node_offset(arguments.node_offset)
                .node_depth(arguments.node_depth)
                .inner_hash_length(arguments.inner_bytes)
                .last_node(arguments.is_last_node)
                .to_state()
        };
    }
    match kind.algorithm {
        Algorithm::Blake2s => State::Blake2s(with_parameters!(blake2s_simd::Params::new())),
        _ => State::Blake2b(with_parameters!(blake2b_simd::Params::new())),
    }
}
