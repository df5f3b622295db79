//! The instructions: eight bytes each, operands are registers of the frame
//! unless their comment says otherwise.
//!
//! `target` is an absolute instruction index. `offset` is relative to the
//! instruction that follows. A jump to its own index or before is a loop's:
//! the VM takes fuel there.

use serde::{Deserialize, Serialize};

/// A register of the current frame.
pub type Reg = u16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
    Is,
    IsNot,
    In,
    NotIn,
}

/// A special method looked up on the type for `with` and `async with`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Special {
    Enter,
    Exit,
    AsyncEnter,
    AsyncExit,
}

/// Rare operations with two operands, `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intrinsic {
    /// `dst = TypeVar(a: str, bound thunk or None b)`.
    TypeVar,
    /// As `TypeVar`, with a thunk giving a tuple of constraints.
    TypeVarConstrained,
    ParamSpec,
    TypeVarTuple,
    /// `dst = TypeAliasType(a: (name, type_params), b: value thunk)`.
    TypeAlias,
    /// Sets the default thunk `b` of type parameter `a`; `dst = a`.
    SetTypeParamDefault,
    /// `dst = Generic[a]` for a tuple `a` of type parameters.
    GenericBase,
    /// Sets `a.__type_params__ = b`; `dst = a`.
    SetTypeParams,
    /// `dst` = a `string.templatelib.Template` of the tuple `a` of strings
    /// and interpolations.
    BuildTemplate,
    /// `dst` = an `Interpolation` of the 4-tuple `a`.
    BuildInterpolation,
    /// Gives `a` to `sys.displayhook`; `dst` is what that returns.
    Display,
}

/// One instruction. `dst` is written, the others are read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Instr {
    Nop,

    // Loads and moves.
    /// `index` into the constants.
    LoadConst {
        dst: Reg,
        index: u32,
    },
    LoadInt {
        dst: Reg,
        value: i32,
    },
    LoadNone {
        dst: Reg,
    },
    LoadBool {
        dst: Reg,
        value: bool,
    },
    Move {
        dst: Reg,
        src: Reg,
    },

    // Variables. `name` is an index into the names, `site` into the sites.
    /// Raises `UnboundLocalError` for `name` if `src` is unbound.
    CheckLocal {
        src: Reg,
        name: u16,
    },
    /// Unbinds a local; raises `UnboundLocalError` if it is unbound.
    DeleteLocal {
        reg: Reg,
        name: u16,
    },
    /// Nothing needs the value any more, the iterator of a loop that is left
    /// early: a generator may have something to do then.
    LetGo {
        reg: Reg,
    },
    LoadGlobal {
        dst: Reg,
        site: u16,
    },
    StoreGlobal {
        src: Reg,
        name: u16,
    },
    DeleteGlobal {
        name: u16,
    },
    /// Namespace, then globals, then builtins.
    LoadName {
        dst: Reg,
        name: u16,
    },
    StoreName {
        src: Reg,
        name: u16,
    },
    DeleteName {
        name: u16,
    },
    /// Puts a new cell into `reg`, holding what the register held.
    MakeCell {
        reg: Reg,
    },
    /// Raises `NameError` (free) or `UnboundLocalError` (own) if empty.
    LoadCell {
        dst: Reg,
        cell: Reg,
        name: u16,
    },
    StoreCell {
        cell: Reg,
        src: Reg,
    },
    DeleteCell {
        cell: Reg,
        name: u16,
    },
    /// After `del` of a name: whoever waits for the end of the object that it
    /// named is told if this was it. Registers from `temps` hold nothing more.
    AfterDelete {
        temps: Reg,
    },
    /// In a class body: the namespace first, then the cell.
    LoadClassCell {
        dst: Reg,
        cell: Reg,
        name: u16,
    },
    /// In a class body nested in a function: the namespace, then `LoadGlobal`
    /// rules. Same as `LoadName`; kept for symmetry in annotation scopes.
    LoadFromNamespaceOrGlobal {
        dst: Reg,
        namespace: Reg,
        name: u16,
    },
    /// The same for a variable of an enclosing function: `dst` holds the
    /// namespace; it is looked in first, then the cell.
    LoadFromNamespaceOrCell {
        dst: Reg,
        cell: Reg,
        name: u16,
    },

    // Attributes and items.
    LoadAttr {
        dst: Reg,
        obj: Reg,
        site: u16,
    },
    StoreAttr {
        obj: Reg,
        src: Reg,
        site: u16,
    },
    DeleteAttr {
        obj: Reg,
        site: u16,
    },
    /// `super(cls, self).name`: `base` holds `super`, `base + 1` the class,
    /// `base + 2` self. If `base` is not the built-in `super`, it is called.
    LoadSuperAttr {
        dst: Reg,
        base: Reg,
        site: u16,
    },
    LoadSubscr {
        dst: Reg,
        obj: Reg,
        key: Reg,
    },
    StoreSubscr {
        obj: Reg,
        key: Reg,
        src: Reg,
    },
    DeleteSubscr {
        obj: Reg,
        key: Reg,
    },
    /// `base`, `base + 1`, `base + 2`: start, stop, step. Where a
    /// `StoreSubscr` with this key follows, or a `LoadSubscr` whose `dst` is
    /// not above it, the slice is used there alone and `dst` may stay unset.
    BuildSlice {
        dst: Reg,
        base: Reg,
    },

    // Operators.
    Add {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Sub {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Mul {
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// `dst = a + value` (`value` negative for a subtraction of a literal).
    /// Emitted for `x + 1` and `x - 1`; errors read as such.
    AddInt {
        dst: Reg,
        a: Reg,
        value: i16,
    },
    /// The same for `x += 1` and `x -= 1`: anything but a number goes through
    /// the in-place rules of [`Instr::InPlace`].
    InPlaceInt {
        dst: Reg,
        a: Reg,
        value: i16,
    },
    Binary {
        op: BinOp,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// Augmented assignment.
    InPlace {
        op: BinOp,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Compare {
        op: CmpOp,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    Not {
        dst: Reg,
        src: Reg,
    },
    Negative {
        dst: Reg,
        src: Reg,
    },
    Positive {
        dst: Reg,
        src: Reg,
    },
    Invert {
        dst: Reg,
        src: Reg,
    },

    // Jumps.
    Jump {
        target: u32,
    },
    JumpIfTrue {
        src: Reg,
        target: u32,
    },
    JumpIfFalse {
        src: Reg,
        target: u32,
    },
    JumpIfNone {
        src: Reg,
        target: u32,
    },
    JumpIfNotNone {
        src: Reg,
        target: u32,
    },
    /// Jumps if the comparison holds. `op` is one of the six orderings, `Is`
    /// or `IsNot`.
    JumpIfCompare {
        op: CmpOp,
        a: Reg,
        b: Reg,
        offset: i16,
    },
    JumpUnlessCompare {
        op: CmpOp,
        a: Reg,
        b: Reg,
        offset: i16,
    },
    /// The same against a small integer literal.
    JumpIfCompareInt {
        op: CmpOp,
        a: Reg,
        value: i16,
        offset: i16,
    },
    JumpUnlessCompareInt {
        op: CmpOp,
        a: Reg,
        value: i16,
        offset: i16,
    },

    // Iteration.
    GetIter {
        dst: Reg,
        src: Reg,
    },
    /// Next item of `iter` into `dst` and jump, or fall through at its end.
    /// Stands at the bottom of a loop; the loop is entered by a `Jump` to it.
    ForNext {
        iter: Reg,
        dst: Reg,
        offset: i16,
    },
    GetAsyncIter {
        dst: Reg,
        src: Reg,
    },
    /// The awaitable (already through `GetAwaitable`) of `iter.__anext__()`.
    GetAsyncNext {
        dst: Reg,
        iter: Reg,
    },
    /// If `exc` is a `StopAsyncIteration`, goes on; else raises it again.
    EndAsyncFor {
        exc: Reg,
    },
    /// `count` items into `base...`: all or none. `src` is clobbered and may be
    /// `base`.
    UnpackSequence {
        src: Reg,
        base: Reg,
        count: u16,
    },
    /// `before` items, a list, `after` items, into `base...`. `src` is
    /// clobbered and may be `base`.
    UnpackEx {
        before: u8,
        src: Reg,
        base: Reg,
        after: u16,
    },

    // Calls. Arguments stand in consecutive registers.
    /// `base` holds the callee, `base + 1...` the `argc` arguments. Registers
    /// from `base` on are clobbered; `dst` may be one of them.
    Call {
        dst: Reg,
        base: Reg,
        argc: u16,
    },
    /// As `Call`; the last arguments are keywords. The next instruction is an
    /// `Extend` whose `value` is the constant index of the tuple of names.
    CallKw {
        dst: Reg,
        base: Reg,
        argc: u16,
    },
    /// `dst` and `dst + 1` receive the method and self, for `CallMethod`.
    LoadMethod {
        dst: Reg,
        obj: Reg,
        site: u16,
    },
    /// `base`, `base + 1` as left by `LoadMethod`, arguments from `base + 2`.
    CallMethod {
        dst: Reg,
        base: Reg,
        argc: u16,
    },
    /// With an `Extend` as `CallKw`.
    CallMethodKw {
        dst: Reg,
        base: Reg,
        argc: u16,
    },
    /// `base`: callee, `base + 1`: a list or tuple of positional arguments,
    /// `base + 2`: a dict of keyword arguments or None.
    CallEx {
        dst: Reg,
        base: Reg,
    },
    /// Operand of the instruction before.
    Extend {
        value: u32,
    },
    Return {
        src: Reg,
    },
    ReturnNone,

    // Displays.
    BuildTuple {
        dst: Reg,
        base: Reg,
        count: u16,
    },
    BuildList {
        dst: Reg,
        base: Reg,
        count: u16,
    },
    BuildSet {
        dst: Reg,
        base: Reg,
        count: u16,
    },
    /// `count` pairs: key, value, key, value.
    BuildDict {
        dst: Reg,
        base: Reg,
        count: u16,
    },
    ListAppend {
        list: Reg,
        item: Reg,
    },
    ListExtend {
        list: Reg,
        iterable: Reg,
    },
    SetAdd {
        set: Reg,
        item: Reg,
    },
    SetUpdate {
        set: Reg,
        iterable: Reg,
    },
    DictInsert {
        dict: Reg,
        key: Reg,
        value: Reg,
    },
    /// `{**mapping}`.
    DictUpdate {
        dict: Reg,
        mapping: Reg,
    },
    /// `f(**mapping)`: a key twice is a `TypeError`; `func` names the callee.
    DictMerge {
        dict: Reg,
        mapping: Reg,
        func: Reg,
    },
    ListToTuple {
        dst: Reg,
        src: Reg,
    },
    /// `conversion`: 0 none, else `s`, `r` or `a`. `spec` holds a str or None.
    FormatValue {
        conversion: u8,
        dst: Reg,
        src: Reg,
        spec: Reg,
    },
    /// Joins `count` strs.
    BuildString {
        dst: Reg,
        base: Reg,
        count: u16,
    },

    // Functions and classes.
    /// The code is constant `index`. `base`: defaults (tuple or None),
    /// `base + 1`: keyword defaults (dict or None), `base + 2`: the
    /// `__annotate__` function or None. The next instruction is an `Extend`
    /// whose `value` is `base`, or `u32::MAX` if all three are None.
    MakeFunction {
        dst: Reg,
        index: u32,
    },
    /// `__build_class__`, to be called with the body function, the name, the
    /// bases and the keywords. A class body returns its `__class__` cell or
    /// None.
    LoadBuildClass {
        dst: Reg,
    },
    /// The namespace dict (a class body's, `exec`'s or the module's globals).
    LoadNamespace {
        dst: Reg,
    },

    // Modules. `base`: level (int), `base + 1`: from-list (tuple or None).
    ImportName {
        dst: Reg,
        name: u16,
        base: Reg,
    },
    ImportFrom {
        dst: Reg,
        module: Reg,
        name: u16,
    },
    /// Binds the module's public names in the namespace.
    ImportStar {
        module: Reg,
    },

    // Exceptions.
    Raise {
        exc: Reg,
    },
    RaiseFrom {
        exc: Reg,
        cause: Reg,
    },
    /// `raise` alone.
    RaiseActive,
    /// Goes on raising `exc` as it is (end of `finally`, no `except` matched).
    Reraise {
        exc: Reg,
    },
    /// `exc` becomes the exception being handled; `saved` receives the one
    /// before.
    PushHandled {
        saved: Reg,
        exc: Reg,
    },
    /// The end of a handler: `saved` is again the one being handled.
    PopHandled {
        saved: Reg,
    },
    /// `dst = isinstance(exc, ty)` by the rules of `except`.
    ExceptionMatches {
        dst: Reg,
        exc: Reg,
        ty: Reg,
    },
    /// For `except*`: `dst` the matching part or None, `dst + 1` the rest.
    ExceptionGroupSplit {
        dst: Reg,
        exc: Reg,
        ty: Reg,
    },
    /// End of a `try ... except*`: `dst` = what must go on, or None, from the
    /// list `raised` of exceptions raised in handlers, rests included, and
    /// the original `exc`.
    ExceptionGroupRejoin {
        dst: Reg,
        raised: Reg,
        exc: Reg,
    },
    /// Bound special method of `obj`, looked up on its type.
    LoadSpecial {
        special: Special,
        dst: Reg,
        obj: Reg,
    },
    /// `base...`: type, value, traceback of `exc`, for `__exit__`.
    ExceptionTriple {
        base: Reg,
        exc: Reg,
    },
    LoadAssertionError {
        dst: Reg,
    },

    // Suspension.
    /// Suspends with `src`; `dst` is what `send` gave. In an async generator
    /// it yields an item.
    Yield {
        dst: Reg,
        src: Reg,
    },
    /// Drives `iter` (from `GetAwaitable` or `GetYieldFromIter`) to its end;
    /// `value` holds what is sent (first None) and is clobbered; `dst`
    /// receives the result. Suspends with each item that `iter` yields.
    YieldFrom {
        dst: Reg,
        iter: Reg,
        value: Reg,
    },
    GetYieldFromIter {
        dst: Reg,
        src: Reg,
    },
    /// `context`: 0 `await`, 1 `__aenter__`, 2 `__aexit__` (for the message).
    GetAwaitable {
        context: u8,
        dst: Reg,
        src: Reg,
    },

    // Pattern matching.
    MatchSequence {
        dst: Reg,
        src: Reg,
    },
    MatchMapping {
        dst: Reg,
        src: Reg,
    },
    /// `dst` = tuple of the values of the tuple `keys` in `src`, or None.
    MatchKeys {
        dst: Reg,
        src: Reg,
        keys: Reg,
    },
    /// `base`: class, `base + 1`: tuple of keyword attribute names. `dst` =
    /// tuple of `positional` + keyword attributes, or None.
    MatchClass {
        positional: u8,
        dst: Reg,
        src: Reg,
        base: Reg,
    },
    Length {
        dst: Reg,
        src: Reg,
    },

    Intrinsic {
        op: Intrinsic,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
}

const _: () = assert!(size_of::<Instr>() == 8);
