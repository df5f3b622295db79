//! What `_pydatetime` computes again and again, for plain ints: calendar
//! dates from days and back, checked fields, sums with durations, texts in
//! the usual form. A function answers None for what is not plain or not
//! right, and the Python code there goes on.

use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_airlock_datetime",
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
    function("are_date", "year, month, day, /", |_, args| {
        let fits = ints(args).is_some_and(|[year, month, day]| is_date(year, month, day));
        Ok(Value::bool(fits))
    }),
    function(
        "are_time",
        "hour, minute, second, microsecond, fold, /",
        |_, args| {
            let fits = ints(args).is_some_and(|[hour, minute, second, microsecond, fold]| {
                is_time(hour, minute, second, microsecond) && (0..2).contains(&fold)
            });
            Ok(Value::bool(fits))
        },
    ),
    function("days_of", "year, month, day, /", |vm, args| {
        let days = ints(args)
            .filter(|&[year, month, day]| is_date(year, month, day))
            .map(|[year, month, day]| days_of(year, month, day));
        Ok(days.map_or(Value::NONE, |days| vm.int(days)))
    }),
    function("date_of", "days, /", |vm, args| {
        let days = ints(args).filter(|[days]| (1..=MAX_DAYS).contains(days));
        Ok(match days {
            Some([days]) => tuple(vm, &date_of(days)),
            None => Value::NONE,
        })
    }),
    function(
        "duration",
        "days, seconds, microseconds, milliseconds, minutes, hours, weeks, /",
        duration,
    ),
    function("moved", "fields, days, seconds, microseconds, /", moved),
    function("fields_of", "text, /", |vm, args| {
        Ok(match vm.as_text(args[0]).and_then(fields_of) {
            Some(fields) => tuple(vm, &fields),
            None => Value::NONE,
        })
    }),
];

/// Days in the years 1 to 9999.
const MAX_DAYS: i64 = 3_652_059;
const DAY_SECONDS: i64 = 24 * 3600;
const MICROSECONDS: i64 = 1_000_000;

/// Plain ints, not so large that sums of them could overflow.
fn ints<const N: usize>(values: &[Value]) -> Option<[i64; N]> {
    const MOST: i64 = 1 << 46;
    let mut ints = [0; N];
    for (int, value) in ints.iter_mut().zip(values) {
        *int = value.as_small().filter(|int| int.abs() < MOST)?;
    }
    Some(ints)
}

fn tuple(vm: &mut Vm, ints: &[i64]) -> Value {
    let values: Vec<Value> = ints.iter().map(|&int| vm.int(int)).collect();
    vm.tuple(&values)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + is_leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_date(year: i64, month: i64, day: i64) -> bool {
    (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_days(year, month)).contains(&day)
}

fn is_time(hour: i64, minute: i64, second: i64, microsecond: i64) -> bool {
    (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (0..MICROSECONDS).contains(&microsecond)
}

/// Days since the last one of the year 0, by years that begin in March
/// (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 305
}

fn date_of(days: i64) -> [i64; 3] {
    let days = days + 305;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    [year + era * 400 + (month <= 2) as i64, month, day]
}

/// Days, seconds and microseconds of a `timedelta`.
fn duration(vm: &mut Vm, args: &[Value]) -> Res {
    let Some([days, seconds, micros, millis, minutes, hours, weeks]) = ints(args) else {
        return Ok(Value::NONE);
    };
    let micros = micros + millis * 1000;
    let seconds = seconds + minutes * 60 + hours * 3600 + micros.div_euclid(MICROSECONDS);
    let days = days + weeks * 7 + seconds.div_euclid(DAY_SECONDS);
    let parts = [
        days,
        seconds.rem_euclid(DAY_SECONDS),
        micros.rem_euclid(MICROSECONDS),
    ];
    Ok(tuple(vm, &parts))
}

/// The seven fields of a `datetime`, a duration later.
fn moved(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = vm.heap.as_items(args[0]).and_then(ints);
    let (Some(fields), Some(by)) = (fields, ints(&args[1..])) else {
        return Ok(Value::NONE);
    };
    let ([year, month, day, hour, minute, second, microsecond], [days, seconds, micros]) =
        (fields, by);
    let micros = microsecond + micros;
    let seconds = hour * 3600 + minute * 60 + second + seconds + micros.div_euclid(MICROSECONDS);
    let days = days_of(year, month, day) + days + seconds.div_euclid(DAY_SECONDS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Ok(Value::NONE);
    }
    let seconds = seconds.rem_euclid(DAY_SECONDS);
    let [year, month, day] = date_of(days);
    let fields = [
        year,
        month,
        day,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        micros.rem_euclid(MICROSECONDS),
    ];
    Ok(tuple(vm, &fields))
}

/// Of `YYYY-MM-DD HH:MM:SS` with any character between, or with the date only.
fn fields_of(text: &str) -> Option<Vec<i64>> {
    let bytes = text.as_bytes();
    let number = |start: usize, end: usize| {
        let digits = bytes.get(start..end)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| {
            digits
                .iter()
                .fold(0, |int, digit| int * 10 + (digit - b'0') as i64)
        })
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    if !text.is_ascii() || !is(4, b'-') || !is(7, b'-') {
        return None;
    }
    let mut fields = vec![number(0, 4)?, number(5, 7)?, number(8, 10)?];
    if bytes.len() == 19 && is(13, b':') && is(16, b':') {
        fields.extend([number(11, 13)?, number(14, 16)?, number(17, 19)?]);
        is_time(fields[3], fields[4], fields[5], 0).then_some(())?;
    } else if bytes.len() != 10 {
        return None;
    }
    is_date(fields[0], fields[1], fields[2]).then_some(fields)
}
