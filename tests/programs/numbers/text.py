expressions = r'''
int('z', 36)
int('1', 1)
int(float('nan'))
int('9'*4301)
str(10**5000)
len(str(10**4299))
float('x')
complex('1+2j')
complex('x')
MyInt.from_bytes(b'\x01\x02', 'big')
MyFloat.fromhex('0x1.8p3')
type(MyFloat.fromhex('0x1.8p3'))
hash(2**61-1), hash(-1), hash(1.5), hash(float('inf')), hash(10**30)
round(float('nan'))
round(float('inf'))
(5).bit_length(), (2**70).bit_count(), (5).to_bytes(), (300).to_bytes(2, 'little'), (-5).to_bytes(4, 'big', signed=True)
(300).to_bytes(1)
(-1).to_bytes(2)
(5).to_bytes(2, 'middle')
(5).to_bytes(-1)
int.from_bytes(b'\xff\xfe', 'big'), int.from_bytes(b'\xff\xfe', 'little', signed=True), int.from_bytes([1, 2, 3]), int.from_bytes(x for x in [1,2])
int.from_bytes(5)
int.from_bytes([300])
int.from_bytes('ab')
float('inf').as_integer_ratio()
(2.5).hex(), float.fromhex('0x1.4p1'), float.fromhex('  -0x1p-1074 '), float.fromhex('inf'), float.fromhex('1.8'), (5e-324).hex(), (-0.0).hex()
float.fromhex('x')
float.fromhex('0x1p2000')
1e16, 1e15, 123456789012345680.0, 1e-5, 0.0001, 1.0, -0.0, float('inf'), float('nan'), 1e22, 5e-324, 1.7976931348623157e308, 0.1+0.2
1e16j, -1j, complex(-0.0, 1), complex(0, -0.0), complex(float('nan'), float('inf')), 1+0j, (1.5-2.5j)
f'{3.14159:.2f} {42:05d} {255:#x} {255:#010b} {1234567:,} {1234567.891:,.2f} {0.25:%} {1e10:g} {123:>10}|{123:<10}|{123:^10}|{-5:=+5}|{True:d}|{True}|{1.5:10}|{"a":*^9}'
f'{1234567:_} {255:_b} {0xdeadbeef:_x} {1.5:e} {1.5:E} {1e-10:G} {float("nan"):f} {float("inf"):F} {3+4j:.1f} {65:c}'
format(1.5, 'd')
format(1, 's')
format('a', 'd')
format(1, '.2')
format(1, ',x')
format(1, ',_')
format(1, 'abc')
format(True, 's')
format([], 'x')
format(5, '1000000000000000000000')
len(format(5, '1000'))
format(1.5, '.2147483648f')
sum([0.1]*3), sum([1e16, 1, -1e16]), sum([Fraction(1,2), 1])
bin(1.5)
int('0b101', 0), int('0x_ff', 16), int(' 12 '), int('1_000'), int('-0b1', 2), int('٣')
int('0b12', 2)
int('010', 0)
int('1__0')
1 if 0.0 else 2, not 0j, not 1j, bool(float('nan'))
float('nan') == float('nan'), float('nan') != float('nan'), float('inf') > 10**400, -float('inf') < -10**400
max(float('nan'), 1), min(1, float('nan'))
int.__eq__(1, 1), int.__ne__(1, 2), bool.__and__(True, False), float.__hash__(1.5), int.__hash__(5), int.__repr__(5), int.__str__(5), float.__repr__(2.5), bool.__repr__(True)
True.bit_length(), True.real, True.numerator, True.conjugate(), (True).__index__(), int(True), float(True), str(True), True + 1.5, True * 'ab', ~True
(0.1).hex(), float.fromhex('0x0.8'), float.fromhex('1p-3'), float.fromhex('-nan') != 0
'%d' % 3.7, '%x' % 255, '%o' % 8, '%e' % 12345.678, '%g' % 1e-5, '%G' % 1e20, '%5.1f|%-8d|%+d|%05d|% d' % (3.14159, 5, 5, 5, 5), '%c%c' % (65, 'b'), '%i' % True, '%.3s' % 'abcdef', '%#x %#o' % (255, 8), '%r' % 1.0, '%%'
'%d' % '3'
'%x' % 3.5
'%f' % 'a'
'{:d}'.format(5), '{:.2f}'.format(2.675), '{:>{w}}'.format(5, w=5), '{!r:>5}'.format(1.5), '{0:x}{0:o}{0:b}'.format(10), '{:n}'.format(1234567), '{:,}'.format(-1234567.5), '{:e}'.format(0), '{:g}'.format(0.0001), '{:g}'.format(123456789), '{:.0f}'.format(0.5), '{:.0f}'.format(1.5), '{:%}'.format(0.125), '{:.1%}'.format(1/3)
format(0.0, '.1e'), format(-0.0, 'z.1f'), format(1e100, 'f')[:10], format(1.5, 'n'), format(12345.6789, '012,.2f'), format(-5, '^8'), format(5, '<3') + '|', format(True, '5'), format(3.0, ''), format(1e16, '.0f'), format(0.1, '.20f'), format(1.0, '#.0f'), format(5, '+,d'), format(1234, '#_x'), format(float('nan'), '010'), format(-float('inf'), '+10.2f')
str(1e23), str(9007199254740993.0), str(123456789012345678.0), str(0.00001234), str(1.0e-310), repr(2**0.5), repr(1e21), repr(-1e-7), repr(100.0), repr(1e5)
[float(s) for s in ('1', ' 1.5 ', '1e3', '-.5', '+1.', 'inf', '-Infinity', '1_0.0_1', '1E-5', '0x1' if False else '1')]
float('1e')
float('1__0')
float('0x1')
float('')
float('1 2')
int('')
int(' ')
int('-')
int('0x')
int('1.5')
int('１２')
'''

for expression in expressions.strip().splitlines():
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f'{type(error).__name__}: {error}'
    print(f'{expression} -> {result}')
