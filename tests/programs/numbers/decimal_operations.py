"""What `decimal` does with finite numbers, its flags and traps."""

from decimal import *
import copy
import pickle

D = Decimal


def flags(context):
    return sorted(signal.__name__ for signal, on in context.flags.items() if on)


def tell(operation, **settings):
    context = Context(traps=[], **settings)
    setcontext(context)
    result = operation()
    print(result, flags(context))


# Each rounding, on both signs and at a half.
for rounding in (ROUND_DOWN, ROUND_UP, ROUND_HALF_UP, ROUND_HALF_DOWN,
                 ROUND_HALF_EVEN, ROUND_CEILING, ROUND_FLOOR, ROUND_05UP):
    texts = ("2.45", "-2.45", "2.55", "-2.449", "2.4501", "2.05", "-0.05", "9.96")
    print(rounding, *(D(text).quantize(D("0.1"), rounding=rounding) for text in texts))
    print("  ", *(D(text).to_integral_value(rounding) for text in texts))

# Precision, exponents at both ends, and what is signaled.
tell(lambda: D(1) / 3, prec=5)
tell(lambda: D(1) / 8, prec=5)
tell(lambda: D("99999.5") + 0, prec=5)
tell(lambda: D("1E+20") + D("1E-20"), prec=5)
tell(lambda: D("1E+20") - D("1E-20"), prec=5, rounding=ROUND_DOWN)
tell(lambda: D("9E+9") * 10, prec=5, Emax=9, Emin=-9)
tell(lambda: D("-9E+9") * 10, prec=5, Emax=9, Emin=-9, rounding=ROUND_CEILING)
tell(lambda: D("1E-9") / 3, prec=5, Emax=9, Emin=-9)
tell(lambda: D("1E-9") / D("1E+9"), prec=5, Emax=9, Emin=-9)
tell(lambda: D("1E+9") * 1, prec=5, Emax=9, Emin=-9, clamp=1)
tell(lambda: D("0E+30") * 1, prec=5, Emax=9, Emin=-9)
tell(lambda: D("1.5") - D("1.5"), rounding=ROUND_FLOOR)
tell(lambda: -D("0.0"), rounding=ROUND_FLOOR)
tell(lambda: D(2).sqrt(), prec=12)
tell(lambda: D("1.21E+4").sqrt(), prec=12)
tell(lambda: D("1.05") ** 30, prec=12)
tell(lambda: D("1.10") ** 2, prec=12)
tell(lambda: D("-3") ** -3, prec=12)
tell(lambda: D(10) ** -4, prec=12)
tell(lambda: D(10) ** 40, prec=12)
tell(lambda: divmod(D("-17.5"), 4), prec=12)
tell(lambda: D("1E+9") % 7, prec=5)
tell(lambda: D("120.00").normalize(), prec=5)
tell(lambda: D("1.23456").fma(3, D("0.00001")), prec=5)
tell(lambda: D("123.456").quantize(D("1E-5")), prec=5)
tell(lambda: D(1) / 0)
tell(lambda: D("NaN") + D("Infinity"))
tell(lambda: D("x"))
tell(lambda: D(0.1) > D("0.1"))

# Trapped signals raise with the list of them, and set every flag.
setcontext(Context(prec=3, traps=[Inexact, Rounded, DivisionByZero]))
for operation in (lambda: D(2) / 3, lambda: D("1.000") + 0, lambda: D(5) / 0):
    getcontext().clear_flags()
    try:
        operation()
    except DecimalException as error:
        print(type(error).__name__, error, flags(getcontext()))

# Texts.
setcontext(Context())
for text in ("1E+3", "1.0E-7", "0.000001", "0E-10", "-0", "1234567.891", "٣.١٤", " 1_000 "):
    number = D(text)
    print(repr(number), *(f"{number:{spec}}" for spec in
                          ("", ".2f", ",.2f", "+.3e", "015.1f", "*^14g", ".1%", "<9", ">+9.3G")))
with localcontext(prec=4, capitals=0) as context:
    print(D("12345E+9") + 0, D(1) / 7, context.prec)
print(getcontext().prec, round(D("2.675"), 2), round(D("2.5")), int(D("-7.9")), float(D("1e-3")))

# Ints and floats beside them; keys, sorting, sums.
print(D("2.50") == 2.5, D("2.5") > 2, hash(D("2.50")) == hash(2.5), {D("1.0"): "one"}[1])
print(sorted([D("3.1"), D("-1"), D("2.00"), D("2.0")]), max(D(1), D("1.5")), sum([D("0.1")] * 10))
print([D((1, (3, 1, 4), -2)), D(-7), D(1.25), D([0, [], 3])], D("3.140").as_tuple())
for wrong in ((0, (1, 10), 0), "1.2.3", [], None, (0, (1,), "x")):
    try:
        D(wrong)
    except (InvalidOperation, ValueError, TypeError) as error:
        print(type(error).__name__, error)
for operation in (lambda: D(1) + 1.5, lambda: D(1) < "a", lambda: D(1).quantize(1, "up")):
    try:
        operation()
    except TypeError as error:
        print(error)


class Price(Decimal):
    def __str__(self):
        return f"${self:.2f}"


price = Price("3.456")
print(price, price + 1, type(price + 1).__name__, repr(price), type(copy.copy(price)).__name__)
print(pickle.loads(pickle.dumps(price)), copy.deepcopy([price]), isinstance(price, Decimal))
print(D("1e400") * D("1e-400"), D(1) / D(3) * D("1e30"), D("1" * 60) * D("9" * 60))
