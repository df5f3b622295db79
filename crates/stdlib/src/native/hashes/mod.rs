//! `_md5`, `_sha1`, `_sha2`, `_sha3` and `_blake2`, beneath `hashlib`.

mod blake2;
mod state;

use airlock_vm::builtins::bytes::hex_text;
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    Extension, GetterDef, NativeDef, NativeObject, Res, Tracer, Value, Vm, function, getter,
    method, new_method,
};

use state::{Algorithm, State};

pub static MD5: ModuleDef = ModuleDef {
    name: "_md5",
    functions: MD5_FUNCTIONS,
    init: init_md5,
};
pub static SHA1: ModuleDef = ModuleDef {
    name: "_sha1",
    functions: SHA1_FUNCTIONS,
    init: init_sha1,
};
pub static SHA2: ModuleDef = ModuleDef {
    name: "_sha2",
    functions: SHA2_FUNCTIONS,
    init: init_sha2,
};
pub static SHA3: ModuleDef = ModuleDef {
    name: "_sha3",
    functions: &[],
    init: init_sha3,
};
pub static BLAKE2: ModuleDef = ModuleDef {
    name: "_blake2",
    functions: &[],
    init: init_blake2,
};

const SIGNATURE: &str = "data=..., *, usedforsecurity=True, string=...";
const NEW_SIGNATURE: &str = "cls, data=..., *, usedforsecurity=True, string=...";

static MD5_FUNCTIONS: &[NativeDef] = &[function("md5", SIGNATURE, |vm, args| {
    start(vm, Algorithm::Md5, args)
})];
static SHA1_FUNCTIONS: &[NativeDef] = &[function("sha1", SIGNATURE, |vm, args| {
    start(vm, Algorithm::Sha1, args)
})];
static SHA2_FUNCTIONS: &[NativeDef] = &[
    function("sha224", SIGNATURE, |vm, args| {
        start(vm, Algorithm::Sha224, args)
    }),
    function("sha256", SIGNATURE, |vm, args| {
        start(vm, Algorithm::Sha256, args)
    }),
    function("sha384", SIGNATURE, |vm, args| {
        start(vm, Algorithm::Sha384, args)
    }),
    function("sha512", SIGNATURE, |vm, args| {
        start(vm, Algorithm::Sha512, args)
    }),
];

static SHA3_224: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Sha3_224, &args[1..])
})];
static SHA3_256: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Sha3_256, &args[1..])
})];
static SHA3_384: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Sha3_384, &args[1..])
})];
static SHA3_512: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Sha3_512, &args[1..])
})];
static SHAKE_128: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Shake128, &args[1..])
})];
static SHAKE_256: &[NativeDef] = &[new_method(NEW_SIGNATURE, |vm, args| {
    start(vm, Algorithm::Shake256, &args[1..])
})];

/// Types without a `__new__` of their own cannot be called.
static NOT_MADE_BY_CALLS: &[NativeDef] = &[new_method("cls, /, *args, **kwargs", |vm, args| {
    let module = vm.names.module;
    let (class, name) = (args[0], vm.heap.ty(args[0]).name.to_string());
    let dict = vm.heap.ty(class).dict;
    let module = vm.namespace_get(dict, module).unwrap_or(Value::NONE);
    let module = vm.as_text(module).unwrap_or_default().to_owned();
    Err(vm.type_error(format!("cannot create '{module}.{name}' instances")))
})];

static METHODS: &[NativeDef] = &[
    method("copy", "self, /", |vm, args| {
        let hash = hash(vm, args[0])?;
        let (state, digest_bytes) = (hash.state.clone(), hash.digest_bytes);
        Ok(make(vm, state, digest_bytes))
    }),
    method("digest", "self, /", |vm, args| {
        let digest = hash(vm, args[0])?.digest();
        Ok(vm.bytes(&digest))
    }),
    method("hexdigest", "self, /", |vm, args| {
        let digest = hash(vm, args[0])?.digest();
        hex(vm, &digest)
    }),
    method("update", "self, data, /", update),
];

static EXTENDABLE_METHODS: &[NativeDef] = &[
    method("digest", "self, length", |vm, args| {
        let digest = extended(vm, args)?;
        Ok(vm.bytes(&digest))
    }),
    method("hexdigest", "self, length", |vm, args| {
        let digest = extended(vm, args)?;
        hex(vm, &digest)
    }),
];

static GETTERS: &[GetterDef] = &[
    getter("name", |vm, this| {
        let name = hash(vm, this)?.state.algorithm().name();
        Ok(vm.intern(name))
    }),
    getter("digest_size", |vm, this| {
        Ok(Value::count(hash(vm, this)?.digest_bytes))
    }),
    getter("block_size", |vm, this| {
        Ok(Value::count(
            hash(vm, this)?.state.algorithm().block_bytes(),
        ))
    }),
];

/// The sponge's measures: bits taken in at a time, bits kept back, and the
/// suffix that tells SHA-3 and SHAKE apart.
static SPONGE_GETTERS: &[GetterDef] = &[
    getter("_rate_bits", |vm, this| {
        Ok(Value::count(
            hash(vm, this)?.state.algorithm().block_bytes() * 8,
        ))
    }),
    getter("_capacity_bits", |vm, this| {
        Ok(Value::count(
            1600 - hash(vm, this)?.state.algorithm().block_bytes() * 8,
        ))
    }),
    getter("_suffix", |vm, this| {
        let extendable = hash(vm, this)?.state.algorithm().is_extendable();
        Ok(vm.bytes(if extendable { b"\x1f" } else { b"\x06" }))
    }),
];

/// The types, by algorithm; unbound until their module is imported.
struct HashTypes {
    types: [Value; Algorithm::COUNT],
}

impl Extension for HashTypes {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.types);
    }
}

struct Hash {
    state: State,
    digest_bytes: usize,
    class: Value,
}

impl Hash {
    fn digest(&self) -> Vec<u8> {
        self.state.digest(self.digest_bytes)
    }
}

impl NativeObject for Hash {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
    fn bytes(&self) -> usize {
        // Nominal, so that a run's figures are the same everywhere.
        256
    }
}

fn hash(vm: &mut Vm, value: Value) -> Res<&mut Hash> {
    if vm.heap.downcast::<Hash>(value).is_none() {
        return Err(vm.type_error("a hash object is required"));
    }
    Ok(vm
        .heap
        .downcast_mut(value)
        .expect("the type was just checked"))
}

fn make(vm: &mut Vm, state: State, digest_bytes: usize) -> Value {
    let class = vm.extension::<HashTypes>().types[state.algorithm() as usize];
    vm.heap.new_object(Hash {
        state,
        digest_bytes,
        class,
    })
}

/// A new hash object; `args` are `data`, `usedforsecurity` and `string`.
fn start(vm: &mut Vm, algorithm: Algorithm, args: &[Value]) -> Res {
    let mut state = algorithm.start();
    let data = first_data(vm, args[0], args[2])?;
    if !data.is_unbound() {
        state.update(&hashable(vm, data)?);
    }
    Ok(make(vm, state, algorithm.digest_bytes()))
}

/// What is to be hashed first, by its name of today or the older one.
fn first_data(vm: &mut Vm, data: Value, string: Value) -> Res {
    match (data.is_unbound(), string.is_unbound()) {
        (false, false) => Err(vm.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for \
             removal in a future version.",
        )),
        (true, _) => Ok(string),
        (false, true) => Ok(data),
    }
}

fn hashable(vm: &mut Vm, data: Value) -> Res<Vec<u8>> {
    if vm.as_text(data).is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    match vm.buffer_copy(data) {
        Some(_) => vm.expect_buffer(data),
        None => Err(vm.type_error("object supporting the buffer API required")),
    }
}

fn update(vm: &mut Vm, args: &[Value]) -> Res {
    let data = hashable(vm, args[1])?;
    hash(vm, args[0])?.state.update(&data);
    Ok(Value::NONE)
}

fn extended(vm: &mut Vm, args: &[Value]) -> Res<Vec<u8>> {
    let length = vm.index_exact(args[1])?;
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.value_error("value must be positive"));
    };
    if length >= 1 << 29 {
        return Err(vm.value_error("length is too large"));
    }
    vm.reserve(length * 2)?;
    Ok(hash(vm, args[0])?.state.digest(length))
}

fn hex(vm: &mut Vm, digest: &[u8]) -> Res {
    let text = hex_text(vm, digest, Value::UNBOUND, Value::int32(1))?;
    Ok(vm.string(text))
}

/// Adds the type of an algorithm to a module's dict.
fn add_type(
    vm: &mut Vm,
    dict: Value,
    name: &str,
    algorithm: Algorithm,
    new: &'static [NativeDef],
) -> Value {
    let class = vm.module_type(dict, name, METHODS, GETTERS);
    vm.add_methods(class, new);
    if algorithm.is_extendable() {
        vm.add_methods(class, EXTENDABLE_METHODS);
    }
    if !vm.has_extension::<HashTypes>() {
        vm.add_extension(HashTypes {
            types: [Value::UNBOUND; Algorithm::COUNT],
        });
    }
    vm.extension::<HashTypes>().types[algorithm as usize] = class;
    class
}

fn init_md5(vm: &mut Vm, dict: Value) -> Res<()> {
    add_type(vm, dict, "MD5Type", Algorithm::Md5, NOT_MADE_BY_CALLS);
    Ok(())
}

fn init_sha1(vm: &mut Vm, dict: Value) -> Res<()> {
    add_type(vm, dict, "SHA1Type", Algorithm::Sha1, NOT_MADE_BY_CALLS);
    Ok(())
}

fn init_sha2(vm: &mut Vm, dict: Value) -> Res<()> {
    for (name, algorithm) in [
        ("SHA224Type", Algorithm::Sha224),
        ("SHA256Type", Algorithm::Sha256),
        ("SHA384Type", Algorithm::Sha384),
        ("SHA512Type", Algorithm::Sha512),
    ] {
        add_type(vm, dict, name, algorithm, NOT_MADE_BY_CALLS);
    }
    Ok(())
}

fn init_sha3(vm: &mut Vm, dict: Value) -> Res<()> {
    for (algorithm, new) in [
        (Algorithm::Sha3_224, SHA3_224),
        (Algorithm::Sha3_256, SHA3_256),
        (Algorithm::Sha3_384, SHA3_384),
        (Algorithm::Sha3_512, SHA3_512),
        (Algorithm::Shake128, SHAKE_128),
        (Algorithm::Shake256, SHAKE_256),
    ] {
        let class = add_type(vm, dict, algorithm.name(), algorithm, new);
        vm.add_getters(class, SPONGE_GETTERS);
    }
    Ok(())
}

fn init_blake2(vm: &mut Vm, dict: Value) -> Res<()> {
    for (kind, new) in [
        (&blake2::BLAKE2B, blake2::BLAKE2B_NEW),
        (&blake2::BLAKE2S, blake2::BLAKE2S_NEW),
    ] {
        let class = add_type(vm, dict, kind.algorithm.name(), kind.algorithm, new);
        for (name, value) in kind.sizes() {
            vm.set_type_attr(class, name, Value::count(value));
        }
    }
    Ok(())
}
