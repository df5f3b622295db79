//! Lines of comma-separated values, for `_csv`: what is usual in one is done
//! here, else the Python code there does it character by character.

use airlock_vm::builtins::format::float_repr;
use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_airlock_csv",
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
    function("fields", "line, delimiter, quote, limit, /", fields),
    function("line", "row, delimiter, quote, specials, end, /", line),
];

/// The character that a text consists of, if it is ASCII.
fn character(vm: &Vm, text: Value) -> Option<u8> {
    match vm.as_text(text)?.as_bytes() {
        &[byte] => Some(byte),
        _ => None,
    }
}

/// A list of the fields of a line, whose `quote` may be None; None for a line
/// with anything unusual.
fn fields(vm: &mut Vm, args: &[Value]) -> Res {
    let &[line, delimiter, quote, limit] = args else {
        return Err(vm.system_error("bad call"));
    };
    let Some(fields) = split(vm, line, delimiter, quote, limit) else {
        return Ok(Value::NONE);
    };
    let fields = fields.into_iter().map(|field| vm.string(field)).collect();
    Ok(vm.list(fields))
}

fn split(
    vm: &Vm,
    line: Value,
    delimiter: Value,
    quote: Value,
    limit: Value,
) -> Option<Vec<String>> {
    let delimiter = character(vm, delimiter)?;
    let quote = match quote.is_none() {
        true => None,
        false => Some(character(vm, quote)?),
    };
    let text = vm.heap.as_str(line)?.trim_end_matches(['\r', '\n']);
    if text.len() as i64 > vm.as_i64(limit)? || text.contains(['\r', '\n']) {
        return None;
    }
    let mut fields = Vec::new();
    if text.is_empty() {
        return Some(fields);
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let end;
        if bytes.get(at).is_some_and(|&byte| Some(byte) == quote) {
            let field;
            (field, end) = quoted(text, at + 1, bytes[at])?;
            fields.push(field);
        } else {
            let length = bytes[at..].iter().position(|&byte| byte == delimiter);
            end = length.map_or(bytes.len(), |length| at + length);
            fields.push(text[at..end].to_owned());
        }
        match bytes.get(end) {
            None => return Some(fields),
            Some(&byte) if byte == delimiter => at = end + 1,
            Some(_) => return None,
        }
    }
}

/// The field after an opening quote, and where it ends; `None` if that is on
/// another line.
fn quoted(text: &str, start: usize, quote: u8) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut field = String::new();
    let mut at = start;
    loop {
        let close = at + bytes[at..].iter().position(|&byte| byte == quote)?;
        field.push_str(&text[at..close]);
        if bytes.get(close + 1) != Some(&quote) {
            return Some((field, close + 1));
        }
        field.push(quote as char);
        at = close + 2;
    }
}

/// The line for a row of plain values, of which only those are quoted that
/// hold one of the `specials`; None for other rows.
fn line(vm: &mut Vm, args: &[Value]) -> Res {
    let &[row, delimiter, quote, specials, end] = args else {
        return Err(vm.system_error("bad call"));
    };
    match joined(vm, row, delimiter, quote, specials, end) {
        Some(line) => Ok(vm.string(line)),
        None => Ok(Value::NONE),
    }
}

fn joined(
    vm: &Vm,
    row: Value,
    delimiter: Value,
    quote: Value,
    specials: Value,
    end: Value,
) -> Option<String> {
    let row = vm.heap.as_items(row)?;
    let quote = vm.as_text(quote)?;
    let specials = vm.as_text(specials)?;
    let mut line = String::new();
    for (at, &value) in row.iter().enumerate() {
        if at > 0 {
            line.push_str(vm.as_text(delimiter)?);
        }
        if let Some(int) = value.as_small() {
            line.push_str(&int.to_string());
        } else if let Some(float) = value.as_float() {
            line.push_str(&float_repr(float));
        } else if let Some(text) = vm.heap.as_str(value) {
            if text.contains(|c| specials.contains(c)) {
                let doubled = text.replace(quote, &quote.repeat(2));
                line.push_str(&format!("{quote}{doubled}{quote}"));
            } else {
                line.push_str(text);
            }
        } else if !value.is_none() {
            return None;
        }
    }
    // A line with nothing on it would be no record.
    if row.len() == 1 && line.is_empty() {
        return None;
    }
    line.push_str(vm.as_text(end)?);
    Some(line)
}
