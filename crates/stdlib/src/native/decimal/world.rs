//! What the numbers of one `decimal` have in common: their class, the Python
//! code behind it, and the contexts.

use std::any::Any;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use airlock_vm::{
    Extension, Kind, Layout, NativeFn, NativeObject, PyDict, Res, Throw, Tracer, Value, Vm,
};
use num_traits::Signed;

use super::coefficient::Coefficient;
use super::methods::{GETTERS, add_methods};
use super::number::{Finite, Form, MAX_EXPONENT};
use super::settings::{ROUNDINGS, Rounding, Settings, Signals};

/// One for each time that `_pydecimal` was run.
pub struct World {
    /// The native class.
    pub class: Value,
    /// A dict: the Python version of each native method.
    python: Value,
    /// The dict of `_pydecimal`.
    pub namespace: Value,
    /// The `ContextVar` of the current context, and its `get`.
    variable: Value,
    get: NativeFn,
    names: Names,
    /// As in [`ROUNDINGS`].
    roundings: Vec<Value>,
    /// As in [`Signals::NAMES`].
    signals: Vec<Value>,
}

/// Of attributes of contexts.
#[derive(Clone, Copy)]
struct Names {
    precision: Value,
    rounding: Value,
    emin: Value,
    emax: Value,
    clamp: Value,
    capitals: Value,
    flags: Value,
    traps: Value,
    ignored: Value,
}

/// All of them; they stay as long as the VM, so that numbers need not hold
/// them.
#[derive(Default)]
struct Worlds(Vec<Rc<World>>);

impl Extension for Worlds {
    fn trace(&self, tracer: &mut Tracer) {
        for world in &self.0 {
            let names = &world.names;
            tracer.extend(&[world.class, world.python, world.namespace, world.variable]);
            tracer.extend(&[names.precision, names.rounding, names.emin, names.emax]);
            tracer.extend(&[names.clamp, names.capitals, names.flags, names.traps]);
            tracer.value(names.ignored);
            tracer.extend(&world.roundings);
            tracer.extend(&world.signals);
        }
    }
}

/// A `Decimal`.
pub struct Number {
    pub world: Rc<World>,
    pub form: Form,
    /// Of a NaN, the coefficient is what it carries.
    pub value: Finite,
}

impl NativeObject for Number {
    fn class(&self) -> Value {
        self.world.class
    }
    fn trace(&self, _: &mut Tracer) {}
    fn bytes(&self) -> usize {
        64 + match &self.value.coefficient {
            Coefficient::Small(_) => 0,
            Coefficient::Big(value) => value.bits() as usize / 8,
        }
    }
    fn own_hash(&self) -> Option<i64> {
        self.is_usual().then(|| self.value.hash())
    }
    fn own_order(&self, other: &dyn NativeObject) -> Option<Ordering> {
        let other: &dyn Any = other;
        let other = other.downcast_ref::<Number>()?;
        let comparable =
            self.is_usual() && other.is_usual() && Rc::ptr_eq(&self.world, &other.world);
        comparable.then(|| self.value.order(&other.value))?
    }
}

impl Number {
    /// Finite, and its exponent such that operations may add others to it.
    pub fn is_usual(&self) -> bool {
        self.form == Form::Finite && self.value.exponent.abs() <= MAX_EXPONENT
    }
}

/// Attributes of the class in Python that are its own.
const NOT_ADOPTED: [&str; 5] = [
    "__dict__",
    "__weakref__",
    "__slots__",
    "__static_attributes__",
    "__firstlineno__",
];

/// Makes the native class that takes the place of the one in Python.
pub fn adopt(vm: &mut Vm, args: &[Value]) -> Res {
    let &[python_class, namespace] = args else {
        return Err(vm.system_error("bad call"));
    };
    if !python_class.is(Kind::Type) || !namespace.is(Kind::Dict) {
        return Err(vm.type_error("a class and a dict are needed"));
    }
    let object = vm.types.object;
    let class = vm.builtin_type("Decimal", object, Layout::Payload(Value::UNBOUND));
    add_methods(vm, class);
    vm.add_getters(class, GETTERS);
    let python = vm.heap.new_dict(PyDict::default());
    let inherited: Vec<(Value, Value)> = {
        let dict = vm.heap.ty(python_class).dict;
        vm.heap.dict(dict).iter().collect()
    };
    for (key, value) in inherited {
        let Some(name) = vm.as_text(key).map(str::to_owned) else {
            continue;
        };
        if vm.dict_get_text(vm.heap.ty(class).dict, &name).is_some() {
            vm.dict_set_text(python, &name, value);
        } else if !NOT_ADOPTED.contains(&&*name) {
            vm.set_type_attr(class, &name, value);
        }
    }
    let world = new_world(vm, class, python, namespace)?;
    if !vm.has_extension::<Worlds>() {
        vm.add_extension(Worlds::default());
    }
    vm.extension::<Worlds>().0.push(Rc::new(world));
    Ok(class)
}

fn new_world(vm: &mut Vm, class: Value, python: Value, namespace: Value) -> Res<World> {
    let variable = global(vm, namespace, "_current_context_var")?;
    let get = vm.intern("get");
    let get = vm
        .lookup_special(variable, get)
        .filter(|get| get.is(Kind::Native));
    let Some(get) = get else {
        return Err(vm.type_error("a ContextVar is needed"));
    };
    let names = Names {
        precision: vm.intern("prec"),
        rounding: vm.intern("rounding"),
        emin: vm.intern("Emin"),
        emax: vm.intern("Emax"),
        clamp: vm.intern("clamp"),
        capitals: vm.intern("capitals"),
        flags: vm.intern("flags"),
        traps: vm.intern("traps"),
        ignored: vm.intern("_ignored_flags"),
    };
    let mut roundings = Vec::new();
    for (name, _) in ROUNDINGS {
        roundings.push(global(vm, namespace, name)?);
    }
    let mut signals = Vec::new();
    for name in Signals::NAMES {
        signals.push(global(vm, namespace, name)?);
    }
    Ok(World {
        class,
        python,
        namespace,
        variable,
        get: vm.heap.native(get).def.function,
        names,
        roundings,
        signals,
    })
}

fn global(vm: &mut Vm, namespace: Value, name: &str) -> Res {
    match vm.dict_get_text(namespace, name) {
        Some(value) => Ok(value),
        None => Err(vm.name_error(format!("name '{name}' is not defined"))),
    }
}

/// The one that a class belongs to.
pub fn world_of(vm: &mut Vm, class: Value) -> Option<Rc<World>> {
    if !vm.has_extension::<Worlds>() {
        return None;
    }
    let worlds = &vm.extension::<Worlds>().0;
    if let Some(world) = worlds.iter().find(|world| world.class == class) {
        return Some(world.clone());
    }
    let worlds = worlds.clone();
    worlds
        .into_iter()
        .find(|world| vm.is_subtype(class, world.class))
}

impl World {
    /// Lets the Python code do it.
    #[cold]
    pub fn python(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Throw {
        let Some(method) = vm.dict_get_text(self.python, name) else {
            return vm.system_error("a method without a Python version");
        };
        let given = args.iter().take_while(|arg| !arg.is_unbound()).count();
        vm.tail_call(method, &args[..given])
    }

    /// Raises a condition in a context, or gives what that has for it.
    #[cold]
    pub fn refuse(&self, vm: &mut Vm, context: Value, condition: &str) -> Throw {
        match global(vm, self.namespace, condition) {
            Ok(condition) => self.helper(vm, "_refuse", &[context, condition]),
            Err(throw) => throw,
        }
    }

    /// Lets a function of `_pydecimal` do it.
    pub fn helper(&self, vm: &mut Vm, name: &str, args: &[Value]) -> Throw {
        match global(vm, self.namespace, name) {
            Ok(helper) => vm.tail_call(helper, args),
            Err(throw) => throw,
        }
    }

    /// The context itself, or the current one for None; `None` before there
    /// is one.
    pub fn context(&self, vm: &mut Vm, given: Value) -> Option<Value> {
        if given.is_none() || given.is_unbound() {
            (self.get)(vm, &[self.variable, Value::UNBOUND]).ok()
        } else {
            Some(given)
        }
    }

    pub fn settings(&self, vm: &Vm, context: Value) -> Option<Settings> {
        const MOST: i64 = 1 << 60;
        let number = |name: Value| {
            let value = vm.own_attr(context, name)?;
            let value = value.as_small().or_else(|| vm.as_i64(value))?;
            (value.abs() <= MOST).then_some(value)
        };
        let rounding = vm.own_attr(context, self.names.rounding)?;
        Some(Settings {
            precision: number(self.names.precision)?,
            rounding: self.rounding(vm, rounding)?,
            emin: number(self.names.emin)?,
            emax: number(self.names.emax)?,
            clamp: number(self.names.clamp)? != 0,
        })
    }

    pub fn rounding(&self, vm: &Vm, name: Value) -> Option<Rounding> {
        let known = self.roundings.iter().position(|&known| known == name);
        let place = match known {
            Some(place) => place,
            None => {
                let name = vm.as_text(name)?;
                ROUNDINGS.iter().position(|(known, _)| *known == name)?
            }
        };
        Some(ROUNDINGS[place].1)
    }

    pub fn capitals(&self, vm: &Vm, context: Value) -> Option<bool> {
        let value = vm.own_attr(context, self.names.capitals)?;
        Some(value.as_small()? != 0)
    }

    /// Sets flags, and raises the first of the signals that are trapped, with
    /// a list of these; `None` for contexts that the Python code changed.
    pub fn signal(&self, vm: &mut Vm, context: Value, signals: Signals) -> Option<Res<()>> {
        if signals.is_empty() {
            return Some(Ok(()));
        }
        let ignored = vm.own_attr(context, self.names.ignored)?;
        if !vm.heap.as_items(ignored)?.is_empty() {
            return None;
        }
        let traps = vm.own_attr(context, self.names.traps)?;
        let flags = vm.own_attr(context, self.names.flags)?;
        if !traps.is(Kind::Dict) || !flags.is(Kind::Dict) {
            return None;
        }
        let mut trapped = Vec::new();
        for place in signals.places() {
            let class = self.signals[place];
            let trap = vm.dict_get(traps, class).ok()??;
            if vm.truthy(trap).ok()? {
                trapped.push(class);
            }
        }
        for place in signals.places() {
            vm.dict_set(flags, self.signals[place], Value::TRUE).ok()?;
        }
        let Some(&first) = trapped.first() else {
            return Some(Ok(()));
        };
        let all = vm.list(trapped);
        Some(Err(Throw::Raise(vm.make_exception(first, &[all]))))
    }

    pub fn make(self: &Rc<Self>, vm: &mut Vm, form: Form, value: Finite) -> Value {
        vm.heap.new_object(Number {
            world: self.clone(),
            form,
            value,
        })
    }

    pub fn make_finite(self: &Rc<Self>, vm: &mut Vm, value: Finite) -> Value {
        self.make(vm, Form::Finite, value)
    }

    /// A finite number of this world, or an int.
    pub fn finite<'a>(&self, vm: &'a Vm, value: Value) -> Option<Cow<'a, Finite>> {
        let value = vm.heap.payload(value);
        if let Some(number) = vm.heap.downcast::<Number>(value) {
            let fits = number.is_usual() && std::ptr::eq(&*number.world, self);
            return fits.then_some(Cow::Borrowed(&number.value));
        }
        if let Some(int) = value.as_small() {
            let coefficient = Coefficient::from(int.unsigned_abs() as u128);
            return Some(Cow::Owned(Finite::new(int < 0, coefficient, 0)));
        }
        let int = vm.as_int(value)?;
        let negative = int.is_negative();
        let coefficient = Coefficient::from(int.into_parts().1);
        Some(Cow::Owned(Finite::new(negative, coefficient, 0)))
    }
}
