//! `complex`.

use super::float::operand;
use super::format::{FloatStyle, format_float, format_value};
use super::int::{is_number_space, number_text};
use crate::class::{GetterDef, getter};
use crate::elementary::{atan2, cos, exp, floor, hypot, log, pow, sin};
use crate::gc::Tracer;
use crate::native::{NativeDef, class_method, method, new_method};
use crate::object::NativeObject;
use crate::value::Kind;
use crate::{Completion, Res, Value, Vm};

pub struct PyComplex {
    pub re: f64,
    pub im: f64,
    pub(crate) class: Value,
}

impl NativeObject for PyComplex {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, _: &mut Tracer) {}
    fn bytes(&self) -> usize {
        16
    }
}

type Complex = (f64, f64);

/// A complex number.
pub fn make(vm: &mut Vm, re: f64, im: f64) -> Value {
    let class = vm.types.complex;
    vm.heap.new_object(PyComplex { re, im, class })
}

impl Vm {
    pub fn complex(&mut self, re: f64, im: f64) -> Value {
        make(self, re, im)
    }

    /// Real and imaginary part of a complex number (or of an instance of a
    /// subclass); `None` for other values.
    pub fn as_complex(&self, value: Value) -> Option<(f64, f64)> {
        let complex: &PyComplex = self.heap.downcast(self.heap.payload(value))?;
        Some((complex.re, complex.im))
    }
}

/// Real and imaginary part of a built-in number; `None` for other values.
pub fn to_complex(vm: &mut Vm, value: Value) -> Res<Option<(f64, f64)>> {
    if let Some(complex) = vm.as_complex(value) {
        return Ok(Some(complex));
    }
    Ok(operand(vm, value)?.map(|re| (re, 0.0)))
}

fn receiver(vm: &Vm, value: Value) -> Complex {
    vm.as_complex(value).unwrap_or((0.0, 0.0))
}

/// An operand: `Err` is a real number, which by C99 is not the same as a
/// complex one with imaginary part zero.
type Operand = Result<Complex, f64>;

fn operand_of(vm: &mut Vm, value: Value) -> Res<Option<Operand>> {
    if let Some(complex) = vm.as_complex(value) {
        return Ok(Some(Ok(complex)));
    }
    Ok(operand(vm, value)?.map(Err))
}

fn widen(operand: Operand) -> Complex {
    operand.unwrap_or_else(|re| (re, 0.0))
}

type BinaryOp = fn(&mut Vm, Operand, Operand) -> Res;

fn binary(vm: &mut Vm, a: Value, b: Value, op: BinaryOp) -> Res {
    let Some(x) = operand_of(vm, a)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let Some(y) = operand_of(vm, b)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    op(vm, x, y)
}

fn add(vm: &mut Vm, a: Operand, b: Operand) -> Res {
    let (re, im) = match (a, b) {
        (Ok(a), Ok(b)) => (a.0 + b.0, a.1 + b.1),
        (Ok(z), Err(x)) | (Err(x), Ok(z)) => (z.0 + x, z.1),
        (Err(x), Err(y)) => (x + y, 0.0),
    };
    Ok(vm.complex(re, im))
}

fn sub(vm: &mut Vm, a: Operand, b: Operand) -> Res {
    let (re, im) = match (a, b) {
        (Ok(a), Ok(b)) => (a.0 - b.0, a.1 - b.1),
        (Ok(z), Err(x)) => (z.0 - x, z.1),
        (Err(x), Ok(z)) => (x - z.0, -z.1),
        (Err(x), Err(y)) => (x - y, 0.0),
    };
    Ok(vm.complex(re, im))
}

fn mul(vm: &mut Vm, a: Operand, b: Operand) -> Res {
    let (re, im) = match (a, b) {
        (Ok(a), Ok(b)) => product(a, b),
        (Ok(z), Err(x)) | (Err(x), Ok(z)) => (z.0 * x, z.1 * x),
        (Err(x), Err(y)) => (x * y, 0.0),
    };
    Ok(vm.complex(re, im))
}

/// Infinities become 1, other values 0, with their signs.
fn boxed(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}

fn zero_if_nan(x: f64) -> f64 {
    if x.is_nan() { 0f64.copysign(x) } else { x }
}

/// The product, with the infinities that come out as NaN recovered as C11
/// Annex G says.
fn product((mut a, mut b): Complex, (mut c, mut d): Complex) -> Complex {
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (re, im) = (ac - bd, ad + bc);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let mut recovered = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), zero_if_nan(c), zero_if_nan(d));
        recovered = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (a, b, c, d) = (zero_if_nan(a), zero_if_nan(b), boxed(c), boxed(d));
        recovered = true;
    }
    if !recovered && [ac, bd, ad, bc].iter().any(|x| x.is_infinite()) {
        (a, b, c, d) = (
            zero_if_nan(a),
            zero_if_nan(b),
            zero_if_nan(c),
            zero_if_nan(d),
        );
        recovered = true;
    }
    if recovered {
        (
            f64::INFINITY * (a * c - b * d),
            f64::INFINITY * (a * d + b * c),
        )
    } else {
        (re, im)
    }
}

/// The quotient by Smith's method; `None` for a zero divisor.
pub fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    let (re_size, im_size) = (b.0.abs(), b.1.abs());
    let (re, im) = if re_size >= im_size {
        if re_size == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (
            (a.0 + a.1 * ratio) / denominator,
            (a.1 - a.0 * ratio) / denominator,
        )
    } else if im_size >= re_size {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        (
            (a.0 * ratio + a.1) / denominator,
            (a.1 * ratio - a.0) / denominator,
        )
    } else {
        (f64::NAN, f64::NAN)
    };
    if re.is_nan() && im.is_nan() {
        if (a.0.is_infinite() || a.1.is_infinite()) && b.0.is_finite() && b.1.is_finite() {
            let (x, y) = (boxed(a.0), boxed(a.1));
            return Some((
                f64::INFINITY * (x * b.0 + y * b.1),
                f64::INFINITY * (y * b.0 - x * b.1),
            ));
        }
        if (re_size.is_infinite() || im_size.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
            let (x, y) = (boxed(b.0), boxed(b.1));
            return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
        }
    }
    Some((re, im))
}

fn truediv(vm: &mut Vm, a: Operand, b: Operand) -> Res {
    let result = match (a, b) {
        (Ok(z), Err(x)) => (x != 0.0).then(|| (z.0 / x, z.1 / x)),
        (a, b) => quotient(widen(a), widen(b)),
    };
    match result {
        Some((re, im)) => Ok(vm.complex(re, im)),
        None => Err(vm.zero_division_error("division by zero")),
    }
}

/// `a ** b`.
pub fn power(vm: &mut Vm, a: Complex, b: Complex) -> Res {
    let zero_base = |vm: &mut Vm| vm.zero_division_error("zero to a negative or complex power");
    let (re, im) = if b.1 == 0.0 && b.0 == floor(b.0) && b.0.abs() <= 100.0 {
        let raised = raise(a, b.0.abs() as u32);
        if b.0 > 0.0 {
            raised
        } else {
            match quotient((1.0, 0.0), raised) {
                Some(result) => result,
                None => return Err(zero_base(vm)),
            }
        }
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(zero_base(vm));
        }
        (0.0, 0.0)
    } else {
        let size = hypot(a.0, a.1);
        let angle = atan2(a.1, a.0);
        let mut length = pow(size, b.0);
        let mut phase = angle * b.0;
        if b.1 != 0.0 {
            length /= exp(angle * b.1);
            phase += b.1 * log(size);
        }
        (length * cos(phase), length * sin(phase))
    };
    if re.is_infinite() || im.is_infinite() {
        return Err(vm.overflow_error("complex exponentiation"));
    }
    Ok(vm.complex(re, im))
}

fn raise(base: Complex, exponent: u32) -> Complex {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut mask = 1;
    while exponent >= mask {
        if exponent & mask != 0 {
            result = product(result, square);
        }
        mask <<= 1;
        square = product(square, square);
    }
    result
}

fn pow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow_values(vm, args[0], args[1], args[2])
}

fn rpow_method(vm: &mut Vm, args: &[Value]) -> Res {
    pow_values(vm, args[1], args[0], args[2])
}

fn pow_values(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> Res {
    if !modulus.is_none() {
        return Err(vm.value_error("complex modulo"));
    }
    binary(vm, base, exponent, |vm, a, b| power(vm, widen(a), widen(b)))
}

/// Equality with any number; `None` for values that are no numbers.
fn equals(vm: &Vm, a: Complex, other: Value) -> Option<bool> {
    if let Some(b) = vm.as_complex(other) {
        return Some(a == b);
    }
    let b = vm.heap.number(vm.heap.payload(other))?;
    Some(a.1 == 0.0 && crate::Number::Float(a.0).equals(&b))
}

fn eq(vm: &mut Vm, args: &[Value]) -> Res {
    let a = receiver(vm, args[0]);
    Ok(equals(vm, a, args[1]).map_or(Value::NOT_IMPLEMENTED, Value::bool))
}

fn ne(vm: &mut Vm, args: &[Value]) -> Res {
    let a = receiver(vm, args[0]);
    Ok(equals(vm, a, args[1]).map_or(Value::NOT_IMPLEMENTED, |equal| Value::bool(!equal)))
}

fn never(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NOT_IMPLEMENTED)
}

/// As CPython hashes complex numbers.
pub fn hash_complex(re: f64, im: f64) -> i64 {
    let hash = crate::hash_float(re).wrapping_add(crate::hash_float(im).wrapping_mul(1000003));
    if hash == -1 { -2 } else { hash }
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.int(hash_complex(re, im)))
}

/// `repr(complex(re, im))`.
pub fn complex_repr(re: f64, im: f64) -> String {
    let style = FloatStyle {
        code: 'r',
        ..FloatStyle::default()
    };
    let imaginary = format_float(im, style);
    if re == 0.0 && !re.is_sign_negative() {
        return format!("{imaginary}j");
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary}j)", format_float(re, style))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.string(complex_repr(re, im)))
}

fn format_method(vm: &mut Vm, args: &[Value]) -> Res {
    let spec = vm.expect_str(args[1], "__format__() argument 1")?;
    if spec.is_empty() {
        let class = vm.types.str;
        return Err(vm.tail_call(class, &[args[0]]));
    }
    let text = format_value(vm, args[0], &spec)?;
    Ok(vm.string(text))
}

// Making complex numbers.

/// The complex number that a text is; `None` if it is malformed.
pub fn parse_complex(text: &str) -> Option<(f64, f64)> {
    let text = number_text(text);
    if has_misplaced_underscore(&text) {
        return None;
    }
    let text = text.replace('_', "");
    let text = match text.strip_prefix('(') {
        Some(inner) => inner
            .trim_start_matches(is_number_space)
            .strip_suffix(')')?
            .trim_matches(is_number_space),
        None => &text,
    };
    let Some(body) = text.strip_suffix(['j', 'J']) else {
        return Some((float_text(text)?, 0.0));
    };
    // The imaginary part begins at the last sign that is not an exponent's.
    let split = body
        .char_indices()
        .filter(|&(at, c)| {
            matches!(c, '+' | '-') && !(at > 0 && matches!(body.as_bytes()[at - 1], b'e' | b'E'))
        })
        .map(|(at, _)| at)
        .next_back()
        .unwrap_or(0);
    let (real, imaginary) = body.split_at(split);
    let im = match imaginary {
        "" | "+" => 1.0,
        "-" => -1.0,
        text => float_text(text)?,
    };
    let re = if real.is_empty() {
        0.0
    } else {
        float_text(real)?
    };
    Some((re, im))
}

/// Underscores stand between digits only, as in all number texts.
fn has_misplaced_underscore(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).any(|at| bytes[at] == b'_' && (at == 0 || !digit(at - 1) || !digit(at + 1)))
}

fn float_text(text: &str) -> Option<f64> {
    // `parse` would take a second sign of the exponent's mantissa as its own.
    if text.starts_with("+-") || text.starts_with("-+") {
        None
    } else {
        text.parse().ok()
    }
}

fn complex_new(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, real, imag) = (args[0], args[1], args[2]);
    let plain = real.bound().map(|real| vm.heap.payload(real));
    if let Some(text) = plain.filter(|plain| plain.is(Kind::Str)) {
        if imag.bound().is_some() {
            return Err(vm.type_error("complex() argument 'real' must be a real number, not str"));
        }
        let text = vm.heap.str(text).to_owned();
        return match parse_complex(&text) {
            Some((re, im)) => finish_new(vm, class, (re, im)),
            None if has_misplaced_underscore(&number_text(&text)) => {
                let shown = vm.repr(plain.unwrap_or(Value::NONE))?;
                Err(vm.value_error(format!("could not convert string to complex: {shown}")))
            }
            None => Err(vm.value_error("complex() arg is a malformed string")),
        };
    }
    if let (Some(real), true) = (real.bound(), imag.is_unbound())
        && class == vm.types.complex
        && vm.heap.downcast::<PyComplex>(real).is_some()
    {
        return Ok(real);
    }
    let first = match real.bound() {
        None => Err(0.0),
        Some(real) => match part(vm, real)? {
            Some(first) => first,
            None => return convert(vm, class, real, imag),
        },
    };
    let second = match imag.bound() {
        None => return finish_new(vm, class, widen(first)),
        Some(imag) => match part(vm, imag)? {
            Some(second) => second,
            None => return convert_imaginary(vm, class, real, imag),
        },
    };
    // Adding a real number's absent part would lose the sign of zero.
    let (mut re, mut im) = (widen(first).0, widen(second).0);
    if let Ok((_, second_im)) = second {
        re -= second_im;
    }
    if let Ok((_, first_im)) = first {
        im += first_im;
    }
    finish_new(vm, class, (re, im))
}

/// An argument of `complex()` that needs no Python code.
fn part(vm: &mut Vm, value: Value) -> Res<Option<Operand>> {
    if value.is(Kind::Instance)
        && vm
            .lookup_special(value, vm.names.complex)
            .is_some_and(|m| !m.is(Kind::Native))
    {
        return Ok(None);
    }
    operand_of(vm, value)
}

/// `complex(x)` where Python code gives the number.
fn convert(vm: &mut Vm, class: Value, real: Value, imag: Value) -> Res {
    if let Some(method) = vm.lookup_special(real, vm.names.complex) {
        return Err(vm.call_then(
            method,
            &[real],
            [class, real, imag, Value::NONE],
            complex_converted,
        ));
    }
    if vm.lookup_special(real, vm.names.float).is_some()
        || vm.lookup_special(real, vm.names.index).is_some()
    {
        let callee = vm.types.float;
        return Err(vm.call_then(
            callee,
            &[real],
            [class, real, imag, Value::NONE],
            real_converted,
        ));
    }
    let message = if imag.is_unbound() {
        format!(
            "complex() argument must be a string or a number, not {}",
            vm.type_name(real)
        )
    } else {
        format!(
            "complex() argument 'real' must be a real number, not {}",
            vm.type_name(real)
        )
    };
    Err(vm.type_error(message))
}

fn convert_imaginary(vm: &mut Vm, class: Value, real: Value, imag: Value) -> Res {
    if vm.lookup_special(imag, vm.names.float).is_some()
        || vm.lookup_special(imag, vm.names.index).is_some()
    {
        let callee = vm.types.float;
        return Err(vm.call_then(
            callee,
            &[imag],
            [class, real, imag, Value::NONE],
            imag_converted,
        ));
    }
    let message = format!(
        "complex() argument 'imag' must be a real number, not {}",
        vm.type_name(imag)
    );
    Err(vm.type_error(message))
}

fn complex_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    if vm.as_complex(value).is_none() {
        let message = format!(
            "{}.__complex__() must return a complex, not {}",
            vm.type_name(state[1]),
            vm.type_name(value)
        );
        return Err(vm.type_error(message));
    }
    let [class, _, imag, _] = state;
    complex_new(vm, &[class, vm.heap.payload(value), imag])
}

fn real_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    complex_new(vm, &[state[0], vm.heap.payload(value), state[2]])
}

fn imag_converted(vm: &mut Vm, state: [Value; 4], completion: Completion) -> Res {
    let value = completion.value()?;
    complex_new(vm, &[state[0], state[1], vm.heap.payload(value)])
}

fn finish_new(vm: &mut Vm, class: Value, (re, im): Complex) -> Res {
    let value = vm.complex(re, im);
    if class == vm.types.complex {
        Ok(value)
    } else {
        Ok(vm.heap.new_instance(class, value))
    }
}

fn from_number(vm: &mut Vm, args: &[Value]) -> Res {
    let (class, value) = (args[0], args[1]);
    if vm.heap.payload(value).is(Kind::Str) {
        return Err(vm.type_error("must be real number, not str"));
    }
    Err(vm.tail_call(class, &[value]))
}

// Other methods.

fn identity(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.complex(re, im))
}

fn neg(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.complex(-re, -im))
}

fn conjugate(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.complex(re, -im))
}

fn abs(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    let size = hypot(re, im);
    if size.is_infinite() && re.is_finite() && im.is_finite() {
        return Err(vm.overflow_error("absolute value too large"));
    }
    Ok(Value::float(size))
}

fn to_bool(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(receiver(vm, args[0]) != (0.0, 0.0)))
}

fn getnewargs(vm: &mut Vm, args: &[Value]) -> Res {
    let (re, im) = receiver(vm, args[0]);
    Ok(vm.tuple(&[Value::float(re), Value::float(im)]))
}

macro_rules! operator {
    ($name:literal, $op:expr) => {
        method($name, "self, value, /", |vm, args| {
            binary(vm, args[0], args[1], $op)
        })
    };
    (reflected $name:literal, $op:expr) => {
        method($name, "self, value, /", |vm, args| {
            binary(vm, args[1], args[0], $op)
        })
    };
}

static METHODS: &[NativeDef] = &[
    new_method("cls, real=..., imag=...", complex_new),
    operator!("__add__", add),
    operator!(reflected "__radd__", add),
    operator!("__sub__", sub),
    operator!(reflected "__rsub__", sub),
    operator!("__mul__", mul),
    operator!(reflected "__rmul__", mul),
    operator!("__truediv__", truediv),
    operator!(reflected "__rtruediv__", truediv),
    method("__pow__", "self, value, mod=None, /", pow_method),
    method("__rpow__", "self, value, mod=None, /", rpow_method),
    method("__eq__", "self, value, /", eq),
    method("__ne__", "self, value, /", ne),
    method("__lt__", "self, value, /", never),
    method("__le__", "self, value, /", never),
    method("__gt__", "self, value, /", never),
    method("__ge__", "self, value, /", never),
    method("__neg__", "self, /", neg),
    method("__pos__", "self, /", identity),
    method("__abs__", "self, /", abs),
    method("__bool__", "self, /", to_bool),
    method("__hash__", "self, /", hash),
    method("__repr__", "self, /", repr),
    method("__complex__", "self, /", identity),
    method("__format__", "self, format_spec, /", format_method).raw_self(),
    method("__getnewargs__", "self, /", getnewargs),
    class_method("from_number", "cls, number, /", from_number),
    method("conjugate", "self, /", conjugate),
];

static GETTERS: &[GetterDef] = &[
    getter("real", |vm, value| Ok(Value::float(receiver(vm, value).0))),
    getter("imag", |vm, value| Ok(Value::float(receiver(vm, value).1))),
];

pub(crate) fn register(vm: &mut Vm) {
    vm.add_methods(vm.types.complex, METHODS);
    vm.add_getters(vm.types.complex, GETTERS);
}
