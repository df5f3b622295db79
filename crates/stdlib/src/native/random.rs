//! `_random`: the Mersenne Twister, seeded as CPython seeds it.

use airlock_vm::module::ModuleDef;
use airlock_vm::native::{NativeDef, method, new_method};
use airlock_vm::{Layout, NativeObject, Res, Tracer, Value, Vm};
use num_bigint::{BigInt, BigUint, Sign};

use crate::context::ProgramContext;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_random",
    functions: &[],
    init,
};

const STATE_WORDS: usize = 624;
const PERIOD: usize = 397;

/// MT19937 of Matsumoto and Nishimura.
struct Generator {
    class: Value,
    state: Box<[u32; STATE_WORDS]>,
    /// The next word to give out; all are used up at [`STATE_WORDS`].
    at: usize,
}

impl NativeObject for Generator {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
    fn bytes(&self) -> usize {
        STATE_WORDS * 4
    }
}

impl Generator {
    fn new(class: Value) -> Generator {
        Generator {
            class,
            state: Box::new([0; STATE_WORDS]),
            at: STATE_WORDS,
        }
    }

    fn seed_word(&mut self, seed: u32) {
        self.state[0] = seed;
        for at in 1..STATE_WORDS {
            let previous = self.state[at - 1];
            self.state[at] = 1812433253u32
                .wrapping_mul(previous ^ (previous >> 30))
                .wrapping_add(at as u32);
        }
        self.at = STATE_WORDS;
    }

    /// `init_by_array`.
    fn seed(&mut self, key: &[u32]) {
        self.seed_word(19650218);
        let (mut i, mut j) = (1, 0);
        for _ in 0..STATE_WORDS.max(key.len()) {
            let previous = self.state[i - 1];
            self.state[i] = (self.state[i] ^ (previous ^ (previous >> 30)).wrapping_mul(1664525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i >= STATE_WORDS {
                self.state[0] = self.state[STATE_WORDS - 1];
                i = 1;
            }
        }
        for _ in 0..STATE_WORDS - 1 {
            let previous = self.state[i - 1];
            self.state[i] = (self.state[i]
                ^ (previous ^ (previous >> 30)).wrapping_mul(1566083941))
            .wrapping_sub(i as u32);
            i += 1;
            if i >= STATE_WORDS {
                self.state[0] = self.state[STATE_WORDS - 1];
                i = 1;
            }
        }
        self.state[0] = 0x8000_0000;
    }

    fn next_word(&mut self) -> u32 {
        if self.at >= STATE_WORDS {
            for at in 0..STATE_WORDS {
                let joined = (self.state[at] & 0x8000_0000)
                    | (self.state[(at + 1) % STATE_WORDS] & 0x7FFF_FFFF);
                let twist = if joined & 1 == 0 { 0 } else { 0x9908_B0DF };
                self.state[at] = self.state[(at + PERIOD) % STATE_WORDS] ^ (joined >> 1) ^ twist;
            }
            self.at = 0;
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C_5680;
        word ^= (word << 15) & 0xEFC6_0000;
        word ^ (word >> 18)
    }

    /// In [0, 1), with 53 random bits.
    fn next_float(&mut self) -> f64 {
        let (a, b) = (
            (self.next_word() >> 5) as f64,
            (self.next_word() >> 6) as f64,
        );
        (a * 67108864.0 + b) * (1.0 / 9007199254740992.0)
    }
}

fn generator(vm: &mut Vm, value: Value) -> Res<&mut Generator> {
    let value = vm.heap.payload(value);
    if vm.heap.downcast::<Generator>(value).is_none() {
        return Err(vm.type_error("a '_random.Random' object is required"));
    }
    Ok(vm
        .heap
        .downcast_mut(value)
        .expect("the type was just checked"))
}

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    let class = args[0];
    // For a subclass made in Python, the layout names this type.
    let Layout::Payload(base) = vm.heap.ty(class).layout else {
        return Err(vm.type_error("_random.Random.__new__(X): X is not a type of random.Random"));
    };
    let value = vm.heap.new_object(Generator::new(base));
    let seed = vm
        .heap
        .tuple(args[1])
        .first()
        .copied()
        .unwrap_or(Value::NONE);
    seed_with(vm, value, seed)?;
    if class == base {
        Ok(value)
    } else {
        Ok(vm.heap.new_instance(class, value))
    }
}

/// The words that seed the generator: of an int its magnitude, of other values
/// their hash, for None what the host gave the program as randomness.
fn key_of(vm: &mut Vm, seed: Value) -> Res<Vec<u32>> {
    if seed.is_none() {
        let context = vm.extension::<ProgramContext>();
        let words = [context.next_random(), context.next_random()];
        return Ok(words
            .iter()
            .flat_map(|&word| [word as u32, (word >> 32) as u32])
            .collect());
    }
    let magnitude: BigUint = match vm.as_int(seed) {
        Some(int) => int.magnitude().clone(),
        None => BigUint::from(vm.hash(seed)? as u64),
    };
    let words = magnitude.to_u32_digits();
    Ok(if words.is_empty() { vec![0] } else { words })
}

fn seed_with(vm: &mut Vm, value: Value, seed: Value) -> Res<()> {
    let key = key_of(vm, seed)?;
    generator(vm, value)?.seed(&key);
    Ok(())
}

fn seed(vm: &mut Vm, args: &[Value]) -> Res {
    seed_with(vm, args[0], args[1])?;
    Ok(Value::NONE)
}

fn random(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::float(generator(vm, args[0])?.next_float()))
}

fn getrandbits(vm: &mut Vm, args: &[Value]) -> Res {
    let Ok(bits) = u64::try_from(vm.index_exact(args[1])?) else {
        return Err(vm.value_error("number of bits must be non-negative"));
    };
    vm.reserve(usize::try_from(bits / 8).unwrap_or(usize::MAX))?;
    let generator = generator(vm, args[0])?;
    if bits == 0 {
        return Ok(Value::int32(0));
    }
    if bits <= 32 {
        let word = generator.next_word() >> (32 - bits);
        return Ok(vm.int(word as i64));
    }
    // Words from the lowest up; the last gives its top bits.
    let mut words: Vec<u32> = (0..bits.div_ceil(32))
        .map(|_| generator.next_word())
        .collect();
    if let Some(last) = words.last_mut()
        && bits % 32 != 0
    {
        *last >>= 32 - bits % 32;
    }
    let value = BigInt::from_biguint(Sign::Plus, BigUint::new(words));
    Ok(vm.heap.new_bigint(value))
}

fn getstate(vm: &mut Vm, args: &[Value]) -> Res {
    let generator = generator(vm, args[0])?;
    let at = generator.at;
    let words = *generator.state;
    let mut items: Vec<Value> = words.iter().map(|&word| vm.int(word as i64)).collect();
    items.push(Value::count(at));
    Ok(vm.tuple(&items))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> Res {
    let items = match vm.heap.as_items(vm.heap.payload(args[1])) {
        Some(items) if args[1].is(airlock_vm::Kind::Tuple) => items.to_vec(),
        _ => return Err(vm.type_error("state vector must be a tuple")),
    };
    if items.len() != STATE_WORDS + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = [0; STATE_WORDS];
    for (word, &item) in words.iter_mut().zip(&items) {
        *word = match u32::try_from(vm.index(item)?) {
            Ok(word) => word,
            Err(_) => return Err(vm.overflow_error("can't convert negative value to unsigned int")),
        };
    }
    let at = vm.index(items[STATE_WORDS])?;
    if !(0..=STATE_WORDS as i64).contains(&at) {
        return Err(vm.value_error("invalid state"));
    }
    let generator = generator(vm, args[0])?;
    *generator.state = words;
    generator.at = at as usize;
    Ok(Value::NONE)
}

static METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new).slow("random_new"),
    method("seed", "self, n=None, /", seed).slow("random_seed"),
    method("random", "self, /", random),
    method("getrandbits", "self, k, /", getrandbits).slow("random_getrandbits"),
    method("getstate", "self, /", getstate),
    method("setstate", "self, state, /", setstate),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    vm.module_type(dict, "Random", METHODS, &[]);
    Ok(())
}
