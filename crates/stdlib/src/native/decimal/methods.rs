//! The methods of `Decimal`.

use std::cmp::Ordering;
use std::rc::Rc;

use airlock_vm::{
    CmpOp, GetterDef, NativeDef, NativeFn, Res, Throw, Value, Vm, class_method, getter, new_method,
};
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::arithmetic::{self, Binary, Unary};
use super::coefficient::{Coefficient, MAX_TEXT_DIGITS};
use super::construct;
use super::number::{Answer, Finite, Form, within};
use super::settings::{Rounding, Settings, Signals};
use super::text::{self, Spec};
use super::world::{Number, World};

/// The receiver may be of a subclass: the Python versions see it as it is.
const fn method(name: &'static str, signature: &'static str, f: NativeFn) -> NativeDef {
    airlock_vm::method(name, signature, f).raw_self()
}

/// An operator, and the same with its operands exchanged.
macro_rules! operators {
    ($(($name:literal, $reflected:literal, $operation:path),)*) => { &[$(
        method($name, "self, other, /, context=None", |vm, args| {
            binary(vm, args, $name, false, $operation)
        }),
        method($reflected, "self, other, /, context=None", |vm, args| {
            binary(vm, args, $reflected, true, $operation)
        }),
    )*] };
}

macro_rules! unaries {
    ($(($name:literal, $operation:path),)*) => { &[$(
        method($name, "self, context=None", |vm, args| {
            unary(vm, args, $name, $operation)
        }),
    )*] };
}

macro_rules! orderings {
    ($(($name:literal, $op:path),)*) => { &[$(
        method($name, "self, other, /, context=None", |vm, args| {
            compare(vm, args, $name, $op)
        }),
    )*] };
}

/// One table after the other: a list of them would be a constant too small to
/// be looked at when the engine is split, and so keep them all in the first
/// part.
pub fn add_methods(vm: &mut Vm, class: Value) {
    vm.add_methods(class, OPERATORS);
    vm.add_methods(class, UNARIES);
    vm.add_methods(class, ORDERINGS);
    vm.add_methods(class, OTHERS);
}

static OPERATORS: &[NativeDef] = operators! {
    ("__add__", "__radd__", arithmetic::add),
    ("__sub__", "__rsub__", arithmetic::subtract),
    ("__mul__", "__rmul__", arithmetic::multiply),
    ("__truediv__", "__rtruediv__", arithmetic::divide),
    ("__floordiv__", "__rfloordiv__", arithmetic::divide_whole),
    ("__mod__", "__rmod__", arithmetic::remainder),
};

static UNARIES: &[NativeDef] = unaries! {
    ("__neg__", arithmetic::minus),
    ("__pos__", arithmetic::plus),
    ("normalize", arithmetic::normalize),
    ("sqrt", arithmetic::square_root),
    ("_fix", finished),
};

static ORDERINGS: &[NativeDef] = orderings! {
    ("__eq__", CmpOp::Eq),
    ("__lt__", CmpOp::Lt),
    ("__le__", CmpOp::Le),
    ("__gt__", CmpOp::Gt),
    ("__ge__", CmpOp::Ge),
};

static OTHERS: &[NativeDef] = &[
    new_method("cls, value='0', context=None", construct::new),
    class_method(
        "_from_triple",
        "cls, sign, coefficient, exponent, special=False, /",
        construct::from_triple,
    ),
    method("__divmod__", "self, other, /, context=None", |vm, args| {
        quotient_and_remainder(vm, args, "__divmod__", false)
    }),
    method("__rdivmod__", "self, other, /, context=None", |vm, args| {
        quotient_and_remainder(vm, args, "__rdivmod__", true)
    }),
    method(
        "__pow__",
        "self, other, /, modulo=None, context=None",
        |vm, args| power(vm, args, "__pow__", false),
    ),
    method(
        "__rpow__",
        "self, other, /, modulo=None, context=None",
        |vm, args| power(vm, args, "__rpow__", true),
    ),
    method("__abs__", "self, round=True, context=None", |vm, args| {
        match args[1] {
            Value::TRUE => unary_now(vm, args[0], args[2], arithmetic::absolute),
            _ => None,
        }
        .unwrap_or_else(|| Err(python(vm, "__abs__", args)))
    }),
    method("fma", "self, other, third, context=None", fused),
    method(
        "quantize",
        "self, exp, rounding=None, context=None",
        quantize,
    ),
    method(
        "to_integral",
        "self, rounding=None, context=None",
        |vm, args| to_integral(vm, args, "to_integral", false),
    ),
    method(
        "to_integral_value",
        "self, rounding=None, context=None",
        |vm, args| to_integral(vm, args, "to_integral_value", false),
    ),
    method(
        "to_integral_exact",
        "self, rounding=None, context=None",
        |vm, args| to_integral(vm, args, "to_integral_exact", true),
    ),
    method("compare", "self, other, context=None", |vm, args| {
        let order = order(vm, args[0], args[1]);
        three_way(vm, args, "compare", order, true)
    }),
    method("_cmp", "self, other, /", |vm, args| {
        let order = order(vm, args[0], args[1]);
        three_way(vm, args, "_cmp", order, false)
    }),
    method("__hash__", "self, /", |vm, args| {
        match finite_of(vm, args[0]) {
            Some((_, value)) => {
                let hash = value.hash();
                Ok(vm.int(hash))
            }
            None => Err(python(vm, "__hash__", args)),
        }
    }),
    method("__bool__", "self, /", |vm, args| {
        let number = number_of(vm, args[0])?;
        Ok(Value::bool(
            number.form != Form::Finite || !number.value.is_zero(),
        ))
    }),
    method(
        "__str__",
        "self, eng=False, context=None",
        |vm, args| match written(vm, args) {
            Some(text) => Ok(vm.string(text)),
            None => Err(python(vm, "__str__", args)),
        },
    ),
    method("__repr__", "self, /", |vm, args| {
        match written(vm, &args[..1]) {
            Some(text) => Ok(vm.string(format!("Decimal('{text}')"))),
            None => Err(python(vm, "__repr__", args)),
        }
    }),
    method(
        "__format__",
        "self, specifier, /, context=None, _localeconv=None",
        format,
    ),
    method("__int__", "self, /", |vm, args| {
        whole(vm, args, "__int__", Rounding::Down)
    }),
    method("__trunc__", "self, /", |vm, args| {
        whole(vm, args, "__trunc__", Rounding::Down)
    }),
    method("__floor__", "self, /", |vm, args| {
        whole(vm, args, "__floor__", Rounding::Floor)
    }),
    method("__ceil__", "self, /", |vm, args| {
        whole(vm, args, "__ceil__", Rounding::Ceiling)
    }),
    method("__round__", "self, n=None", round),
    method("__float__", "self, /", |vm, args| {
        let value = finite_of(vm, args[0])
            .filter(|(_, value)| value.coefficient.digits() <= MAX_TEXT_DIGITS)
            .map(|(_, value)| text::write(Form::Finite, value, true));
        match value.and_then(|text| text.parse().ok()) {
            Some(float) => Ok(Value::float(float)),
            None => Err(python(vm, "__float__", args)),
        }
    }),
    method("as_tuple", "self, /", as_tuple),
    method("__copy__", "self, /", |_, args| Ok(args[0])),
    method("__deepcopy__", "self, memo, /", |_, args| Ok(args[0])),
    method("__reduce__", "self, /", |vm, args| {
        let Some(text) = written(vm, &args[..1]) else {
            return Err(python(vm, "__reduce__", args));
        };
        let text = vm.string(text);
        let given = vm.tuple(&[text]);
        Ok(vm.tuple(&[vm.type_of(args[0]), given]))
    }),
    method("adjusted", "self, /", |vm, args| {
        let number = number_of(vm, args[0])?;
        let adjusted = match number.form {
            Form::Finite => number.value.adjusted(),
            _ => 0,
        };
        Ok(vm.int(adjusted))
    }),
    method("copy_abs", "self, /", |vm, args| {
        with_sign(vm, args, |_| false)
    }),
    method("copy_negate", "self, /", |vm, args| {
        with_sign(vm, args, |sign| !sign)
    }),
    method("_isnan", "self, /", |vm, args| {
        Ok(Value::int32(match number_of(vm, args[0])?.form {
            Form::Finite | Form::Infinity => 0,
            Form::Quiet => 1,
            Form::Signaling => 2,
        }))
    }),
    method("_isinfinity", "self, /", |vm, args| {
        let number = number_of(vm, args[0])?;
        Ok(Value::int32(match (number.form, number.value.negative) {
            (Form::Infinity, true) => -1,
            (Form::Infinity, false) => 1,
            _ => 0,
        }))
    }),
    method("is_finite", "self, /", |vm, args| {
        is(vm, args, |form| form == Form::Finite)
    }),
    method("is_infinite", "self, /", |vm, args| {
        is(vm, args, |form| form == Form::Infinity)
    }),
    method("is_nan", "self, /", |vm, args| {
        is(vm, args, |form| {
            matches!(form, Form::Quiet | Form::Signaling)
        })
    }),
    method("is_zero", "self, /", |vm, args| {
        let number = number_of(vm, args[0])?;
        Ok(Value::bool(
            number.form == Form::Finite && number.value.is_zero(),
        ))
    }),
    method("is_signed", "self, /", |vm, args| {
        Ok(Value::bool(number_of(vm, args[0])?.value.negative))
    }),
];

/// The parts of a number as the Python code sees them.
pub static GETTERS: &[GetterDef] = &[
    getter("_sign", |vm, this| {
        Ok(Value::int32(number_of(vm, this)?.value.negative as i32))
    }),
    getter("_int", |vm, this| {
        let number = number_of(vm, this)?;
        let carries = matches!(number.form, Form::Quiet | Form::Signaling);
        let text = match carries && number.value.is_zero() {
            true => String::new(),
            false if number.value.coefficient.digits() > MAX_TEXT_DIGITS => {
                return Err(construct::too_long(vm));
            }
            false => number.value.coefficient.text(),
        };
        Ok(vm.string(text))
    }),
    getter("_exp", |vm, this| {
        let number = number_of(vm, this)?;
        let letter = match number.form {
            Form::Finite => {
                let exponent = number.value.exponent;
                return Ok(vm.int(exponent));
            }
            Form::Infinity => "F",
            Form::Quiet => "n",
            Form::Signaling => "N",
        };
        Ok(vm.str(letter))
    }),
    getter("_is_special", |vm, this| {
        Ok(Value::bool(number_of(vm, this)?.form != Form::Finite))
    }),
];

fn number_of(vm: &mut Vm, value: Value) -> Res<&Number> {
    let value = vm.heap.payload(value);
    if vm.heap.downcast::<Number>(value).is_none() {
        return Err(vm.type_error("a Decimal is needed"));
    }
    match vm.heap.downcast::<Number>(value) {
        Some(number) => Ok(number),
        None => Err(Throw::Python),
    }
}

/// A finite number with its world.
fn finite_of(vm: &Vm, value: Value) -> Option<(&Rc<World>, &Finite)> {
    let number = vm.heap.downcast::<Number>(vm.heap.payload(value))?;
    number.is_usual().then_some((&number.world, &number.value))
}

/// Lets the Python version do it.
#[cold]
fn python(vm: &mut Vm, name: &str, args: &[Value]) -> Throw {
    match number_of(vm, args[0]).map(|number| number.world.clone()) {
        Ok(world) => world.python(vm, name, args),
        Err(throw) => throw,
    }
}

/// A result, in a context that sees the signals of its operation.
fn finish(
    vm: &mut Vm,
    world: &Rc<World>,
    context: Value,
    operation: impl FnOnce(&Vm, &Settings, &mut Signals) -> Answer,
) -> Option<Res> {
    let context = world.context(vm, context)?;
    let settings = world.settings(vm, context)?;
    let mut signals = Signals::default();
    let (form, result) = operation(vm, &settings, &mut signals)?;
    Some(match world.signal(vm, context, signals)? {
        Ok(()) => Ok(world.make(vm, form, result)),
        Err(throw) => Err(throw),
    })
}

/// The left and the right operand of an operation, as its method gets them.
fn sides(this: Value, other: Value, reflected: bool) -> (Value, Value) {
    match reflected {
        true => (other, this),
        false => (this, other),
    }
}

fn binary(vm: &mut Vm, args: &[Value], name: &str, reflected: bool, operation: Binary) -> Res {
    let &[this, other, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    let (left, right) = sides(this, other, reflected);
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        finish(vm, &world, context, |vm, settings, signals| {
            let (left, right) = (world.finite(vm, left)?, world.finite(vm, right)?);
            operation(&left, &right, settings, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, name, args)))
}

fn unary_now(vm: &mut Vm, this: Value, context: Value, operation: Unary) -> Option<Res> {
    let world = finite_of(vm, this)?.0.clone();
    finish(vm, &world, context, |vm, settings, signals| {
        operation(finite_of(vm, this)?.1, settings, signals)
    })
}

fn unary(vm: &mut Vm, args: &[Value], name: &str, operation: Unary) -> Res {
    unary_now(vm, args[0], args[1], operation).unwrap_or_else(|| Err(python(vm, name, args)))
}

fn finished(number: &Finite, settings: &Settings, signals: &mut Signals) -> Answer {
    number.clone().finished(settings, signals)
}

fn quotient_and_remainder(vm: &mut Vm, args: &[Value], name: &str, reflected: bool) -> Res {
    let &[this, other, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    let (left, right) = sides(this, other, reflected);
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        if !world.finite(vm, left)?.is_zero() && world.finite(vm, right)?.is_zero() {
            return divided_by_zero(vm, &world, context, left, right);
        }
        let mut quotient = None;
        let remainder = finish(vm, &world, context, |vm, settings, signals| {
            let (left, right) = (world.finite(vm, left)?, world.finite(vm, right)?);
            let (whole, rest) = arithmetic::divided_whole(&left, &right, settings)?;
            quotient = whole.finished(settings, signals);
            rest.finished(settings, signals)
        })?;
        let (form, quotient) = quotient?;
        Some(remainder.map(|remainder| {
            let quotient = world.make(vm, form, quotient);
            vm.tuple(&[quotient, remainder])
        }))
    });
    result.unwrap_or_else(|| Err(python(vm, name, args)))
}

/// An infinity and a NaN, with both signals at once.
fn divided_by_zero(
    vm: &mut Vm,
    world: &Rc<World>,
    context: Value,
    left: Value,
    right: Value,
) -> Option<Res> {
    let negative = world.finite(vm, left)?.negative != world.finite(vm, right)?.negative;
    let context = world.context(vm, context)?;
    let mut signals = Signals::INVALID_OPERATION;
    signals.add(Signals::DIVISION_BY_ZERO);
    Some(match world.signal(vm, context, signals)? {
        Ok(()) => {
            let nothing = |negative| Finite::new(negative, Coefficient::ZERO, 0);
            let quotient = world.make(vm, Form::Infinity, nothing(negative));
            let remainder = world.make(vm, Form::Quiet, nothing(false));
            Ok(vm.tuple(&[quotient, remainder]))
        }
        Err(throw) => Err(throw),
    })
}

fn power(vm: &mut Vm, args: &[Value], name: &str, reflected: bool) -> Res {
    let &[this, other, modulo, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    if !modulo.is_none() {
        return Err(python(vm, name, args));
    }
    let (left, right) = sides(this, other, reflected);
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        finish(vm, &world, context, |vm, settings, signals| {
            let (left, right) = (world.finite(vm, left)?, world.finite(vm, right)?);
            arithmetic::power(&left, &right, settings, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, name, args)))
}

/// `self * other + third`, rounded once.
fn fused(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, other, third, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        finish(vm, &world, context, |vm, settings, signals| {
            let (a, b) = (world.finite(vm, this)?, world.finite(vm, other)?);
            let product = arithmetic::product(&a, &b)?;
            arithmetic::add(&product, &*world.finite(vm, third)?, settings, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, "fma", args)))
}

fn quantize(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, exponent, rounding, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    check_rounding(vm, this, rounding)?;
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        finish(vm, &world, context, |vm, settings, signals| {
            let settings = rounding_by(vm, &world, rounding, settings)?;
            let exponent = world.finite(vm, exponent)?.exponent;
            arithmetic::quantize(finite_of(vm, this)?.1, exponent, &settings, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, "quantize", args)))
}

fn check_rounding(vm: &mut Vm, this: Value, name: Value) -> Res<()> {
    let known = match finite_of(vm, this) {
        Some((world, _)) => name.is_none() || world.rounding(vm, name).is_some(),
        None => true,
    };
    if known {
        return Ok(());
    }
    Err(vm.type_error(
        "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
         ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
    ))
}

/// The settings with the rounding that an argument names, if it does.
fn rounding_by(vm: &Vm, world: &World, name: Value, settings: &Settings) -> Option<Settings> {
    let rounding = match name.is_none() {
        true => settings.rounding,
        false => world.rounding(vm, name)?,
    };
    Some(Settings {
        rounding,
        ..*settings
    })
}

fn to_integral(vm: &mut Vm, args: &[Value], name: &str, exact: bool) -> Res {
    let &[this, rounding, context] = args else {
        return Err(vm.system_error("bad call"));
    };
    check_rounding(vm, this, rounding)?;
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.and_then(|world| {
        finish(vm, &world, context, |vm, settings, signals| {
            let rounding = rounding_by(vm, &world, rounding, settings)?.rounding;
            arithmetic::to_integral(finite_of(vm, this)?.1, rounding, exact, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, name, args)))
}

fn order(vm: &Vm, this: Value, other: Value) -> Option<Ordering> {
    let (world, value) = finite_of(vm, this)?;
    value.order(&*world.finite(vm, other)?)
}

fn compare(vm: &mut Vm, args: &[Value], name: &str, op: CmpOp) -> Res {
    let Some(order) = order(vm, args[0], args[1]) else {
        return Err(python(vm, name, args));
    };
    Ok(Value::bool(match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
        _ => order.is_eq(),
    }))
}

/// -1, 0 or 1, as a `Decimal` or an int.
fn three_way(
    vm: &mut Vm,
    args: &[Value],
    name: &str,
    order: Option<Ordering>,
    as_number: bool,
) -> Res {
    let (Some(order), Some((world, _))) = (order, finite_of(vm, args[0])) else {
        return Err(python(vm, name, args));
    };
    if !as_number {
        return Ok(Value::int32(order as i32));
    }
    let world = world.clone();
    let coefficient = Coefficient::from(order.is_ne() as u128);
    Ok(world.make_finite(vm, Finite::new(order.is_lt(), coefficient, 0)))
}

/// Takes the arguments of `__str__`, of which the VM may leave out all but the
/// first.
fn written(vm: &mut Vm, args: &[Value]) -> Option<String> {
    let &[this, ref rest @ ..] = args else {
        return None;
    };
    let &[engineering, context] = rest.first_chunk().unwrap_or(&[Value::FALSE, Value::NONE]);
    let number = vm.heap.downcast::<Number>(vm.heap.payload(this))?;
    if engineering != Value::FALSE || number.value.coefficient.digits() > MAX_TEXT_DIGITS {
        return None;
    }
    let needs_exponent =
        number.form == Form::Finite && (number.value.exponent > 0 || number.value.adjusted() < -6);
    if !needs_exponent {
        return Some(text::write(number.form, &number.value, true));
    }
    let world = number.world.clone();
    let context = world.context(vm, context)?;
    let capitals = world.capitals(vm, context)?;
    Some(text::write(Form::Finite, finite_of(vm, this)?.1, capitals))
}

fn format(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, specification, context, _] = args else {
        return Err(vm.system_error("bad call"));
    };
    match formatted(vm, this, specification, context) {
        Some(text) => Ok(vm.string(text)),
        None => Err(python(vm, "__format__", args)),
    }
}

fn formatted(vm: &mut Vm, this: Value, specification: Value, context: Value) -> Option<String> {
    let world = finite_of(vm, this)?.0.clone();
    within(finite_of(vm, this)?.1.coefficient.digits())?;
    let spec = Spec::parse(vm.as_text(specification)?)?;
    let context = world.context(vm, context)?;
    let rounding = world.settings(vm, context)?.rounding;
    let capitals = world.capitals(vm, context)?;
    text::format(finite_of(vm, this)?.1, &spec, rounding, capitals)
}

/// As an int.
fn whole(vm: &mut Vm, args: &[Value], name: &str, rounding: Rounding) -> Res {
    match finite_of(vm, args[0]).and_then(|(_, value)| value.rescaled(0, rounding)) {
        Some(value) => Ok(int_of(vm, value)),
        None => Err(python(vm, name, args)),
    }
}

fn int_of(vm: &mut Vm, value: Finite) -> Value {
    if let Coefficient::Small(small) = value.coefficient
        && let Some(int) = small.to_i64()
    {
        return vm.int(if value.negative { -int } else { int });
    }
    let sign = if value.negative {
        Sign::Minus
    } else {
        Sign::Plus
    };
    let magnitude = value.coefficient.big().into_owned();
    vm.heap.new_bigint(BigInt::from_biguint(sign, magnitude))
}

fn round(vm: &mut Vm, args: &[Value]) -> Res {
    let &[this, places] = args else {
        return Err(vm.system_error("bad call"));
    };
    if places.is_none() {
        return whole(vm, args, "__round__", Rounding::HalfEven);
    }
    let world = finite_of(vm, this).map(|(world, _)| world.clone());
    let result = world.zip(places.as_small()).and_then(|(world, places)| {
        finish(vm, &world, Value::NONE, |vm, settings, signals| {
            arithmetic::quantize(finite_of(vm, this)?.1, -places, settings, signals)
        })
    });
    result.unwrap_or_else(|| Err(python(vm, "__round__", args)))
}

fn as_tuple(vm: &mut Vm, args: &[Value]) -> Res {
    let Some((world, value)) =
        finite_of(vm, args[0]).filter(|(_, value)| value.coefficient.digits() <= MAX_TEXT_DIGITS)
    else {
        return Err(python(vm, "as_tuple", args));
    };
    let world = world.clone();
    let digits = value.coefficient.text();
    let (negative, exponent) = (value.negative, value.exponent);
    let digits: Vec<Value> = digits
        .bytes()
        .map(|digit| Value::int32((digit - b'0') as i32))
        .collect();
    let digits = vm.tuple(&digits);
    let exponent = vm.int(exponent);
    let parts = [Value::int32(negative as i32), digits, exponent];
    Err(world.helper(vm, "DecimalTuple", &parts))
}

fn with_sign(vm: &mut Vm, args: &[Value], sign: fn(bool) -> bool) -> Res {
    let number = number_of(vm, args[0])?;
    let value = number.value.with_sign(sign(number.value.negative));
    let (world, form) = (number.world.clone(), number.form);
    Ok(world.make(vm, form, value))
}

fn is(vm: &mut Vm, args: &[Value], holds: fn(Form) -> bool) -> Res {
    Ok(Value::bool(holds(number_of(vm, args[0])?.form)))
}
