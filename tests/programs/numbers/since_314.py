# python: 3.14
import math


class E:
    pass


expressions = r'''
complex(1, 'x')
complex('1', 2)
complex([])
0**-1
0.0**-1
0j**-1
1//0
1%0
divmod(1,0)
1.0//0
1.0%0
divmod(1.0,0)
1j/0
(5).as_integer_ratio(), (2.5).as_integer_ratio(), (-0.1).as_integer_ratio(), (0.0).as_integer_ratio(), (5).is_integer(), (5.5).is_integer()
format(12345.678, '.4_f'), format(12345.67891, ',.5,f'), format(1.5, '.10_')
math.sqrt(-1)
math.log(0)
math.log(-1.5)
math.log(1, 1)
math.acos(2)
math.gamma(-1)
math.sin(float('inf'))
sum([1,2,3]), sum([0.1]*10), sum([1, 2.5]), sum([1j, 2]), sum([True, True]), max(1, 2.5), min([3, 1, 2]), sorted([3, 1.5, -2, True])
complex(E())
'''

for expression in expressions.strip().splitlines():
    try:
        result = repr(eval(expression))
    except Exception as error:
        result = f'{type(error).__name__}: {error}'
    print(f'{expression} -> {result}')
