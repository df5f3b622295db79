from datetime import datetime, date, timedelta, timezone, time
from decimal import Decimal, getcontext
from fractions import Fraction
d = datetime(2024, 2, 28, 23, 30)
print(d + timedelta(hours=1), d.isoformat(), d.strftime("%Y/%m/%d %H:%M %A"), d.weekday())
print(date(2024, 3, 1) - date(2024, 2, 1), (d - datetime(2024, 1, 1)).days, timedelta(days=1, seconds=90))
print(datetime.fromisoformat("2024-05-06T07:08:09+02:00").astimezone(timezone.utc), time(1, 2, 3))
print(datetime.strptime("06 May 2024", "%d %b %Y").date(), date.today() > date(2020, 1, 1))
print(Decimal("0.1") + Decimal("0.2"), Decimal(1) / Decimal(3), Decimal("1.10").quantize(Decimal("0.1")))
getcontext().prec = 5
print(Decimal(2).sqrt(), Decimal("1e10") * 3)
print(Fraction(1, 3) + Fraction(1, 6), Fraction("0.125"), Fraction(3.5), Fraction(7, 3) // 1)
