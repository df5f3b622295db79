"""`decimal` knows no limit of 4,300 digits; `str` and `int` of ints do."""
from decimal import Context, Decimal, localcontext
from fractions import Fraction

big = Decimal(10 ** 5000 + 7)
print(len(str(big)), big.is_signed(), int(big) == 10 ** 5000 + 7, big.adjusted())
with localcontext(Context(prec=6000)):
    product = Decimal(10 ** 4999 + 1) * 3
    print(str(product)[:3], str(product)[-3:], product.as_tuple().digits[-1], (Decimal(2) ** 16000).adjusted())
    print(Fraction(Decimal(1).scaleb(-4999)) == Fraction(1, 10 ** 4999), hash(big) == hash(10 ** 5000 + 7))
for convert in (lambda: str(10 ** 5000), lambda: int('1' * 5000)):
    try:
        convert()
    except ValueError as error:
        print(str(error)[:24])
