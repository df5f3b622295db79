//! Literals as constants, and the arithmetic on them that is done here once
//! instead of each time the program runs. The limits are CPython's.

use airlock_bytecode::Const;
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};
use ruff_python_ast::{self as ast, Expr, Number, Operator, UnaryOp};

use crate::scan::literals;

/// Results larger than this many bits are left to run time.
const MAX_INT_BITS: u64 = 128;
/// Results longer than this are left to run time.
const MAX_SEQUENCE: usize = 4096;
const MAX_TUPLE: usize = 256;

/// The value of an expression that needs no names, or None.
pub(crate) fn fold(source: &str, expr: &Expr, optimize: bool) -> Option<Const> {
    match expr {
        Expr::NoneLiteral(_) => Some(Const::None),
        Expr::BooleanLiteral(e) => Some(Const::Bool(e.value)),
        Expr::EllipsisLiteral(_) => Some(Const::Ellipsis),
        Expr::NumberLiteral(e) => number(&e.value),
        Expr::StringLiteral(e) => Some(string(source, &e.value)),
        Expr::BytesLiteral(e) => Some(Const::Bytes(
            e.value.bytes().collect::<Vec<u8>>().into_boxed_slice(),
        )),
        Expr::Name(name) if name.id.as_str() == "__debug__" => Some(Const::Bool(!optimize)),
        Expr::UnaryOp(e) => {
            if !may_fold(&e.operand) {
                return None;
            }
            unary(e.op, fold(source, &e.operand, optimize)?)
        }
        Expr::BinOp(e) => {
            if !may_fold(&e.left) || !may_fold(&e.right) {
                return None;
            }
            // Along the left side in a loop: it may be long.
            let mut chain = vec![e];
            let mut left = &*e.left;
            while let Expr::BinOp(inner) = left {
                chain.push(inner);
                left = &inner.left;
            }
            let mut value = fold(source, left, optimize)?;
            for node in chain.into_iter().rev() {
                let right = fold(source, &node.right, optimize)?;
                value = binary(node.op, &value, &right)?;
            }
            Some(value)
        }
        Expr::Tuple(e) => e
            .elts
            .iter()
            .map(|element| {
                may_fold(element)
                    .then(|| fold(source, element, optimize))
                    .flatten()
            })
            .collect::<Option<Vec<_>>>()
            .map(|items| Const::Tuple(items.into_boxed_slice())),
        _ => None,
    }
}

/// Cheap look before folding: keeps long chains of names from being walked
/// again at each level.
fn may_fold(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        match expr {
            Expr::BinOp(e) => expr = &e.left,
            Expr::UnaryOp(e) => expr = &e.operand,
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::Tuple(_) => return true,
            Expr::Name(name) => return name.id.as_str() == "__debug__",
            _ => return false,
        }
    }
}

fn number(value: &Number) -> Option<Const> {
    Some(match value {
        Number::Int(int) => match int.as_i64() {
            Some(value) => Const::Int(value),
            None => big(parse_big(&int.to_string())?),
        },
        Number::Float(value) => Const::Float(*value),
        Number::Complex { real, imag } => Const::Complex(*real, *imag),
    })
}

/// Parses a literal too large for 64 bits: decimal, or with its base prefix.
fn parse_big(text: &str) -> Option<BigInt> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'_').collect();
    let (digits, radix) = match digits.get(..2) {
        Some(b"0x" | b"0X") => (&digits[2..], 16),
        Some(b"0o" | b"0O") => (&digits[2..], 8),
        Some(b"0b" | b"0B") => (&digits[2..], 2),
        _ => (&digits[..], 10),
    };
    BigInt::parse_bytes(digits, radix)
}

fn big(value: BigInt) -> Const {
    match value.to_i64() {
        Some(value) => Const::Int(value),
        None => Const::BigInt(value.to_string().into()),
    }
}

fn string(source: &str, value: &ast::StringLiteralValue) -> Const {
    let text = value.to_str();
    // The parser puts U+FFFD where the source escapes a lone surrogate.
    if text.contains('\u{FFFD}')
        && let Some(bytes) = literals::with_surrogates(source, value)
    {
        return Const::SurrogateStr(bytes.into());
    }
    Const::Str(text.into())
}

pub(crate) fn truthy(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(value) => *value,
        Const::Ellipsis | Const::BigInt(_) | Const::Code(_) => true,
        Const::Int(value) => *value != 0,
        Const::Float(value) => *value != 0.0,
        Const::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
        Const::Str(value) => !value.is_empty(),
        Const::SurrogateStr(value) | Const::Bytes(value) => !value.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

/// Whether two constants would be the same key of a dict.
pub(crate) fn equal(left: &Const, right: &Const) -> bool {
    let complex = |value: &Const| match value {
        Const::Complex(real, imag) => Some((*real, *imag)),
        value => as_float(value).map(|real| (real, 0.0)),
    };
    match (complex(left), complex(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

fn unary(op: UnaryOp, value: Const) -> Option<Const> {
    if op == UnaryOp::Not {
        return Some(Const::Bool(!truthy(&value)));
    }
    match (&value, op) {
        (Const::Float(value), UnaryOp::USub) => return Some(Const::Float(-value)),
        (Const::Float(_) | Const::Complex(..), UnaryOp::UAdd) => return Some(value),
        (Const::Complex(real, imag), UnaryOp::USub) => return Some(Const::Complex(-real, -imag)),
        // `~True` warns at run time.
        (Const::Bool(_), UnaryOp::Invert) => return None,
        _ => {}
    }
    let int = as_int(&value)?;
    Some(match op {
        UnaryOp::USub => big(-int),
        UnaryOp::UAdd => big(int),
        UnaryOp::Invert => big(-(int + BigInt::from(1))),
        UnaryOp::Not => return None,
    })
}

fn as_int(value: &Const) -> Option<BigInt> {
    match value {
        Const::Bool(value) => Some(BigInt::from(*value as i32)),
        Const::Int(value) => Some(BigInt::from(*value)),
        Const::BigInt(digits) => BigInt::parse_bytes(digits.as_bytes(), 10),
        _ => None,
    }
}

fn as_float(value: &Const) -> Option<f64> {
    match value {
        Const::Float(value) => Some(*value),
        Const::Bool(value) => Some(*value as i32 as f64),
        // Only where the conversion is exact.
        Const::Int(value) if value.unsigned_abs() <= 1 << 53 => Some(*value as f64),
        _ => None,
    }
}

pub(crate) fn binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Const::Bool(_), Const::Bool(_), Operator::BitAnd | Operator::BitOr | Operator::BitXor) =
        (left, right, op)
    {
        // Of these operators, bools stay bools.
        return None;
    }
    if let (Some(left), Some(right)) = (as_int(left), as_int(right)) {
        return binary_int(op, left, right);
    }
    if matches!(left, Const::Complex(..)) || matches!(right, Const::Complex(..)) {
        return binary_complex(op, left, right);
    }
    if let (Some(left), Some(right)) = (as_float(left), as_float(right)) {
        return binary_float(op, left, right);
    }
    match (op, left, right) {
        (Operator::Add, Const::Str(a), Const::Str(b)) if a.len() + b.len() <= MAX_SEQUENCE => {
            Some(Const::Str(format!("{a}{b}").into()))
        }
        (Operator::Add, Const::Bytes(a), Const::Bytes(b)) if a.len() + b.len() <= MAX_SEQUENCE => {
            Some(Const::Bytes([&**a, &**b].concat().into()))
        }
        (Operator::Add, Const::Tuple(a), Const::Tuple(b)) if a.len() + b.len() <= MAX_TUPLE => {
            Some(Const::Tuple([&**a, &**b].concat().into()))
        }
        (Operator::Mult, sequence, count) | (Operator::Mult, count, sequence)
            if matches!(sequence, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)) =>
        {
            repeat(sequence, as_int(count)?.to_i64()?)
        }
        (Operator::Mult, count, sequence)
            if matches!(sequence, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)) =>
        {
            repeat(sequence, as_int(count)?.to_i64()?)
        }
        _ => None,
    }
}

fn repeat(sequence: &Const, count: i64) -> Option<Const> {
    let count = usize::try_from(count.max(0)).ok()?;
    match sequence {
        Const::Str(text) if text.len().checked_mul(count)? <= MAX_SEQUENCE => {
            Some(Const::Str(text.repeat(count).into()))
        }
        Const::Bytes(bytes) if bytes.len().checked_mul(count)? <= MAX_SEQUENCE => {
            Some(Const::Bytes(bytes.repeat(count).into()))
        }
        Const::Tuple(items)
            if items.len().checked_mul(count)? <= MAX_TUPLE
                && items.iter().all(|item| !matches!(item, Const::Tuple(_))) =>
        {
            let items: Vec<Const> = std::iter::repeat_n(items.iter(), count)
                .flatten()
                .cloned()
                .collect();
            Some(Const::Tuple(items.into()))
        }
        _ => None,
    }
}

fn binary_int(op: Operator, left: BigInt, right: BigInt) -> Option<Const> {
    let floor_div = |left: &BigInt, right: &BigInt| {
        let quotient = left / right;
        let remainder = left % right;
        if !remainder.is_zero()
            && (remainder.sign() == Sign::Minus) != (right.sign() == Sign::Minus)
        {
            quotient - 1
        } else {
            quotient
        }
    };
    let result = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => {
            if left.bits() + right.bits() > MAX_INT_BITS {
                return None;
            }
            left * right
        }
        Operator::Div => {
            if right.is_zero() {
                return None;
            }
            let left = as_float(&big(left))?;
            let right = as_float(&big(right))?;
            return Some(Const::Float(left / right));
        }
        Operator::FloorDiv | Operator::Mod if right.is_zero() => return None,
        Operator::FloorDiv => floor_div(&left, &right),
        Operator::Mod => &left - floor_div(&left, &right) * &right,
        Operator::Pow => {
            if right.is_negative() {
                return None;
            }
            let exponent = right.to_u32()?;
            if left.bits().checked_mul(exponent as u64)? > MAX_INT_BITS {
                return None;
            }
            left.pow(exponent)
        }
        Operator::LShift => {
            let shift = right.to_u64().filter(|shift| *shift <= MAX_INT_BITS)?;
            if left.bits() + shift > MAX_INT_BITS {
                return None;
            }
            left << shift
        }
        Operator::RShift => left >> right.to_u64().filter(|shift| *shift <= 1 << 16)?,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        Operator::MatMult => return None,
    };
    Some(big(result))
}

fn binary_float(op: Operator, left: f64, right: f64) -> Option<Const> {
    Some(Const::Float(match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div if right != 0.0 => left / right,
        _ => return None,
    }))
}

/// Only what a literal such as `1 + 2j` needs.
fn binary_complex(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    match (op, left, right) {
        (Operator::Add, Const::Complex(a, b), Const::Complex(c, d)) => {
            Some(Const::Complex(a + c, b + d))
        }
        (Operator::Sub, Const::Complex(a, b), Const::Complex(c, d)) => {
            Some(Const::Complex(a - c, b - d))
        }
        (Operator::Add, real, Const::Complex(c, d)) => {
            Some(Const::Complex(as_float(real)? + c, *d))
        }
        // 3.14 keeps the real operand real: no `0 - imag` in the imaginary part.
        (Operator::Sub, real, Const::Complex(c, d)) => {
            Some(Const::Complex(as_float(real)? - c, -*d))
        }
        (Operator::Add, Const::Complex(a, b), real) => {
            Some(Const::Complex(a + as_float(real)?, *b))
        }
        (Operator::Sub, Const::Complex(a, b), real) => {
            Some(Const::Complex(a - as_float(real)?, *b))
        }
        _ => None,
    }
}

/// As `repr` would show it, for messages.
pub(crate) fn repr(value: &Const) -> String {
    match value {
        Const::None => "None".into(),
        Const::Bool(true) => "True".into(),
        Const::Bool(false) => "False".into(),
        Const::Ellipsis => "Ellipsis".into(),
        Const::Int(value) => value.to_string(),
        Const::BigInt(digits) => digits.to_string(),
        Const::Float(value) => repr_float(*value),
        Const::Complex(0.0, imag) => format!("{}j", repr_part(*imag)),
        Const::Complex(real, imag) => {
            let sign = if imag.is_sign_negative() { "" } else { "+" };
            format!("({}{sign}{}j)", repr_part(*real), repr_part(*imag))
        }
        Const::Str(text) => repr_str(text),
        Const::SurrogateStr(bytes) | Const::Bytes(bytes) => {
            let escaped = bytes.escape_ascii().to_string().replace("\\\"", "\"");
            format!("b'{escaped}'")
        }
        Const::Tuple(items) => {
            let items: Vec<String> = items.iter().map(repr).collect();
            match &items[..] {
                [one] => format!("({one},)"),
                items => format!("({})", items.join(", ")),
            }
        }
        Const::FrozenSet(items) => {
            let items: Vec<String> = items.iter().map(repr).collect();
            format!("frozenset({{{}}})", items.join(", "))
        }
        Const::Code(code) => format!("<code {}>", code.qualname),
    }
}

pub(crate) fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut shown = String::from(quote);
    for char in text.chars() {
        match char {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            '\\' => shown.push_str("\\\\"),
            char if char == quote => shown.extend(['\\', char]),
            char if (char as u32) < 0x20 || (0x7F..0xA0).contains(&(char as u32)) => {
                shown.push_str(&format!("\\x{:02x}", char as u32));
            }
            char => shown.push(char),
        }
    }
    shown.push(quote);
    shown
}

/// The shortest digits that give the value again, with an exponent where
/// Python writes one.
fn repr_float(value: f64) -> String {
    if !value.is_finite() {
        return format!("{value}").to_lowercase();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A part of a complex number: as a float, but whole numbers without point.
fn repr_part(value: f64) -> String {
    let text = repr_float(value);
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}
