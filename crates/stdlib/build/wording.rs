//! What CPython runs in C and we from its Python versions says things in
//! other words there: the changes of text that make the Python versions say
//! what people know. As in `selection`: module, what stands there
//! (everywhere), what is to stand there.

pub const WORDING: &[(&str, &str, &str)] = &[
    (
        "traceback",
        "        if not self._exc_metadata:\n            return\n",
        KEYWORD_TYPOS,
    ),
    (
        "inspect",
        "    for instruction in dis.get_instructions(code):\n        opname = instruction.opname\n        name = instruction.argval\n        if opname == \"LOAD_ATTR\":\n            unbound_names.add(name)\n        elif opname == \"LOAD_GLOBAL\":\n            global_names.add(name)\n",
        "    for names, found in zip((global_names, unbound_names), __import__('_airlock').names_used(code)):\n        names.update(found)\n",
    ),
    (
        "_pydatetime",
        "if isinstance(other, date):\n            days1",
        "if isinstance(other, date) and not isinstance(other, datetime):\n            days1",
    ),
    (
        "_pydatetime",
        "\"cannot mix naive and timezone-aware time\"",
        "\"can't subtract offset-naive and offset-aware datetimes\"",
    ),
    (
        "_pydatetime",
        "cannot compare naive and aware ",
        "can't compare offset-naive and offset-aware ",
    ),
    (
        "_pydatetime",
        "f\"not {type(tz).__name__!r}\"",
        "f\"not type {type(tz).__name__!r}\"",
    ),
    (
        "_pydatetime",
        "raise TypeError(\"offset must be a timedelta\")",
        "raise TypeError(\"timezone() argument 1 must be datetime.timedelta, \" f\"not {type(offset).__name__}\")",
    ),
    (
        "_pydatetime",
        "\"result out of range\"",
        "\"date value out of range\"",
    ),
    (
        "_pydatetime",
        "\"timedelta # of days is too large: %d\" % d",
        "\"days=%d; must have magnitude <= 999999999\" % d",
    ),
    (
        "_pydatetime",
        "def __new__(cls, year, month=None, day=None",
        "def __new__(cls, year=None, month=None, day=None",
    ),
    (
        "_pydatetime",
        "def _check_date_fields(year, month, day):",
        MISSING_DATE_FIELDS,
    ),
    (
        "_pydecimal",
        "raise error(explanation)",
        "raise error([condition])",
    ),
    (
        "_pydecimal",
        "_signals = [Clamped, DivisionByZero, Inexact, Overflow, Rounded,\n            Underflow, InvalidOperation, Subnormal, FloatOperation]",
        "_signals = [InvalidOperation, FloatOperation, DivisionByZero, Overflow, Underflow,\n            Subnormal, Inexact, Rounded, Clamped]",
    ),
    ("_pydecimal", "int(s in ", "bool(s in "),
    (
        "_pydecimal",
        "dict.fromkeys(_signals, 0)",
        "dict.fromkeys(_signals, False)",
    ),
    (
        "_pydecimal",
        "self.flags[error] = 1",
        "self.flags[error] = True",
    ),
    (
        "_pydecimal",
        "\"Cannot convert %r to Decimal\" % value",
        "f\"conversion from {type(value).__name__} to Decimal is not supported\"",
    ),
    (
        "_pydecimal",
        "Cannot convert NaN to integer",
        "cannot convert NaN to integer",
    ),
    (
        "_pydecimal",
        "Cannot convert infinity to integer",
        "cannot convert Infinity to integer",
    ),
    (
        "_pydecimal",
        "Cannot convert signaling NaN to float",
        "cannot convert signaling NaN to float",
    ),
    (
        "_pydecimal",
        "\"Invalid format specifier: \" + format_spec",
        "\"invalid format string\"",
    ),
    (
        "_pydecimal",
        "\"%s must be in [%d, %s]. got: %s\" % (name, vmin, vmax, value)",
        "\"valid range for %s is [%d, MAX_%s]\" % (name, vmin, name.upper())",
    ),
    (
        "_pydecimal",
        "\"Unable to convert %s to Decimal\" % other",
        "f\"conversion from {type(other).__name__} to Decimal is not supported\"",
    ),
    (
        "_pydecimal",
        "Second argument to round should be integral",
        "optional arg must be an integer",
    ),
    (
        "_pydecimal",
        "cannot round a NaN",
        "cannot convert NaN to integer",
    ),
    (
        "_pydecimal",
        "cannot round an infinity",
        "cannot convert Infinity to integer",
    ),
    (
        "_pydecimal",
        "Cannot hash a signaling NaN value.",
        "Cannot hash a signaling NaN value",
    ),
    (
        "_pydecimal",
        "argument must be int or float.",
        "argument must be int or float",
    ),
    (
        "_pydecimal",
        "\"%s must be an integer\" % name",
        "\"an integer is required\"",
    ),
    (
        "_pydecimal",
        "\"%s: invalid rounding mode\" % value",
        ROUNDING_NAMES,
    ),
    (
        "_pydecimal",
        "f\"'{key}' is an invalid keyword argument for this function\"",
        "f\"this function got an unexpected keyword argument '{key}'\"",
    ),
    (
        "decimal",
        "sys.modules[__name__] = _pydecimal",
        "sys.modules[__name__] = _pydecimal\n    __import__('_airlock').as_if_native(_pydecimal.Decimal, _pydecimal.Context)",
    ),
    (
        "pickle",
        "raise EOFError\n",
        "raise EOFError('Ran out of input')\n",
    ),
    (
        "pickle",
        "dispatch[key[0]](self)\n        except _Stop",
        KNOWN_OPCODE,
    ),
    (
        "pickle",
        "raise TypeError(\"Can't load pickle from unicode string\")",
        "raise TypeError(\"a bytes-like object is required, not 'str'\")",
    ),
];

const MISSING_DATE_FIELDS: &str = "\
def _check_date_fields(year, month, day):
    if _airlock_datetime.are_date(year, month, day):
        return year, month, day
    for at, (name, value) in enumerate((('year', year), ('month', month), ('day', day)), 1):
        if value is None:
            raise TypeError(f\"function missing required argument '{name}' (pos {at})\")";

const ROUNDING_NAMES: &str = r#""valid values for rounding are:\n\
  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n\
   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n\
   ROUND_05UP]""#;

const KEYWORD_TYPOS: &str = "        \
        found = __import__('_airlock').keyword_typo(self.filename, int(self.lineno or 0))
        if found is not None:
            self.offset, self.end_offset = found[1] + 1, found[2] + 1
            self.end_lineno = self.lineno
            self.msg = f\"invalid syntax. Did you mean '{found[0]}'?\"
        return
";

const KNOWN_OPCODE: &str = "\
load = dispatch.get(key[0])
                if load is None:
                    raise UnpicklingError(f'invalid load key, {ascii(chr(key[0]))}.')
                load(self)
        except _Stop";
