//! `unicodedata`. Categories, digits and normal forms come from tables in the
//! engine; what else there is to know of a character from [`characters`].

use crate::characters::{self, Table};
use crate::native::east_asian_width::Width;
use airlock_vm::builtins::unicode as uni;
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, PyDict, Res, Throw, Value, Vm, function};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

pub static MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("category", "chr, /", |vm, args| {
        let c = character(vm, args[0], "category")?;
        Ok(vm.str(uni::category(c).abbreviation()))
    }),
    function("decimal", "chr, default=..., /", |vm, args| {
        let c = character(vm, args[0], "decimal")?;
        let value = decimal(c).map(|value| Value::count(value as usize));
        or_default(vm, value, args[1], "not a decimal")
    }),
    function("digit", "chr, default=..., /", |vm, args| {
        let c = character(vm, args[0], "digit")?;
        let value = decimal(c)
            .or_else(|| other_digit(c))
            .map(|value| Value::count(value as usize));
        or_default(vm, value, args[1], "not a digit")
    }),
    function("numeric", "chr, default=..., /", |vm, args| {
        let c = character(vm, args[0], "numeric")?;
        let value = decimal(c)
            .or_else(|| other_digit(c))
            .map(|value| value as f64)
            .or_else(|| uni::ideograph_value(c).map(|value| value as f64));
        let value = match value {
            None if uni::is_numeric(c) => table(vm)?.value(c),
            value => value,
        };
        or_default(
            vm,
            value.map(Value::float),
            args[1],
            "not a numeric character",
        )
    }),
    function("combining", "chr, /", |vm, args| {
        let c = character(vm, args[0], "combining")?;
        Ok(Value::count(canonical_combining_class(c) as usize))
    }),
    function("normalize", "form, unistr, /", normalize),
    function("is_normalized", "form, unistr, /", |vm, args| {
        let normal = normalize(vm, args)?;
        Ok(Value::bool(vm.as_text(normal) == vm.as_text(args[1])))
    }),
    function("name", "chr, default=..., /", |vm, args| {
        let c = character(vm, args[0], "name")?;
        let name = table(vm)?.name(c).map(|name| vm.string(name));
        or_default(vm, name, args[1], "no such name")
    }),
    function("lookup", "name, /", |vm, args| {
        let name = vm.expect_str(args[0], "lookup() argument")?;
        match table(vm)?.character(&name) {
            Some(c) => Ok(vm.string(c.to_string())),
            None => {
                let message = vm.string(format!("undefined character name '{name}'"));
                Err(vm.key_error(message))
            }
        }
    }),
    function("bidirectional", "chr, /", |vm, args| {
        let c = character(vm, args[0], "bidirectional")?;
        let class = table(vm)?.bidirectional(c);
        Ok(vm.str(class))
    }),
    function("decomposition", "chr, /", |vm, args| {
        let c = character(vm, args[0], "decomposition")?;
        let mapping = table(vm)?.decomposition(c);
        Ok(vm.str(mapping))
    }),
    function("east_asian_width", "chr, /", |vm, args| {
        let c = character(vm, args[0], "east_asian_width")?;
        Ok(vm.str(Width::of(c).abbreviation()))
    }),
    function("mirrored", "chr, /", |vm, args| {
        let c = character(vm, args[0], "mirrored")?;
        Ok(Value::count(table(vm)?.is_mirrored(c).into()))
    }),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let version = vm.str("16.0.0");
    vm.dict_set_text(dict, "unidata_version", version);
    // The names of `stringprep`; the data are those of today.
    let old = vm.heap.new_dict(PyDict::default());
    let name = vm.intern("unicodedata");
    vm.add_functions(old, name, FUNCTIONS);
    let version = vm.str("3.2.0");
    vm.dict_set_text(old, "unidata_version", version);
    let old = vm.heap.new_module(old);
    vm.dict_set_text(dict, "ucd_3_2_0", old);
    Ok(())
}

fn table(vm: &mut Vm) -> Res<&'static Table> {
    characters::table().ok_or_else(|| no_table(vm))
}

#[cold]
fn no_table(vm: &mut Vm) -> Throw {
    vm.error(
        vm.types.runtime_error,
        "the names of characters could not be fetched",
    )
}

fn character(vm: &mut Vm, value: Value, name: &str) -> Res<char> {
    let Some(text) = vm.as_text(value) else {
        let message = format!(
            "{name}() argument 1 must be a unicode character, not {}",
            vm.type_name(value)
        );
        return Err(vm.type_error(message));
    };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => {
            let message = format!(
                "{name}(): argument must be a unicode character, not a string of length {}",
                text.chars().count()
            );
            Err(vm.type_error(message))
        }
    }
}

fn or_default(vm: &mut Vm, value: Option<Value>, default: Value, message: &str) -> Res {
    match value.or(default.bound()) {
        Some(value) => Ok(value),
        None => Err(vm.value_error(message)),
    }
}

/// Decimal digits stand in runs of ten that begin with zero.
fn decimal(c: char) -> Option<u32> {
    if !uni::is_decimal(c) {
        return None;
    }
    let mut start = c as u32;
    while char::from_u32(start - 1).is_some_and(uni::is_decimal) {
        start -= 1;
    }
    Some((c as u32 - start) % 10)
}

fn other_digit(c: char) -> Option<u32> {
    let code = c as u32;
    Some(match code {
        0xB2 | 0xB3 => code - 0xB0,
        0xB9 => 1,
        0x2070 | 0x24EA | 0x24FF => 0,
        0x2074..=0x2079 => code - 0x2070,
        0x2080..=0x2089 => code - 0x2080,
        0x1369..=0x1371 => code - 0x1368,
        0x19DA => 1,
        0x2460..=0x2468 => code - 0x245F,
        0x2474..=0x247C => code - 0x2473,
        0x2488..=0x2490 => code - 0x2487,
        0x24F5..=0x24FD => code - 0x24F4,
        0x2776..=0x277E => code - 0x2775,
        0x2780..=0x2788 => code - 0x277F,
        0x278A..=0x2792 => code - 0x2789,
        0x10A40..=0x10A43 => code - 0x10A3F,
        0x10E60..=0x10E68 => code - 0x10E5F,
        0x11052..=0x1105A => code - 0x11051,
        0x1F100 => 0,
        0x1F101..=0x1F10A => code - 0x1F101,
        _ => return None,
    })
}

fn normalize(vm: &mut Vm, args: &[Value]) -> Res {
    let form = vm.expect_str(args[0], "normalize() argument 1")?;
    if !matches!(&*form, "NFC" | "NFD" | "NFKC" | "NFKD") {
        return Err(vm.value_error("invalid normalization form"));
    }
    let text = vm.expect_str(args[1], "normalize() argument 2")?;
    if text.is_ascii() {
        return Ok(vm.heap.payload(args[1]));
    }
    let normal: String = match &*form {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        _ => text.nfkd().collect(),
    };
    Ok(vm.string(normal))
}
