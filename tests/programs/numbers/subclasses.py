import math
import operator
from fractions import Fraction
class I:
    def __index__(self): return 5
class T:
    def __int__(self): return 7
class TB:
    def __int__(self): return 'x'
class F:
    def __float__(self): return 2.25
class FB:
    def __float__(self): return 1
class C:
    def __complex__(self): return 1+2j
class MyInt(int):
    def __repr__(self): return 'MyInt(%d)' % int(self)
class MyFloat(float): pass
class MyC(complex): pass
class R:
    def __round__(self, n=None): return ('r', n)
    def __floor__(self): return 'fl'
    def __ceil__(self): return 'ce'
    def __trunc__(self): return 'tr'
class Fmt:
    def __format__(self, s): return 'F<%s>' % s
class N(int):
    def __add__(self, o): return 'add'
    def __radd__(self, o): return 'radd'
    def __eq__(self, o): return 'eq'
    def __hash__(self): return 7
    def __index__(self): return 99
    def __int__(self): return 98
    def __str__(self): return 'S'
    def __format__(self, s): return 'fmt' + s
class G(float):
    def __lt__(self, o): return 'lt'
    def __float__(self): return 1.0
    def __repr__(self): return 'G!'
class V:
    def __init__(s, v): s.v = v
    def __add__(s, o): return ('add', o)
    def __radd__(s, o): return ('radd', o)
    def __iadd__(s, o): s.v += o; return s
    def __rpow__(s, o, m=None): return ('rpow', o, m)
    def __pow__(s, o, m=None): return ('pow', o, m)
    def __rdivmod__(s, o): return ('rdivmod', o)
    def __rlshift__(s, o): return ('rl', o)
    def __eq__(s, o): return ('eq', o)
    def __lt__(s, o): return ('lt', o)
    def __gt__(s, o): return ('gt', o)
    def __rtruediv__(s, o): return ('rt', o)
    def __bool__(s): return False
    def __neg__(s): return 'neg'
    def __abs__(s): return 'abs'
    def __complex__(s): return 3j
class Bad:
    def __bool__(self): return 1
class BadI:
    def __index__(self): return 'x'
class E: pass

expressions = r'''
int(T())
int(I())
int(TB())
int(F())
int('12', I())
float(F())
float(I())
float(FB())
float(MyInt(3))
complex(C())
complex(F())
complex(I(), F())
complex(MyC(1,2))
type(MyC(1,2)), MyC(1,2) + 1
type(MyInt(5)), MyInt(5) + 1, MyInt(5), str(MyInt(5)), f'{MyInt(5)}', f'{MyInt(5):>5}'
type(MyFloat(5)), MyFloat(5) + 1, MyFloat(5)
MyInt('12')
bool([]), bool([1]), bool(R()), bool(0.0), bool('')
pow(3, 5, 7), pow(3, -1, 7), pow(2, 5, -7), pow(-2, 3, 7), pow(5, 0, 1), pow(I(), 2) if False else 0
round(2.5, None), round(5, I()), round(2.567, I())
round(R()), round(R(), 2), math.floor(R()), math.ceil(R()), math.trunc(R())
(5).to_bytes(I(), byteorder='big')
format(Fmt(), 'abc'), format(5, ''), format(MyInt(5), ''), format(MyInt(5), 'x'), format(1e5, '')
math.log(10, 10), math.log(8, 2), math.log(2**1000), math.log10(1000), math.log2(8), math.log(10**500, 10), math.log(F())
math.factorial(20), math.factorial(30), math.factorial(I()), math.factorial(0)
math.gcd(), math.gcd(12, 18), math.gcd(12, 18, 27), math.gcd(-4), math.lcm(4, 6), math.lcm(), math.lcm(0, 5), math.gcd(I(), 10), math.lcm(I(), 2)
math.comb(5, 2), math.comb(100, 50), math.comb(2, 5), math.perm(5, 2), math.perm(5), math.comb(I(), 2), math.isqrt(17), math.isqrt(10**40), math.isqrt(I())
math.fsum([0.1]*10), math.fsum(x/10 for x in range(10)), math.fsum([1e16, 1, -1e16]), math.fsum([F(), 1])
math.hypot(3, 4), math.hypot(), math.hypot(1, 2, 3), math.hypot(F(), 1), math.dist([1,2],[4,6]), math.dist((F(),),(1,)), math.dist((x for x in [1,2]), [1,2])
math.floor(2.7), math.ceil(2.1), math.trunc(-2.7), math.floor(5), math.floor(True), math.ceil(F()), math.floor(Fraction(7,2))
math.isclose(1, 1+1e-10), math.isclose(1, 2, rel_tol=0.5), math.isclose(0, 1e-10, abs_tol=1e-9), math.isclose(F(), 2.25)
cmath.sqrt(-1), cmath.exp(1j*cmath.pi), cmath.phase(1j), cmath.polar(1+1j), cmath.rect(1, 2), cmath.log(-1), cmath.sqrt(C()), cmath.sqrt(F()), cmath.inf, cmath.infj, cmath.nanj
operator.index(I()), operator.index(True)
[0]*I(), 'ab'[I():], list(range(I())), (1).__add__(2), (1).__add__(1.0), (1.0).__radd__(2), int.__add__(1, 2), (1).__lt__(2), (1).__eq__('a')
bin(10), oct(8), hex(-255), bin(-5), hex(2**70), bin(True), chr(65), ord('a'), hex(I())
N(5) + 1, 1 + N(5), N(5) == 5, 5 == N(5), int(N(5)), [0]*3, f'{N(5)}', f'{N(5):x}', str(N(5)), '%s %d' % (N(5), N(5)), N(5) - 1, -N(5), hash(N(5)), {N(5): 1}
G(2) < 1, 1 > G(2), float(G(2)), G(2) + 1, repr(G(2)), f'{G(2)}', f'{G(2):.1f}', str(G(2)), round(G(2.5)), '%.1f' % G(2)
bool(Bad())
[1][BadI()]
int(BadI())
float(E())
-E()
E() + 1
1 - E()
1 ** E()
divmod(1, E())
1 < E()
abs(E())
round(E())
sum([V(1)], 5)
'''

for expression in expressions.strip().splitlines():
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f'{type(error).__name__}: {error}'
    print(f'{expression} -> {result}')
