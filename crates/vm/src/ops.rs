//! Operators as natives ask for them: on built-in values at once, else
//! [`Throw::Python`].

use std::cmp::Ordering;

use airlock_bytecode::CmpOp;

use crate::generator::GeneratorKind;
use crate::value::Kind;
use crate::{KeyError, Res, Throw, Value, Vm};

/// Nesting beyond this is left to Python code, whose recursion is limited.
const MAX_DEPTH: u32 = 64;

impl Vm {
    /// `a < b` and the like for built-in values; containers item by item.
    /// `TypeError` where Python gives one.
    pub fn compare(&mut self, op: CmpOp, a: Value, b: Value) -> Res<bool> {
        match op {
            CmpOp::Eq => self.equal(a, b),
            CmpOp::Ne => Ok(!self.equal(a, b)?),
            CmpOp::Is => Ok(a == b),
            CmpOp::IsNot => Ok(a != b),
            CmpOp::In | CmpOp::NotIn => Err(Throw::Python),
            _ => match self.order(a, b, 0)? {
                Some(order) => Ok(holds(op, order)),
                // Unordered numbers: every ordering is false.
                None => Ok(false),
            },
        }
    }

    /// The order of two built-in values; `None` if one is a NaN.
    fn order(&self, a: Value, b: Value, depth: u32) -> Res<Option<Ordering>> {
        if depth > MAX_DEPTH {
            return Err(Throw::Python);
        }
        if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
            return Ok(Some(x.cmp(&y)));
        }
        if let (Some(x), Some(y)) = (self.heap.number(a), self.heap.number(b)) {
            return Ok(x.compare(&y));
        }
        match (a.kind(), b.kind()) {
            (Some(Kind::Str), Some(Kind::Str)) => {
                // UTF-8 orders as code points do.
                Ok(Some(self.heap.str(a).cmp(self.heap.str(b))))
            }
            (Some(Kind::Bytes), Some(Kind::Bytes)) => Ok(Some(
                self.heap.pybytes(a).data.cmp(&self.heap.pybytes(b).data),
            )),
            (Some(Kind::Tuple), Some(Kind::Tuple)) | (Some(Kind::List), Some(Kind::List)) => {
                let items = |value| self.heap.as_items(value).unwrap_or(&[]);
                let (left, right) = (items(a), items(b));
                for (&x, &y) in left.iter().zip(right) {
                    let equal = x == y
                        || !(x.is_small() && y.is_small())
                            && match self.heap.equal(x, y) {
                                Ok(equal) => equal,
                                Err(KeyError::Python) | Err(KeyError::Unhashable(_)) => {
                                    return Err(Throw::Python);
                                }
                            };
                    if !equal {
                        return self.order(x, y, depth + 1);
                    }
                }
                Ok(Some(left.len().cmp(&right.len())))
            }
            _ => match self.heap.own_order(a, b) {
                Some(order) => Ok(Some(order)),
                None => Err(Throw::Python),
            },
        }
    }

    /// `repr(value)`.
    pub fn repr(&mut self, value: Value) -> Res<String> {
        self.text_by(value, self.names.repr)
    }

    /// `str(value)`.
    pub fn str_of(&mut self, value: Value) -> Res<String> {
        if let Some(text) = self.heap.as_str(value) {
            return Ok(text.to_owned());
        }
        self.text_by(value, self.names.str)
    }

    fn text_by(&mut self, value: Value, name: Value) -> Res<String> {
        if let Some(int) = value.as_small() {
            return Ok(int.to_string());
        }
        if let Some(float) = value.as_float() {
            return Ok(crate::builtins::format::float_repr(float));
        }
        match self.lookup_special(value, name) {
            Some(method) if method.is(Kind::Native) => {
                let text = self.call_native_now(method, value)?;
                match self.as_text(text) {
                    Some(text) => Ok(text.to_owned()),
                    None => Err(self.type_error("__repr__ returned non-string")),
                }
            }
            _ => Err(Throw::Python),
        }
    }

    /// `iter(value)` where a built-in type gives the iterator; `None` if
    /// Python code (or `__getitem__`) does. `TypeError` if it is not iterable.
    pub fn native_iter(&mut self, value: Value) -> Res<Option<Value>> {
        if value.is(Kind::Iter)
            || value.is(Kind::Generator)
                && self.heap.generator(value).kind == GeneratorKind::Generator
        {
            return Ok(Some(value));
        }
        match self.lookup_special(value, self.names.iter) {
            Some(method) if method.is(Kind::Native) => {
                Ok(Some(self.call_native_now(method, value)?))
            }
            Some(_) => Ok(None),
            None => {
                // `__iter__ = None` says that it is not iterable.
                let refused = self.lookup(self.type_of(value), self.names.iter).is_some();
                if !refused
                    && self.lookup_special(value, self.names.getitem).is_some()
                    && !self.is_instance(value, self.types.dict)
                {
                    return Ok(None);
                }
                let message = format!("'{}' object is not iterable", self.type_name(value));
                Err(self.type_error(message))
            }
        }
    }
}

/// Whether `op` holds for this order.
pub(crate) fn holds(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
        CmpOp::Eq | CmpOp::Is | CmpOp::In => order.is_eq(),
        CmpOp::Ne | CmpOp::IsNot | CmpOp::NotIn => order.is_ne(),
    }
}
