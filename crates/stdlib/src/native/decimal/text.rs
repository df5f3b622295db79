//! Numbers as texts, and back.

use airlock_vm::builtins::int::decimal_digit;

use super::coefficient::Coefficient;
use super::number::{FAR_EXPONENT, Finite, Form, within};
use super::settings::Rounding;

/// The number that a text is; the coefficient of a NaN is what it carries.
/// `None` for other texts.
pub fn parse(text: &str) -> Option<(Form, Finite)> {
    let plain: String;
    let text = text.trim_matches(is_space);
    let text = if text.is_ascii() && !text.contains('_') {
        text
    } else {
        let ascii = |c: char| match decimal_digit(c) {
            Some(digit) => (b'0' + digit as u8) as char,
            None => c,
        };
        plain = text.chars().filter(|&c| c != '_').map(ascii).collect();
        &plain
    };
    let bytes = text.as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    match bytes.first()? {
        b'0'..=b'9' | b'.' => Some((Form::Finite, parse_finite(negative, bytes)?)),
        _ => parse_special(negative, bytes),
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

fn parse_finite(negative: bool, bytes: &[u8]) -> Option<Finite> {
    let (number, exponent) = match bytes.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&bytes[..at], parse_exponent(&bytes[at + 1..])?),
        None => (bytes, 0),
    };
    let all_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    let Some(point) = number.iter().position(|&byte| byte == b'.') else {
        let coefficient = (all_digits(number)).then(|| Coefficient::parse(number))??;
        return Some(Finite::new(negative, coefficient, exponent));
    };
    let (whole, fraction) = (&number[..point], &number[point + 1..]);
    let valid = all_digits(whole) && all_digits(fraction) && number.len() > 1;
    let coefficient = valid.then(|| Coefficient::parse(&[whole, fraction].concat()))??;
    let exponent = exponent.saturating_sub(fraction.len() as i64);
    Some(Finite::new(negative, coefficient, exponent))
}

/// One of no use to any number is as large as can be.
fn parse_exponent(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: i64 = 0;
    for &digit in digits {
        let digit = (digit as char).to_digit(10)?;
        value = value.saturating_mul(10).saturating_add(digit as i64);
    }
    let value = value.min(FAR_EXPONENT);
    Some(if negative { -value } else { value })
}

fn parse_special(negative: bool, bytes: &[u8]) -> Option<(Form, Finite)> {
    let lower = bytes.to_ascii_lowercase();
    let (form, carried) = match &lower[..] {
        b"inf" | b"infinity" => (Form::Infinity, &b""[..]),
        [b's', b'n', b'a', b'n', rest @ ..] => (Form::Signaling, rest),
        [b'n', b'a', b'n', rest @ ..] => (Form::Quiet, rest),
        _ => return None,
    };
    let digits = carried.iter().all(u8::is_ascii_digit);
    let coefficient = digits.then(|| Coefficient::parse(carried))??;
    Some((form, Finite::new(negative, coefficient, 0)))
}

/// In scientific notation where it needs an exponent, after a `capital` E or
/// a small one.
pub fn write(form: Form, number: &Finite, capital: bool) -> String {
    if form != Form::Finite {
        return write_special(form, number);
    }
    let digits = number.coefficient.text();
    let left = number.exponent + digits.len() as i64;
    let plain = number.exponent <= 0 && left > -6;
    let place = if plain { left } else { 1 };
    let mut text = String::with_capacity(digits.len() + 10);
    if number.negative {
        text.push('-');
    }
    match digits.split_at_checked(place.max(0) as usize) {
        Some(("", fraction)) => {
            text.push_str("0.");
            text.extend((place..0).map(|_| '0'));
            text.push_str(fraction);
        }
        Some((whole, fraction)) if !fraction.is_empty() => {
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        // Never with zeros at its end: then it has an exponent.
        _ => text.push_str(&digits),
    }
    if left != place {
        text.push(if capital { 'E' } else { 'e' });
        text.push_str(&format!("{:+}", left - place));
    }
    text
}

fn write_special(form: Form, number: &Finite) -> String {
    let sign = if number.negative { "-" } else { "" };
    let carried = match number.is_zero() {
        true => String::new(),
        false => number.coefficient.text(),
    };
    match form {
        Form::Signaling => format!("{sign}sNaN{carried}"),
        Form::Quiet => format!("{sign}NaN{carried}"),
        _ => format!("{sign}Infinity"),
    }
}

/// The digits before and after a point at this place.
fn placed(digits: &str, place: i64) -> (String, String) {
    if place <= 0 {
        let zeros = "0".repeat(place.unsigned_abs() as usize);
        ("0".to_owned(), zeros + digits)
    } else if place as usize >= digits.len() {
        let zeros = "0".repeat(place as usize - digits.len());
        (digits.to_owned() + &zeros, String::new())
    } else {
        let (whole, fraction) = digits.split_at(place as usize);
        (whole.to_owned(), fraction.to_owned())
    }
}

/// A format specification as most programs write it.
pub struct Spec {
    fill: char,
    align: u8,
    sign: u8,
    zeros: bool,
    width: usize,
    separator: Option<u8>,
    precision: Option<i64>,
    /// 0 for none.
    kind: u8,
}

impl Spec {
    /// `None` for what is not of the form
    /// `[[fill]align][sign][0][width][,_][.precision][eEfFgG%]`.
    pub fn parse(text: &str) -> Option<Spec> {
        const LONGEST: usize = 4;
        let mut spec = Spec {
            fill: ' ',
            align: b'>',
            sign: b'-',
            zeros: false,
            width: 0,
            separator: None,
            precision: None,
            kind: 0,
        };
        let mut rest = text;
        let mut chars = text.chars();
        let is_align = |c: Option<char>| c.filter(|c| matches!(c, '<' | '>' | '=' | '^'));
        let (first, second) = (chars.next(), chars.next());
        let aligned = if let (Some(fill), Some(align)) = (first, is_align(second)) {
            (spec.fill, spec.align) = (fill, align as u8);
            rest = chars.as_str();
            true
        } else if let Some(align) = is_align(first) {
            spec.align = align as u8;
            rest = &text[1..];
            true
        } else {
            false
        };
        let mut bytes = rest.as_bytes();
        let mut take = |wanted: fn(&u8) -> bool| {
            let (&first, rest) = bytes.split_first().filter(|(first, _)| wanted(first))?;
            bytes = rest;
            Some(first)
        };
        spec.sign = take(|byte| b"+- ".contains(byte)).unwrap_or(b'-');
        spec.zeros = take(|&byte| byte == b'0').is_some();
        if spec.zeros && aligned {
            return None;
        }
        let number = |take: &mut dyn FnMut(fn(&u8) -> bool) -> Option<u8>| {
            let mut digits = String::new();
            while let Some(digit) = take(u8::is_ascii_digit) {
                digits.push(digit as char);
            }
            (digits.len() <= LONGEST).then_some(digits)
        };
        spec.width = number(&mut take)?.parse().unwrap_or(0);
        spec.separator = take(|byte| b",_".contains(byte));
        if take(|&byte| byte == b'.').is_some() {
            spec.precision = Some(number(&mut take)?.parse().ok()?);
        }
        spec.kind = take(|byte| b"eEfFgG%".contains(byte)).unwrap_or(0);
        if spec.precision == Some(0) && matches!(spec.kind, 0 | b'g' | b'G') {
            spec.precision = Some(1);
        }
        bytes.is_empty().then_some(spec)
    }
}

/// `format(number, spec)`; `capitals` is for a specification without a type.
pub fn format(number: &Finite, spec: &Spec, rounding: Rounding, capitals: bool) -> Option<String> {
    let kind = match spec.kind {
        0 if capitals => b'G',
        0 => b'g',
        kind => kind,
    };
    let mut number = number.clone();
    if kind == b'%' {
        number.exponent += 2;
    }
    let fixed = matches!(kind, b'f' | b'F' | b'%');
    if let Some(precision) = spec.precision {
        number = match kind {
            b'e' | b'E' => number.rounded_to(precision + 1, rounding)?,
            b'g' | b'G' if number.coefficient.digits() > precision => {
                number.rounded_to(precision, rounding)?
            }
            _ if fixed => number.rescaled(-precision, rounding)?,
            _ => number,
        };
    }
    if fixed && number.is_zero() && number.exponent > 0 {
        number.exponent = 0;
    }
    let digits = number.coefficient.text();
    let left = number.exponent + digits.len() as i64;
    let place = match kind {
        b'e' | b'E' => match spec.precision {
            Some(precision) if number.is_zero() => 1 - precision,
            _ => 1,
        },
        b'g' | b'G' if number.exponent <= 0 && left > -6 => left,
        b'g' | b'G' => 1,
        _ => left,
    };
    within(place.abs())?;
    let (whole, mut tail) = placed(&digits, place);
    if !tail.is_empty() {
        tail.insert(0, '.');
    }
    if left != place || matches!(kind, b'e' | b'E') {
        let letter = if matches!(kind, b'E' | b'G') {
            'E'
        } else {
            'e'
        };
        tail.push_str(&format!("{letter}{:+}", left - place));
    }
    if kind == b'%' {
        tail.push('%');
    }
    let sign = match (number.negative, spec.sign) {
        (true, _) => "-",
        (false, b'+') => "+",
        (false, b' ') => " ",
        _ => "",
    };
    let least = match spec.zeros {
        true => spec.width.saturating_sub(tail.len() + sign.len()),
        false => 0,
    };
    let body = grouped(&whole, spec.separator, least) + &tail;
    Some(padded(sign, &body, spec))
}

/// With separators, and zeros in front up to this length at least.
fn grouped(whole: &str, separator: Option<u8>, least: usize) -> String {
    let zeros = |count: usize| "0".repeat(count);
    let Some(separator) = separator else {
        return zeros(least.saturating_sub(whole.len())) + whole;
    };
    let length = |digits: usize| digits + (digits - 1) / 3;
    let mut digits = whole.len();
    while length(digits) < least {
        digits += 1;
    }
    let whole = zeros(digits - whole.len()) + whole;
    let mut text = String::with_capacity(length(digits));
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (digits - at).is_multiple_of(3) {
            text.push(separator as char);
        }
        text.push(digit);
    }
    text
}

fn padded(sign: &str, body: &str, spec: &Spec) -> String {
    let missing = spec.width.saturating_sub(sign.len() + body.len());
    let fill = |count: usize| spec.fill.to_string().repeat(count);
    match spec.align {
        b'<' => format!("{sign}{body}{}", fill(missing)),
        b'=' => format!("{sign}{}{body}", fill(missing)),
        b'^' => format!(
            "{}{sign}{body}{}",
            fill(missing / 2),
            fill(missing - missing / 2)
        ),
        _ => format!("{}{sign}{body}", fill(missing)),
    }
}
