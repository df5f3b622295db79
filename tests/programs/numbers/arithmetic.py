import operator

expressions = r'''
int(b'12')
int(bytearray(b'12'))
int(memoryview(b'12'))
int(bytearray(b'x'))
int(None)
int([])
int(5, 10)
int(base=10)
int()
int(True)
int(1e400)
int(1e20)
float(bytearray(b'1.5'))
float([])
float()
complex(1, 2j)
complex(real=1, imag=2)
True + True, True & False, True | 2, True ^ True, ~5, -True, +True
True == 1, hash(True), {1: 'a'}[True], {1.0: 'b'}[1], {1+0j: 'c'}[1]
1j in {1j}, {1j: 5}[1j], hash(1j) == hash(complex(0, 1))
1 < 2.5, 2**70 < 1e30, 2**53 == float(2**53), 2**53+1 == float(2**53), 1 == 1j*1j*-1
1 < 'a'
1j < 2
1 + 'a'
'a' + 1
1.5 + None
None + 1.5
1 << -1
1 << 2**70
0 << 2**70
1 >> 2**70, -1 >> 2**70, 5 >> 1, -5 >> 1
2**-1, 0**0, (-2)**3, (-2)**-3, (-8)**(1/3), 2**0.5
1/0
1e308*10, -1e308*10, 1e308**2
2.0**10000
10**400 * 1.0
10**400 / 10**399, 10**400/3
float(10**400)
pow(2, -1, 4)
pow(2, 3, 0)
pow(2.0, 3, 5)
pow(2, 3, 5.0)
divmod(-7, 3), divmod(7, -3), divmod(-7.5, 2), -7 // 2, -7 % 3, 7.5 // -2
round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(1350, -2), round(0.5), round(1e300, -300)
round(1.7976931348623157e308, -308)
round('a')
abs(-5), abs(-2.5), abs(3+4j), abs(-True), abs(-2**70)
(5).real, (5).imag, (5).numerator, (5).denominator, (2.5).real, (2.5).imag, (1+2j).real, (1+2j).imag, (1+2j).conjugate(), True.real
operator.index(1.5)
(1).foo
isinstance(True, int), issubclass(bool, int), type(True), type(1), type(1.0), type(1j), int, float
(10**20).__sizeof__(), (1).__sizeof__(), (1.5).__sizeof__() , (5).__getnewargs__(), (1.5).__getnewargs__(), (1j).__getnewargs__()
1_000_000, 0x_ff, 0b1010, 0o17, 1e3, 1_0.5e-3, 1.5j, .5, 5.
[1, 2, 3][True], 'abc'[False]
10**20 // 3, -10**20 // 3, 10**20 % -7, divmod(10**20, -3), 10**20 & 0xffff, -10**20 | 5, 10**20 ^ -1, ~10**20
(1 << 64) - 1, (1 << 64) >> 3, -(1<<64) >> 65, 2**64 == 2.0**64, 12345678901234567890 * 98765432109876543210
1e300*1e10, -1e300*1e10, 1e-320, 1e-400, 4.9e-324/2
0.1*3, 1/3, 2/3, 10/3, 1e100, 123456.789e3, 1.1*1.1, 1.1**10, 3.0**0.5, 100*1.1
~1.5
1.5 | 2
1.5 << 1
1 @ 2
1j // 2
1j % 2
divmod(1j, 2)
round(1j)
int(1j)
float(1j)
1j < 1j
'a' * 2.0
'a' * -1
[1] * True
range(3)[True]
sum(['a'])
(1).__pow__(2, 3), (2).__rpow__(3), (7).__divmod__(2), (7).__rtruediv__(2), (1).__bool__(), (5).__index__(), (5).__ceil__(), (5).__round__(-1), (2.5).__round__(), (2.5).__trunc__(), (-2.5).__floor__(), (2.5).__divmod__(2)
(1).__add__('a'), (1.5).__add__('a'), (1j).__add__('a'), (1).__lt__(1.5), (1.5).__lt__(2), (1.5).__eq__('a'), (1j).__lt__(1)
int.__new__(float, 5)
int.__new__()
int.__new__(5)
float.__new__(int)
bool(1, 2)
float(1, 2)
isinstance(1, float), isinstance(True, bool), issubclass(float, int), type(1) is int, (1).__class__.__name__, type(1.0).__mro__, bool.__mro__, bool.__base__
1e308 + 1e308, -1e308 - 1e308, 1e308 * 1e308 - 1e308*1e308
5 // 2.0, -5 // 2.0, 5 % -3.0, -5 % 3, 5.5 % 1, -0.0 % 5, 0.0 // 5, -1 // 10, 1e-20 // -1
10 ** -2, 10.0 ** 2, (-1) ** 0.5, (-1) ** 2, 0 ** 0.0, (1+1j) ** 2, 2 ** (1+1j), (1+1j) ** -1, (1+1j) ** 0, 1j ** 1j, (2+0j) ** 0.5
100000000000000000000 == 1e20, 2**53 + 1 == 2.0**53, 10**22 == 1e22, 10**23 == 1e23, hash(10**23) == hash(1e23), hash(2**61) , hash(0.1), hash(-0.0), hash(1e300), hash(1+2j), hash(-1.0), hash(2.0**62)
'''

for expression in expressions.strip().splitlines():
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f'{type(error).__name__}: {error}'
    print(f'{expression} -> {result}')
