//! What a context says, and what an operation signals.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    Down,
    HalfUp,
    HalfEven,
    Ceiling,
    Floor,
    Up,
    HalfDown,
    ZeroFiveUp,
}

pub const ROUNDINGS: [(&str, Rounding); 8] = [
    ("ROUND_DOWN", Rounding::Down),
    ("ROUND_HALF_UP", Rounding::HalfUp),
    ("ROUND_HALF_EVEN", Rounding::HalfEven),
    ("ROUND_CEILING", Rounding::Ceiling),
    ("ROUND_FLOOR", Rounding::Floor),
    ("ROUND_UP", Rounding::Up),
    ("ROUND_HALF_DOWN", Rounding::HalfDown),
    ("ROUND_05UP", Rounding::ZeroFiveUp),
];

/// The numbers in a context.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub precision: i64,
    pub rounding: Rounding,
    pub emin: i64,
    pub emax: i64,
    pub clamp: bool,
}

impl Settings {
    /// The least exponent of a result.
    pub fn etiny(&self) -> i64 {
        self.emin - self.precision + 1
    }

    /// The greatest exponent of a result with all digits.
    pub fn etop(&self) -> i64 {
        self.emax - self.precision + 1
    }

    pub fn greatest_exponent(&self) -> i64 {
        if self.clamp { self.etop() } else { self.emax }
    }
}

/// A set of signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals(u16);

impl Signals {
    pub const INVALID_OPERATION: Signals = Signals(1);
    pub const FLOAT_OPERATION: Signals = Signals(2);
    pub const DIVISION_BY_ZERO: Signals = Signals(4);
    pub const OVERFLOW: Signals = Signals(8);
    pub const UNDERFLOW: Signals = Signals(16);
    pub const SUBNORMAL: Signals = Signals(32);
    pub const INEXACT: Signals = Signals(64);
    pub const ROUNDED: Signals = Signals(128);
    pub const CLAMPED: Signals = Signals(256);

    /// Their classes' names, in the order of the bits: of several that are
    /// trapped, the first is raised.
    pub const NAMES: [&str; 9] = [
        "InvalidOperation",
        "FloatOperation",
        "DivisionByZero",
        "Overflow",
        "Underflow",
        "Subnormal",
        "Inexact",
        "Rounded",
        "Clamped",
    ];

    pub fn add(&mut self, signals: Signals) {
        self.0 |= signals.0;
    }

    /// Places in [`Signals::NAMES`].
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..Signals::NAMES.len()).filter(move |place| self.0 >> place & 1 == 1)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
