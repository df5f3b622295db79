//! Numbers as text, and the format-spec mini-language of `format()` for the
//! built-in numbers and `str`.
//!
//! Digits are exact: the standard library's `{:.*}` and `{:.*e}` print the
//! correctly rounded decimal expansion at any precision.

use num_bigint::BigInt;

use crate::builtins::complex::PyComplex;
use crate::elementary;
use crate::value::Kind;
use crate::{Res, Value, Vm};

/// More digits than the longest exact expansion of a float has; what is asked
/// beyond is zeros.
const MAX_DIGITS: usize = 1100;

/// `repr(value)`.
pub fn float_repr(value: f64) -> String {
    format_float(
        value,
        FloatStyle {
            code: 'r',
            add_dot_zero: true,
            ..FloatStyle::default()
        },
    )
}

/// How [`format_float`] writes a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatStyle {
    /// `e`, `f`, `g` or their capitals; `r` for the shortest digits that read
    /// back as the same float.
    pub code: char,
    /// Ignored for `r`.
    pub precision: usize,
    /// Keep the point and trailing zeros (`#`).
    pub alternate: bool,
    /// Add `.0` to what would look like an int.
    pub add_dot_zero: bool,
    /// Write negative zero, and what rounds to it, without its sign (`z`).
    pub no_negative_zero: bool,
}

impl Default for FloatStyle {
    fn default() -> Self {
        FloatStyle {
            code: 'g',
            precision: 6,
            alternate: false,
            add_dot_zero: false,
            no_negative_zero: false,
        }
    }
}

/// A float as text, with a sign only if it is negative: CPython's
/// `PyOS_double_to_string`.
pub fn format_float(value: f64, style: FloatStyle) -> String {
    let text = format_magnitude(value, style);
    let negative = value.is_sign_negative() && !value.is_nan();
    let zero = || {
        text.bytes()
            .take_while(|b| !matches!(b, b'e' | b'E'))
            .all(|b| !matches!(b, b'1'..=b'9'))
    };
    if negative && !(style.no_negative_zero && value.is_finite() && zero()) {
        format!("-{text}")
    } else {
        text
    }
}

fn format_magnitude(value: f64, style: FloatStyle) -> String {
    let capital = style.code.is_ascii_uppercase();
    if !value.is_finite() {
        let text = if value.is_nan() { "nan" } else { "inf" };
        return if capital {
            text.to_ascii_uppercase()
        } else {
            text.to_owned()
        };
    }
    let value = value.abs();
    let code = style.code.to_ascii_lowercase();
    // `point` is where the decimal point stands, counted from the first
    // digit; digits to the right of the last one given are zeros.
    let (digits, point) = match code {
        'r' => shortest_digits(value),
        'e' => digits_of(format!("{value:.*e}", style.precision.min(MAX_DIGITS))),
        'f' => fixed_digits(value, style.precision),
        _ => {
            let (mut digits, point) = digits_of(format!(
                "{value:.*e}",
                style.precision.clamp(1, MAX_DIGITS) - 1
            ));
            digits.truncate(digits.trim_end_matches('0').len().max(1));
            (digits, point)
        }
    };
    let precision = style.precision.max((code == 'g') as usize) as i64;
    let (scientific, mut end) = match code {
        'e' => (true, precision + 1),
        'f' => (false, point + precision),
        'r' => (point <= -4 || point > 16, 0),
        _ => (
            point <= -4 || point > precision - style.add_dot_zero as i64,
            if style.alternate { precision } else { 0 },
        ),
    };
    let shown_point = if scientific { 1 } else { point };
    end = end.max(digits.len() as i64);
    end = end.max(if !scientific && style.add_dot_zero {
        shown_point + 1
    } else {
        shown_point
    });
    let mut text = String::new();
    if shown_point <= 0 {
        text.push_str("0.");
        push_zeros(&mut text, -shown_point);
        text.push_str(&digits);
        push_zeros(&mut text, end - digits.len() as i64);
    } else {
        let whole = (shown_point as usize).min(digits.len());
        text.push_str(&digits[..whole]);
        push_zeros(&mut text, shown_point - whole as i64);
        text.push('.');
        text.push_str(&digits[whole..]);
        push_zeros(&mut text, end - shown_point.max(digits.len() as i64));
    }
    if text.ends_with('.') && !style.alternate {
        text.pop();
    }
    if scientific {
        let exponent = point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!(
            "{}{sign}{:02}",
            if capital { 'E' } else { 'e' },
            exponent.abs()
        ));
    }
    text
}

fn push_zeros(text: &mut String, count: i64) {
    text.extend(std::iter::repeat_n('0', count.max(0) as usize));
}

/// Splits `d.ddde±x` into its digits and the place of the point.
fn digits_of(text: String) -> (String, i64) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    if digits.bytes().all(|b| b == b'0') {
        return (digits, 1);
    }
    (digits, exponent.parse::<i64>().unwrap_or(0) + 1)
}

/// The shortest digits that read back as the same float. Of two that are
/// equally near, the even one, as CPython chooses.
fn shortest_digits(value: f64) -> (String, i64) {
    let shortest = format!("{value:e}");
    let digits = shortest
        .bytes()
        .take_while(|&b| b != b'e')
        .filter(|&b| b != b'.')
        .count();
    // Only so long ones can be halfway, and only of a float with few bits after
    // the point; exact rounding goes to even.
    let scaled = value * 256.0;
    if digits >= 16 && elementary::trunc(scaled) == scaled {
        let rounded = format!("{value:.*e}", digits - 1);
        if rounded != shortest && rounded.parse() == Ok(value) {
            return digits_of(rounded);
        }
    }
    digits_of(shortest)
}

/// Digits from the first that is not zero to `precision` places after the
/// point.
fn fixed_digits(value: f64, precision: usize) -> (String, i64) {
    let text = format!("{value:.*}", precision.min(MAX_DIGITS));
    let point = text.find('.').unwrap_or(text.len()) as i64;
    let digits: String = text.chars().filter(|&c| c != '.').collect();
    let leading = digits.len() - digits.trim_start_matches('0').len();
    if leading == digits.len() {
        // Zero: one digit before the point.
        return ("0".to_owned(), 1);
    }
    (digits[leading..].to_owned(), point - leading as i64)
}

/// A parsed format spec.
#[derive(Clone, Debug)]
pub struct FormatSpec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    fraction_grouping: Option<char>,
    code: Option<char>,
}

impl FormatSpec {
    /// Parses a spec for a value of type `type_name`. With `number`, a zero
    /// before the width pads between sign and digits.
    pub fn parse(vm: &mut Vm, spec: &str, type_name: &str, number: bool) -> Res<FormatSpec> {
        let chars: Vec<char> = spec.chars().collect();
        let mut at = 0;
        let mut parsed = FormatSpec {
            fill: None,
            align: None,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            fraction_grouping: None,
            code: None,
        };
        let peek = |at: usize| chars.get(at).copied();
        let is_align = |c: Option<char>| matches!(c, Some('<' | '>' | '=' | '^'));
        if is_align(peek(1)) {
            parsed.fill = peek(0);
            parsed.align = peek(1);
            at = 2;
        } else if is_align(peek(0)) {
            parsed.align = peek(0);
            at = 1;
        }
        if let Some(c @ ('+' | '-' | ' ')) = peek(at) {
            parsed.sign = Some(c);
            at += 1;
        }
        if peek(at) == Some('z') {
            parsed.no_negative_zero = true;
            at += 1;
        }
        if peek(at) == Some('#') {
            parsed.alternate = true;
            at += 1;
        }
        if parsed.fill.is_none() && peek(at) == Some('0') {
            parsed.fill = Some('0');
            if parsed.align.is_none() && number {
                parsed.align = Some('=');
            }
            at += 1;
        }
        parsed.width = integer(vm, &chars, &mut at)?.unwrap_or(0);
        parsed.grouping = separator(vm, &chars, &mut at)?;
        if peek(at) == Some('.') {
            at += 1;
            parsed.precision = integer(vm, &chars, &mut at)?;
            parsed.fraction_grouping = separator(vm, &chars, &mut at)?;
            if parsed.precision.is_none() && parsed.fraction_grouping.is_none() {
                return Err(vm.value_error("Format specifier missing precision"));
            }
        }
        if chars.len() > at + 1 {
            return Err(vm.value_error(format!(
                "Invalid format specifier '{spec}' for object of type '{type_name}'"
            )));
        }
        parsed.code = peek(at);
        if let Some(separator) = parsed.grouping {
            match parsed.code {
                None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => {}
                Some('b' | 'o' | 'x' | 'X') if separator == '_' => {}
                // The default code of strs is `s`.
                code => return Err(bad_separator(vm, separator, code.unwrap_or('s'))),
            }
            if parsed.code.is_none() && !number {
                return Err(bad_separator(vm, separator, 's'));
            }
        }
        if let Some(separator) = parsed.fraction_grouping
            && parsed.code == Some('n')
        {
            return Err(bad_separator(vm, separator, 'n'));
        }
        Ok(parsed)
    }

    /// Puts the parts of a number together: sign, prefix, digits, point,
    /// fraction and suffix, with grouping and padding.
    fn number(
        &self,
        vm: &mut Vm,
        negative: bool,
        prefix: &str,
        text: &str,
        group: usize,
    ) -> Res<String> {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let hex = group == 4;
        let is_digit = |b: u8| {
            if hex {
                b.is_ascii_alphanumeric()
            } else {
                b.is_ascii_digit()
            }
        };
        let whole_end = text
            .bytes()
            .position(|b| !is_digit(b))
            .unwrap_or(text.len());
        let (whole, rest) = text.split_at(whole_end);
        let rest = match self.fraction_grouping {
            Some(separator) if rest.starts_with('.') => group_fraction(rest, separator),
            _ => rest.to_owned(),
        };
        let fixed = sign.len() + prefix.len() + rest.chars().count();
        let zero_padded = self.fill == Some('0') && self.align.unwrap_or('>') == '=';
        let minimum = if zero_padded {
            self.width.saturating_sub(fixed)
        } else {
            0
        };
        vm.reserve(self.width.saturating_mul(2))?;
        let digits = if whole.is_empty() {
            String::new()
        } else {
            self.group(whole, group, minimum)
        };
        let padding = self.width.saturating_sub(fixed + digits.len());
        let head = format!("{sign}{prefix}");
        Ok(self.pad(padding, '>', &head, &format!("{digits}{rest}")))
    }

    /// Groups digits, with zeros before them to a length of `minimum`.
    fn group(&self, digits: &str, group: usize, minimum: usize) -> String {
        let Some(separator) = self.grouping else {
            let zeros = minimum.saturating_sub(digits.len());
            return "0".repeat(zeros) + digits;
        };
        let length = |count: usize| count + count.saturating_sub(1) / group;
        let mut count = digits.len();
        if length(count) < minimum {
            count = count.max(minimum - minimum / (group + 1));
            while count > digits.len() && length(count - 1) >= minimum {
                count -= 1;
            }
            while length(count) < minimum {
                count += 1;
            }
        }
        let zeros = count - digits.len();
        let mut text = String::with_capacity(length(count));
        for at in 0..count {
            if at > 0 && (count - at).is_multiple_of(group) {
                text.push(separator);
            }
            text.push(if at < zeros {
                '0'
            } else {
                digits.as_bytes()[at - zeros] as char
            });
        }
        text
    }

    /// Pads `head` + `body` by `padding` characters where the alignment says.
    fn pad(&self, padding: usize, default_align: char, head: &str, body: &str) -> String {
        let fill = self.fill.unwrap_or(' ');
        let (left, middle, right) = match self.align.unwrap_or(default_align) {
            '<' => (0, 0, padding),
            '^' => (padding / 2, 0, padding - padding / 2),
            '=' => (0, padding, 0),
            _ => (padding, 0, 0),
        };
        let mut text = String::with_capacity(head.len() + body.len() + padding * fill.len_utf8());
        text.extend(std::iter::repeat_n(fill, left));
        text.push_str(head);
        text.extend(std::iter::repeat_n(fill, middle));
        text.push_str(body);
        text.extend(std::iter::repeat_n(fill, right));
        text
    }
}

/// Decimal digits at `at`, if there are any.
fn integer(vm: &mut Vm, chars: &[char], at: &mut usize) -> Res<Option<usize>> {
    let mut value: Option<usize> = None;
    while let Some(digit) = chars.get(*at).and_then(|&c| super::int::decimal_digit(c)) {
        let next = value
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|v| v.checked_add(digit as usize));
        match next {
            Some(next) if next <= i64::MAX as usize => value = Some(next),
            _ => return Err(vm.value_error("Too many decimal digits in format string")),
        }
        *at += 1;
    }
    Ok(value)
}

/// A thousands separator at `at`, if there is one.
fn separator(vm: &mut Vm, chars: &[char], at: &mut usize) -> Res<Option<char>> {
    let Some(&c @ (',' | '_')) = chars.get(*at) else {
        return Ok(None);
    };
    *at += 1;
    if matches!((c, chars.get(*at)), (',', Some('_')) | ('_', Some(','))) {
        return Err(vm.value_error("Cannot specify both ',' and '_'."));
    }
    Ok(Some(c))
}

fn bad_separator(vm: &mut Vm, separator: char, code: char) -> crate::Throw {
    vm.value_error(format!(
        "Cannot specify '{separator}' with '{}'.",
        shown(code)
    ))
}

fn unknown_code(vm: &mut Vm, code: char, type_name: &str) -> crate::Throw {
    vm.value_error(format!(
        "Unknown format code '{}' for object of type '{type_name}'",
        shown(code)
    ))
}

/// A format code as messages show it.
fn shown(code: char) -> String {
    if (' '..'\u{80}').contains(&code) && code != ' ' {
        code.to_string()
    } else {
        format!("\\x{:x}", code as u32)
    }
}

/// Puts separators into `.ddd...`, from the point on.
fn group_fraction(rest: &str, separator: char) -> String {
    let end = rest[1..]
        .bytes()
        .position(|b| !b.is_ascii_digit())
        .map_or(rest.len(), |at| at + 1);
    let mut text = String::from(".");
    for (at, digit) in rest[1..end].chars().enumerate() {
        if at > 0 && at % 3 == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    text + &rest[end..]
}

/// `format(value, spec)` of a small int or a float where the format is no more
/// than a width, or `.2f` and the like; `None` for the rest.
pub fn format_plainly(value: Value, spec: &str) -> Option<String> {
    if let Some(float) = value.as_float() {
        let [b'.', digit @ b'0'..=b'9', b'f'] = *spec.as_bytes() else {
            return None;
        };
        let precision = (digit - b'0') as usize;
        return float.is_finite().then(|| format!("{float:.precision$}"));
    }
    let int = value.as_small()?;
    let spec = spec.strip_suffix('d').unwrap_or(spec);
    let (align, width) = match spec.as_bytes() {
        [align @ (b'<' | b'>'), width @ ..] => (*align, width),
        width => (b'>', width),
    };
    let width = match *width {
        [] => 0,
        [ones @ b'1'..=b'9'] => (ones - b'0') as usize,
        [tens @ b'1'..=b'9', ones @ b'0'..=b'9'] => ((tens - b'0') * 10 + ones - b'0') as usize,
        _ => return None,
    };
    Some(if align == b'<' {
        format!("{int:<width$}")
    } else {
        format!("{int:>width$}")
    })
}

/// `format(value, spec)` for int, bool, float, complex and str, `spec` not
/// empty. `type_name` is the value's for messages.
pub fn format_value(vm: &mut Vm, value: Value, spec: &str) -> Res<String> {
    let type_name = vm.type_name(value);
    let value = vm.heap.payload(value);
    if value.is(Kind::Str) {
        let text = vm.heap.str(value).to_owned();
        format_str(vm, &text, spec, &type_name)
    } else if let Some(float) = value.as_float() {
        let parsed = FormatSpec::parse(vm, spec, &type_name, true)?;
        format_float_spec(vm, float, &parsed, &type_name)
    } else if let Some(int) = vm.as_int(value) {
        format_int(vm, value, &int, spec, &type_name)
    } else if let Some(complex) = vm.heap.downcast::<PyComplex>(value) {
        let (re, im) = (complex.re, complex.im);
        format_complex(vm, re, im, spec, &type_name)
    } else {
        Err(vm.type_error(format!(
            "unsupported format string passed to {type_name}.__format__"
        )))
    }
}

/// `format(text, spec)`.
pub fn format_str(vm: &mut Vm, text: &str, spec: &str, type_name: &str) -> Res<String> {
    if spec.is_empty() {
        return Ok(text.to_owned());
    }
    let parsed = FormatSpec::parse(vm, spec, type_name, false)?;
    if let Some(code) = parsed.code
        && code != 's'
    {
        return Err(unknown_code(vm, code, type_name));
    }
    let refused = match parsed.sign {
        Some(' ') => Some("Space not allowed in string format specifier"),
        Some(_) => Some("Sign not allowed in string format specifier"),
        None if parsed.no_negative_zero => {
            Some("Negative zero coercion (z) not allowed in string format specifier")
        }
        None if parsed.alternate => {
            Some("Alternate form (#) not allowed in string format specifier")
        }
        None if parsed.align == Some('=') => {
            Some("'=' alignment not allowed in string format specifier")
        }
        None => None,
    };
    if let Some(message) = refused {
        return Err(vm.value_error(message));
    }
    let text = match parsed.precision {
        Some(precision) => match text.char_indices().nth(precision) {
            Some((end, _)) => &text[..end],
            None => text,
        },
        None => text,
    };
    let padding = parsed.width.saturating_sub(text.chars().count());
    vm.reserve(padding.saturating_mul(4).saturating_add(text.len()))?;
    Ok(parsed.pad(padding, '<', "", text))
}

fn format_int(vm: &mut Vm, value: Value, int: &BigInt, spec: &str, type_name: &str) -> Res<String> {
    let parsed = FormatSpec::parse(vm, spec, type_name, true)?;
    let code = parsed.code.unwrap_or('d');
    match code {
        'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n' => {}
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let float = vm.to_float(value)?;
            return format_float_spec(vm, float, &parsed, type_name);
        }
        code => return Err(unknown_code(vm, code, type_name)),
    }
    if parsed.precision.is_some() {
        return Err(vm.value_error("Precision not allowed in integer format specifier"));
    }
    if parsed.no_negative_zero {
        return Err(
            vm.value_error("Negative zero coercion (z) not allowed in integer format specifier")
        );
    }
    if code == 'c' {
        if parsed.sign.is_some() {
            return Err(vm.value_error("Sign not allowed with integer format specifier 'c'"));
        }
        if parsed.alternate {
            return Err(
                vm.value_error("Alternate form (#) not allowed with integer format specifier 'c'")
            );
        }
        let Some(c) = u32::try_from(int).ok().and_then(char::from_u32) else {
            return Err(vm.overflow_error(if i64::try_from(int).is_ok() {
                "%c arg not in range(0x110000)"
            } else {
                "Python int too large to convert to C long"
            }));
        };
        let padding = parsed.width.saturating_sub(1);
        vm.reserve(padding.saturating_mul(4))?;
        return Ok(parsed.pad(padding, '>', "", &c.to_string()));
    }
    let (radix, prefix) = match code {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = super::int::magnitude_text(vm, int, radix)?;
    let digits = if code == 'X' {
        digits.to_ascii_uppercase()
    } else {
        digits
    };
    let negative = int.sign() == num_bigint::Sign::Minus;
    let prefix = if parsed.alternate { prefix } else { "" };
    let group = if radix == 10 { 3 } else { 4 };
    parsed.number(vm, negative, prefix, &digits, group)
}

fn format_float_spec(vm: &mut Vm, value: f64, spec: &FormatSpec, type_name: &str) -> Res<String> {
    let (code, style, value) = float_style(vm, value, spec, type_name)?;
    let mut text = format_float(value, style);
    if code == '%' {
        text.push('%');
    }
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, &*text),
    };
    spec.number(vm, negative, "", magnitude, 3)
}

/// How a spec says to write a float: its code, the style, and the value to
/// write (times 100 for `%`).
fn float_style(
    vm: &mut Vm,
    value: f64,
    spec: &FormatSpec,
    type_name: &str,
) -> Res<(char, FloatStyle, f64)> {
    let code = spec.code.unwrap_or('\0');
    let mut style = FloatStyle {
        code,
        precision: 6,
        alternate: spec.alternate,
        add_dot_zero: false,
        no_negative_zero: spec.no_negative_zero,
    };
    let mut shown_value = value;
    match code {
        '\0' => {
            style.add_dot_zero = true;
            style.code = if spec.precision.is_some() { 'g' } else { 'r' };
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {}
        'n' => style.code = 'g',
        '%' => {
            style.code = 'f';
            shown_value = value * 100.0;
        }
        code => return Err(unknown_code(vm, code, type_name)),
    }
    if let Some(precision) = spec.precision {
        if precision > i32::MAX as usize {
            return Err(vm.value_error("precision too big"));
        }
        vm.reserve(precision.saturating_mul(2))?;
        style.precision = precision;
    }
    Ok((code, style, shown_value))
}

fn format_complex(vm: &mut Vm, re: f64, im: f64, spec: &str, type_name: &str) -> Res<String> {
    let spec = FormatSpec::parse(vm, spec, type_name, true)?;
    if spec.code == Some('%') {
        return Err(unknown_code(vm, '%', type_name));
    }
    let (code, mut style, _) = float_style(vm, re, &spec, type_name)?;
    if spec.fill == Some('0') {
        return Err(vm.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some('=') {
        return Err(vm.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    style.add_dot_zero = false;
    let parenthesized = code == '\0';
    let skip_real = parenthesized && re == 0.0 && !re.is_sign_negative();
    let part = |vm: &mut Vm, value: f64, sign: Option<char>| {
        let text = format_float(value, style);
        let plain = FormatSpec {
            fill: None,
            align: Some('<'),
            width: 0,
            sign,
            ..spec.clone()
        };
        match text.strip_prefix('-') {
            Some(rest) => plain.number(vm, true, "", rest, 3),
            None => plain.number(vm, false, "", &text, 3),
        }
    };
    let text = if skip_real {
        part(vm, im, spec.sign)? + "j"
    } else {
        let real = part(vm, re, spec.sign)?;
        let imaginary = part(vm, im, Some('+'))?;
        if parenthesized {
            format!("({real}{imaginary}j)")
        } else {
            format!("{real}{imaginary}j")
        }
    };
    let padding = spec.width.saturating_sub(text.len());
    vm.reserve(padding.saturating_mul(4))?;
    Ok(spec.pad(padding, '>', "", &text))
}
