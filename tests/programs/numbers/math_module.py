import cmath
import math
from fractions import Fraction

expressions = r'''
math.sqrt('a')
math.sqrt(None)
math.exp(1000)
math.factorial(-1)
math.factorial(2.0)
math.factorial(10**30)
math.gcd(1.5)
math.comb(-1, 2)
math.isqrt(-1)
math.isqrt(1.0)
math.fsum(['a'])
math.prod([1,2,3]), math.prod([1.5, 2]), math.prod([]), math.prod([2], start=5), math.prod(x for x in [2,3]), math.prod([Fraction(1,2), 4]), math.prod(['a', 3]) if False else 0
math.prod([[1], 2])
math.dist([1],[1,2])
math.trunc('a')
math.floor('a')
math.isclose(1, 2, rel_tol=-1)
math.copysign(1, -0.0), math.fmod(-7, 3), math.remainder(7, 4), math.modf(2.5), math.modf(-0.0), math.frexp(8), math.ldexp(0.5, 4), math.nextafter(1, 2), math.ulp(1.0), math.nextafter(0, -1)
math.fmod(1, 0)
math.ldexp(1, 5000)
math.ldexp(1, 2.0)
math.sin(1), math.cos(1), math.tan(1), math.asin(0.5), math.acos(0.5), math.atan(1), math.atan2(1, -1), math.sinh(1), math.cosh(1), math.tanh(1), math.asinh(1), math.acosh(2), math.atanh(0.5)
math.pow(2, 0.5), math.pow(0, 0), math.pow(-8, 1/3) if False else 0
math.pow(-8, 1/3)
math.pow(0, -1)
math.degrees(math.pi), math.radians(180), math.e, math.tau, math.inf, math.nan
math.sumprod([1,2,3],[4,5,6]) if hasattr(math, 'sumprod') else 32
cmath.sqrt('a')
cmath.log(0)
cmath.isclose(1+1j, 1+1j)
'''

for expression in expressions.strip().splitlines():
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f'{type(error).__name__}: {error}'
    print(f'{expression} -> {result}')
