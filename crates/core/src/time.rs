//! Module `time`: the run's clock and the calendar, in UTC and the C locale.
//!
//! All times come from the [`crate::Host`]; `sleep` parks the fiber.

mod calendar;
mod format;

use airlock_vm::module::ModuleDef;
use airlock_vm::{Completion, Kind, NativeDef, Res, Throw, Value, Vm, Wake, function};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::Core;
use crate::threads::lanes;
use calendar::Fields;

pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    functions: FUNCTIONS,
    init,
};

/// What `monotonic()` and the loop's `time()` show when the run starts.
const MONOTONIC_START_NANOS: u64 = 1_000_000_000_000;

const NANOS: i64 = 1_000_000_000;

/// Nanoseconds of `monotonic()`.
pub fn monotonic_nanos(vm: &mut Vm) -> u64 {
    crate::now(vm).saturating_add(MONOTONIC_START_NANOS)
}

/// When a moment of `monotonic()` comes, on the run's clock.
pub fn from_monotonic(nanos: u64) -> u64 {
    nanos.saturating_sub(MONOTONIC_START_NANOS)
}

fn unix_nanos(vm: &mut Vm) -> i64 {
    let instructions = vm.instructions();
    let nanos = vm.extension::<Core>().host.unix_nanos(instructions);
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

/// Time not spent waiting. All threads share one processor, so this is the
/// thread's time as well.
fn process_nanos(vm: &mut Vm) -> u64 {
    let now = crate::now(vm);
    now.saturating_sub(vm.extension::<Core>().ledger.wait_ns)
}

/// Seconds as CPython makes a float of them: whole ones exactly.
fn seconds(nanos: i64) -> Value {
    if nanos % NANOS == 0 {
        Value::float((nanos / NANOS) as f64)
    } else {
        Value::float(nanos as f64 / 1e9)
    }
}

fn float_of(nanos: u64) -> Value {
    seconds(i64::try_from(nanos).unwrap_or(i64::MAX))
}

fn int_of(vm: &mut Vm, nanos: u64) -> Value {
    vm.int(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// Seconds given as a float or an int, in nanoseconds rounded away from zero,
/// as CPython rounds timeouts.
pub(crate) fn timeout_nanos(vm: &mut Vm, value: Value) -> Res<i64> {
    if let Some(float) = vm.heap.payload(value).as_float() {
        if float.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let nanos = float * 1e9;
        let rounded = if nanos >= 0.0 {
            nanos.ceil()
        } else {
            nanos.floor()
        };
        if !(-9.223372036854775e18..9.223372036854775e18).contains(&rounded) {
            return Err(vm.overflow_error("timestamp out of range for platform time_t"));
        }
        return Ok(rounded as i64);
    }
    let int = vm.index_big(value)?;
    match int.to_i64().and_then(|int| int.checked_mul(NANOS)) {
        Some(nanos) => Ok(nanos),
        None => Err(vm.overflow_error("timestamp too large to convert to C PyTime_t")),
    }
}

/// The moment so many nanoseconds from now.
pub(crate) fn deadline_after(vm: &mut Vm, nanos: i64) -> u64 {
    crate::now(vm).saturating_add(u64::try_from(nanos).unwrap_or(0))
}

fn sleep(vm: &mut Vm, args: &[Value]) -> Res {
    let nanos = timeout_nanos(vm, args[0])?;
    if nanos < 0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    crate::threads::take_interrupt(vm)?;
    // A deadline in the past only lets others run.
    let deadline = if nanos == 0 {
        0
    } else {
        deadline_after(vm, nanos)
    };
    if nanos > 0 {
        lanes::begin_wait(vm);
        let (now, line) = (crate::now(vm), crate::trace::wait_line(vm));
        let core = vm.extension::<crate::Core>();
        core.waits.note(now, deadline, line);
    }
    let wake = Wake {
        deadline_nanos: Some(crate::end_of_wait(vm, deadline, false)),
        blocking: true,
    };
    Err(
        vm.park_then(wake, [Value::NONE; 4], |vm, _, completion: Completion| {
            lanes::end_wait(vm);
            completion.value()?;
            Ok(Value::NONE)
        }),
    )
}

// Clocks.

const CLOCK_REALTIME: i64 = 0;
const CLOCK_MONOTONIC: i64 = 1;
const CLOCK_PROCESS_CPUTIME_ID: i64 = 2;
const CLOCK_THREAD_CPUTIME_ID: i64 = 3;
const CLOCK_MONOTONIC_RAW: i64 = 4;
const CLOCK_BOOTTIME: i64 = 7;

fn clock_nanos(vm: &mut Vm, clock: Value) -> Res<i64> {
    let nanos = match vm.index(clock)? {
        CLOCK_REALTIME => return Ok(unix_nanos(vm)),
        CLOCK_MONOTONIC | CLOCK_MONOTONIC_RAW | CLOCK_BOOTTIME => monotonic_nanos(vm),
        CLOCK_PROCESS_CPUTIME_ID | CLOCK_THREAD_CPUTIME_ID => process_nanos(vm),
        _ => return Err(os_error(vm, 22, "Invalid argument")),
    };
    Ok(i64::try_from(nanos).unwrap_or(i64::MAX))
}

fn os_error(vm: &mut Vm, errno: i32, text: &str) -> Throw {
    let (errno, text) = (Value::int32(errno), vm.str(text));
    let class = vm.types.os_error;
    let exception = vm.make_exception(class, &[errno, text]);
    vm.set_exception_attr(exception, "errno", errno);
    vm.set_exception_attr(exception, "strerror", text);
    Throw::Raise(exception)
}

fn clock_gettime(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(seconds(clock_nanos(vm, args[0])?))
}

fn clock_gettime_ns(vm: &mut Vm, args: &[Value]) -> Res {
    let nanos = clock_nanos(vm, args[0])?;
    Ok(vm.int(nanos))
}

fn clock_getres(vm: &mut Vm, args: &[Value]) -> Res {
    clock_nanos(vm, args[0])?;
    Ok(Value::float(1e-9))
}

// The calendar.

/// Whole seconds since 1970 given as an argument, now if it is None.
fn whole_seconds(vm: &mut Vm, value: Value) -> Res<i64> {
    if value.is_none() {
        return Ok(unix_nanos(vm).div_euclid(NANOS));
    }
    let int = match vm.heap.payload(value).as_float() {
        Some(float) if float.is_nan() => {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        Some(float) if float.is_infinite() => None,
        Some(float) => float.floor().to_i64(),
        None => vm.index_big(value)?.to_i64(),
    };
    match int {
        Some(int) => Ok(int),
        None => Err(vm.overflow_error("timestamp out of range for platform time_t")),
    }
}

fn fields_at(vm: &mut Vm, value: Value) -> Res<Fields> {
    let seconds = whole_seconds(vm, value)?;
    match Fields::at(seconds) {
        Some(fields) => Ok(fields),
        None => Err(os_error(vm, 75, "Value too large for defined data type")),
    }
}

fn struct_time(vm: &mut Vm, fields: Fields, zone: &str) -> Value {
    let items: Vec<Value> = [
        fields.year + 1900,
        i64::from(fields.month) + 1,
        i64::from(fields.day),
        i64::from(fields.hour),
        i64::from(fields.minute),
        i64::from(fields.second),
        (i64::from(fields.weekday) + 6) % 7,
        i64::from(fields.year_day) + 1,
        i64::from(fields.dst),
    ]
    .iter()
    .map(|&item| vm.int(item))
    .collect();
    let items = vm.tuple(&items);
    let class = vm.prelude("StructTime");
    let result = vm.heap.new_instance(class, items);
    for (name, value) in [("tm_zone", vm.str(zone)), ("tm_gmtoff", Value::int32(0))] {
        let name = vm.intern(name);
        vm.set_own_attr(result, name, value);
    }
    result
}

fn gmtime(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = fields_at(vm, args[0])?;
    Ok(struct_time(vm, fields, "GMT"))
}

fn localtime(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = fields_at(vm, args[0])?;
    Ok(struct_time(vm, fields, "UTC"))
}

/// The nine fields of a time tuple, unchecked.
fn fields_of(vm: &mut Vm, value: Value, function: &str) -> Res<Fields> {
    let tuple = vm.heap.payload(value);
    if !tuple.is(Kind::Tuple) {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    }
    let items = vm.heap.tuple(tuple).to_vec();
    if items.len() != 9 {
        return Err(vm.type_error(format!("{function}(): illegal time tuple argument")));
    }
    let mut numbers = [0i64; 9];
    for (number, item) in numbers.iter_mut().zip(items) {
        let int: BigInt = vm.index_big(item)?;
        *number = match int.to_i32() {
            Some(int) => int64(int),
            None if int.sign() == num_bigint::Sign::Minus => {
                return Err(vm.overflow_error("signed integer is less than minimum"));
            }
            None => return Err(vm.overflow_error("signed integer is greater than maximum")),
        };
    }
    let [
        year,
        month,
        day,
        hour,
        minute,
        second,
        weekday,
        year_day,
        dst,
    ] = numbers;
    if year < int64(i32::MIN) + 1900 {
        return Err(vm.overflow_error("year out of range"));
    }
    Ok(Fields {
        year: year - 1900,
        month: (month - 1) as i32,
        day: day as i32,
        hour: hour as i32,
        minute: minute as i32,
        second: second as i32,
        weekday: ((weekday + 1) % 7) as i32,
        year_day: (year_day - 1) as i32,
        dst: dst as i32,
    })
}

fn int64(int: i32) -> i64 {
    i64::from(int)
}

/// As [`fields_of`], with every field in its range.
fn checked_fields(vm: &mut Vm, value: Value, function: &str) -> Res<Fields> {
    if value.is_none() || value.is_unbound() {
        return fields_at(vm, Value::NONE);
    }
    let mut fields = fields_of(vm, value, function)?;
    match fields.check() {
        Ok(()) => Ok(fields),
        Err(message) => Err(vm.value_error(message)),
    }
}

fn mktime(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = fields_of(vm, args[0], "mktime")?;
    Ok(Value::float(fields.unix_seconds() as f64))
}

fn asctime(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = checked_fields(vm, args[0], "asctime")?;
    let text = format::ascii_time(&fields);
    Ok(vm.string(text))
}

fn ctime(vm: &mut Vm, args: &[Value]) -> Res {
    let fields = fields_at(vm, args[0])?;
    let text = format::ascii_time(&fields);
    Ok(vm.string(text))
}

fn strftime(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(pattern) = vm.as_text(args[0]).map(str::to_owned) else {
        let message = format!(
            "strftime() argument 1 must be str, not {}",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    };
    let fields = checked_fields(vm, args[1], "strftime")?;
    let mut zone = "UTC".to_owned();
    let mut offset = 0;
    if args[1].is(Kind::Instance) {
        let (zone_name, offset_name) = (vm.intern("tm_zone"), vm.intern("tm_gmtoff"));
        if let Some(name) = vm.own_attr(args[1], zone_name) {
            zone = vm.as_text(name).unwrap_or("UTC").to_owned();
        }
        offset = vm
            .own_attr(args[1], offset_name)
            .and_then(|value| vm.as_i64(value))
            .unwrap_or(0);
    }
    let text = match format::format(&pattern, &fields, &zone, offset) {
        Some(text) => text,
        None => return Err(vm.memory_error("")),
    };
    Ok(vm.string(text))
}

fn strptime(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("time_strptime", args))
}

fn get_clock_info(vm: &mut Vm, args: &[Value]) -> Res {
    Err(vm.tail_prelude("clock_info", args))
}

static FUNCTIONS: &[NativeDef] = &[
    function("time", "", |vm, _| Ok(seconds(unix_nanos(vm)))),
    function("time_ns", "", |vm, _| {
        let nanos = unix_nanos(vm);
        Ok(vm.int(nanos))
    }),
    function("monotonic", "", |vm, _| Ok(float_of(monotonic_nanos(vm)))),
    function("monotonic_ns", "", |vm, _| {
        let nanos = monotonic_nanos(vm);
        Ok(int_of(vm, nanos))
    }),
    function("perf_counter", "", |vm, _| {
        Ok(float_of(monotonic_nanos(vm)))
    }),
    function("perf_counter_ns", "", |vm, _| {
        let nanos = monotonic_nanos(vm);
        Ok(int_of(vm, nanos))
    }),
    function("process_time", "", |vm, _| Ok(float_of(process_nanos(vm)))),
    function("process_time_ns", "", |vm, _| {
        let nanos = process_nanos(vm);
        Ok(int_of(vm, nanos))
    }),
    function("thread_time", "", |vm, _| Ok(float_of(process_nanos(vm)))),
    function("thread_time_ns", "", |vm, _| {
        let nanos = process_nanos(vm);
        Ok(int_of(vm, nanos))
    }),
    function("sleep", "seconds, /", sleep),
    function("clock_gettime", "clk_id, /", clock_gettime),
    function("clock_gettime_ns", "clk_id, /", clock_gettime_ns),
    function("clock_getres", "clk_id, /", clock_getres),
    function("gmtime", "seconds=None, /", gmtime),
    function("localtime", "seconds=None, /", localtime),
    function("mktime", "time_tuple, /", mktime),
    function("asctime", "time_tuple=..., /", asctime),
    function("ctime", "seconds=None, /", ctime),
    function("strftime", "format, time_tuple=..., /", strftime),
    function(
        "strptime",
        "string, format='%a %b %d %H:%M:%S %Y', /",
        strptime,
    ),
    function("get_clock_info", "name, /", get_clock_info),
];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    for (name, clock) in [
        ("CLOCK_REALTIME", CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", CLOCK_MONOTONIC),
        ("CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID),
        ("CLOCK_MONOTONIC_RAW", CLOCK_MONOTONIC_RAW),
        ("CLOCK_BOOTTIME", CLOCK_BOOTTIME),
        ("timezone", 0),
        ("altzone", 0),
        ("daylight", 0),
        ("_STRUCT_TM_ITEMS", 11),
    ] {
        let value = vm.int(clock);
        vm.dict_set_text(dict, name, value);
    }
    let zone = vm.str("UTC");
    let zones = vm.tuple(&[zone, zone]);
    vm.dict_set_text(dict, "tzname", zones);
    let class = vm.prelude("StructTime");
    vm.dict_set_text(dict, "struct_time", class);
    Ok(())
}
