def show(evaluate):
    try:
        print(repr(evaluate()))
    except Exception as error:
        print(type(error).__name__, error)


# limits
for f in [lambda: 'a'*10**12, lambda: b'a'*10**12, lambda: bytearray(10**12), lambda: 'abc'.center(10**12), lambda: '%1000000000000d' % 1, lambda: f'{1:1000000000000}', lambda: 'a'.ljust(10**11), lambda: ('a'*10**6).replace('a','b'*10**6), lambda: ('a'*1000).join(['x']*10**3)[:5], lambda: bytes(10**30), lambda: 'x'.zfill(10**18), lambda: '{:>{}}'.format('a', 10**12), lambda: 'a' * -5, lambda: len(('ab'*10**6)), lambda: '%*d' % (10**12, 1)]: show(f)
import re, json
show(lambda: json.loads('['*100000))
show(lambda: json.loads('[' * 500 + ']' * 500)[0] is not None)
def deep():
    x = []
    for i in range(100000): x = [x]
    return json.dumps(x)
show(lambda: re.match('(a*)*b', 'a'*25))
show(lambda: re.compile('('*1000 + ')'*1000))
show(lambda: re.match('(?:' * 100 + 'a' + ')' * 100, 'a'))
show(lambda: re.search('(.)(.)(.)', 'aé😀').regs)
import io
class P(str):
    def __new__(cls, x): return super().__new__(cls, x)
    def __init__(self, x): self.n = len(x)
p = P('hello'); show(lambda: (p, p.n, p.upper(), p[1:], p + 'x', 'x' + p, p*2, p == 'hello', 'hello' == p, {p: 1}['hello'], {'hello':1}[p], sorted([p,'abc']), p in ['hello'], '-'.join([p,'a']), isinstance(p.strip(), P), str(p), type(str(p)).__name__, repr(p), f'{p}', '%s' % p, p.encode()))
class B2(bytes):
    def __new__(cls, *a): o = super().__new__(cls, *a); o.tag = 1; return o
b = B2(b'abc'); show(lambda: (b, b.tag, b[0], b[1:], b+b'd', b == b'abc', b.decode(), {b:1}[b'abc'], bytes(b), type(bytes(b)).__name__))
class IntLike:
    def __int__(self): return 42
    def __index__(self): return 7
    def __float__(self): return 1.5
    def __bool__(self): return False
show(lambda: '%d %x %f %s' % (IntLike(), IntLike(), IntLike(), 'a'))
show(lambda: '%c' % IntLike())
show(lambda: 'abc'.ljust(IntLike(), '.'))
show(lambda: bytes(IntLike()))
show(lambda: bytes([IntLike(), 3]))
show(lambda: b'abc'[IntLike():])
show(lambda: 'a'.replace('a','b',IntLike()))
class M:
    def __getitem__(self, k): return k.upper()
    def keys(self): return ['a']
show(lambda: '%(a)s-%(b)5s' % M())
show(lambda: '{a} {b}'.format_map(M()))
show(lambda: 'abc'.translate(M2()))
class M2:
    def __getitem__(self, k):
        if k == 97: return 'AA'
        if k == 98: return None
        raise LookupError
show(lambda: 'abc'.translate(M2()))
show(lambda: 'abc'.translate([0]*97+['q']))
from collections import defaultdict, OrderedDict
show(lambda: json.dumps(OrderedDict(a=1)))
show(lambda: json.dumps(defaultdict(int, a=1)));
import enum
class C(enum.IntEnum): A=1
class CS(str, enum.Enum): A='x'
show(lambda: json.dumps([C.A, {C.A: CS.A}]))
show(lambda: f'{C.A} {CS.A.value} {C.A:5d}')
show(lambda: str(ValueError('é', 1)))
show(lambda: repr(ValueError('x')))
show(lambda: str(KeyError('k')))
show(lambda: 'é'.encode('utf-16').decode('utf-16'))
show(lambda: ''.join(reversed('añb')))
show(lambda: 'straße'.casefold() == 'STRASSE'.casefold())
show(lambda: [ord(c) for c in '\U0001F600é'])
show(lambda: 'a' < 'B' < 'c')
show(lambda: min('b','a'))
show(lambda: 'x'.__class__)
show(lambda: type('') is str)
show(lambda: hash('a') == hash('a'))
show(lambda: 'abc'.__sizeof__() > 0)
show(lambda: '' in '')
show(lambda: 'a b c'.split(' ', 1))
show(lambda: 'A-B'.swapcase())
show(lambda: "x".join(c for c in "abc"))
show(lambda: '%s' % ('a',))
show(lambda: '%s %%' % 5)
show(lambda: '%(x)d%%' % {'x': 5})
show(lambda: '{0!r:>10}|{0!s:<5}|'.format('a'))
show(lambda: '{:%Y}'.format(5))
show(lambda: 'a{0}{1}{0}'.format('x','y'))
show(lambda: f"{'a' 'b'}" f'{3!r}')
show(lambda: f'{1+1=}')
show(lambda: f'{"x"=!s:>5}')
show(lambda: f'{3.0:{5}.{2}}')
