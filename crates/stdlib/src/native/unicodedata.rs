//! `unicodedata`, as far as its tables are small: categories and numbers
//! always, normalisation and combining classes with the feature
//! `unicodedata`. What needs larger tables is refused by name.

use crate::native::east_asian_width::Width;
use airlock_vm::builtins::unicode as uni;
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, PyDict, Res, Throw, Value, Vm, function};

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
            .or_else(|| uni::ideograph_value(c).map(|value| value as f64))
            .or_else(|| fraction(c));
        if value.is_none() && uni::is_numeric(c) {
            return Err(refused(vm, "numeric() of this character"));
        }
        or_default(
            vm,
            value.map(Value::float),
            args[1],
            "not a numeric character",
        )
    }),
    function("combining", "chr, /", combining),
    function("normalize", "form, unistr, /", normalize),
    function("is_normalized", "form, unistr, /", |vm, args| {
        let normal = normalize(vm, args)?;
        Ok(Value::bool(vm.as_text(normal) == vm.as_text(args[1])))
    }),
    function("name", "chr, default=..., /", |vm, _| {
        Err(refused(vm, "name()"))
    }),
    function("lookup", "name, /", |vm, _| Err(refused(vm, "lookup()"))),
    function("bidirectional", "chr, /", |vm, _| {
        Err(refused(vm, "bidirectional()"))
    }),
    function("decomposition", "chr, /", |vm, _| {
        Err(refused(vm, "decomposition()"))
    }),
    function("east_asian_width", "chr, /", |vm, args| {
        let c = character(vm, args[0], "east_asian_width")?;
        Ok(vm.str(Width::of(c).abbreviation()))
    }),
    function("mirrored", "chr, /", |vm, _| Err(refused(vm, "mirrored()"))),
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

#[cold]
fn refused(vm: &mut Vm, what: &str) -> Throw {
    let message =
        format!("unicodedata.{what} is not available in Airlock: its tables are not packed");
    vm.not_implemented_error(message)
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

/// The common fractions and the Roman numerals.
fn fraction(c: char) -> Option<f64> {
    Some(match c {
        '¼' => 0.25,
        '½' => 0.5,
        '¾' => 0.75,
        '⅐' => 1.0 / 7.0,
        '⅑' => 1.0 / 9.0,
        '⅒' => 0.1,
        '⅓' => 1.0 / 3.0,
        '⅔' => 2.0 / 3.0,
        '⅕' => 0.2,
        '⅖' => 0.4,
        '⅗' => 0.6,
        '⅘' => 0.8,
        '⅙' => 1.0 / 6.0,
        '⅚' => 5.0 / 6.0,
        '⅛' => 0.125,
        '⅜' => 0.375,
        '⅝' => 0.625,
        '⅞' => 0.875,
        '↉' => 0.0,
        'Ⅰ'..='Ⅻ' => (c as u32 - 0x215F) as f64,
        'ⅰ'..='ⅻ' => (c as u32 - 0x216F) as f64,
        'Ⅼ' | 'ⅼ' => 50.0,
        'Ⅽ' | 'ⅽ' => 100.0,
        'Ⅾ' | 'ⅾ' => 500.0,
        'Ⅿ' | 'ⅿ' => 1000.0,
        _ => return None,
    })
}

#[cfg(feature = "unicodedata")]
fn combining(vm: &mut Vm, args: &[Value]) -> Res {
    let c = character(vm, args[0], "combining")?;
    Ok(Value::count(
        unicode_normalization::char::canonical_combining_class(c) as usize,
    ))
}

#[cfg(not(feature = "unicodedata"))]
fn combining(vm: &mut Vm, args: &[Value]) -> Res {
    match character(vm, args[0], "combining")? {
        '\0'..='\u{2FF}' => Ok(Value::count(0)),
        _ => Err(refused(vm, "combining() beyond Latin")),
    }
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
    let normal = normal_form(vm, &form, &text)?;
    Ok(vm.string(normal))
}

#[cfg(feature = "unicodedata")]
fn normal_form(_: &mut Vm, form: &str, text: &str) -> Res<String> {
    use unicode_normalization::UnicodeNormalization;
    Ok(match form {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        _ => text.nfkd().collect(),
    })
}

#[cfg(not(feature = "unicodedata"))]
fn normal_form(vm: &mut Vm, _: &str, _: &str) -> Res<String> {
    Err(refused(vm, "normalize() of text beyond ASCII"))
}
