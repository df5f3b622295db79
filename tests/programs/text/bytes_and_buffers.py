def show(evaluate):
    try:
        print(repr(evaluate()))
    except Exception as error:
        print(type(error).__name__, error)


import sys
for T in (bytes, bytearray):
  for w in [b'hello world', b'', b'  pad  ', b'a\tb\nc\r\nd', b'Title Case', b'123', b'abc\xff\x00"', b"it's", b'aXbXc']:
    w = T(w)
    for m in 'capitalize lower upper title swapcase isalnum isalpha isascii isdigit islower isspace istitle isupper split rsplit splitlines strip lstrip rstrip __repr__ __len__ expandtabs hex'.split():
        show(lambda: (m, getattr(w, m)()))
    show(lambda: w.decode())
    show(lambda: w.decode('latin-1'))
    show(lambda: w.decode('ascii','replace'))
    show(lambda: w.decode('utf-8','backslashreplace'))
    show(lambda: w.decode('ascii','surrogateescape'))
    show(lambda: w.decode('utf-16','replace'))
    show(lambda: w.center(20))
    show(lambda: w.center(21,b'*'))
    show(lambda: w.ljust(20))
    show(lambda: w.rjust(19))
    show(lambda: w.zfill(15))
    show(lambda: w[1:4])
    show(lambda: w[::-1])
    show(lambda: w[0])
    show(lambda: w[-1])
    show(lambda: w[100])
    show(lambda: list(w))
    show(lambda: w.partition(b' '))
    show(lambda: w.rpartition(b' '))
    show(lambda: w.replace(b'a',b'XX'))
    show(lambda: w.replace(b'',b'-'))
    show(lambda: w.replace(b'',b'-',2))
    show(lambda:w.count(b''))
    show(lambda:w.count(97))
    show(lambda: w.find(b's'))
    show(lambda: w.rfind(104))
    show(lambda: w.index(b'zz'))
    show(lambda: w.startswith((b'he',b'x')))
    show(lambda: w.endswith(b'd'))
    show(lambda: w.split(b'l'))
    show(lambda: w.rsplit(b'l',1))
    show(lambda: w.split(None,1))
    show(lambda: w.splitlines(True))
    show(lambda: w.strip(b'h d'))
    show(lambda: w*3)
    show(lambda: 2*w)
    show(lambda: w+b'!')
    show(lambda: b'l' in w)
    show(lambda: 108 in w)
    show(lambda: w<b'i')
    show(lambda: w==b'hello world')
    show(lambda: w=='a')
    show(lambda: w.removeprefix(b'he'))
    show(lambda: w.translate(None,b'l'))
    show(lambda: w.translate(bytes.maketrans(b'abc',b'xyz')))
    show(lambda: w.hex(':'))
    show(lambda: w.hex('-',2))
    show(lambda: w.hex('-',-2))
    show(lambda: T.fromhex('00 ff 1a'))
    show(lambda: w.join([b'1',b'2']))
for f in [lambda: bytes(3), lambda: bytes([1,2,255]), lambda: bytes([256]), lambda: bytes(['a']), lambda: bytes('a'), lambda: bytes('é','utf-8'), lambda: bytes(-1), lambda: bytes(1.5), lambda: bytes(10**12), lambda: bytes(range(5)), lambda: bytes(bytearray(b'x')), lambda: bytes(memoryview(b'xyz')[1:]), lambda: b'a'+'b', lambda: b'a'*'b', lambda: 'a' in b'a', lambda: 300 in b'a', lambda: b'%d %s %b' % (5, b'x', b'y'), lambda: b'%s' % 'a', lambda: b'%c' % 65, lambda: b'%c' % b'z', lambda: b'%r' % 'é', lambda: b'%x' % 255, lambda: b'%.2f' % 3.14159, lambda: b'%(a)s' % {b'a': b'v'}, lambda: b','.join(['a']), lambda: bytes.fromhex('zz'), lambda: b'\xff'.decode(), lambda: b'\xe2\x82'.decode(), lambda: b'a\x80b'.decode(), lambda: b'\xff'.decode('ascii'), lambda: b'abc'.find('a'), lambda: b'a'.startswith('a'), lambda: hash(b'a')==hash(b'a'), lambda: {b'a':1}[b'a'], lambda: hash(bytearray()), lambda: b'ab' == bytearray(b'ab'), lambda: bytes(b for b in b'abc'), lambda: b'abc'.__bytes__()]:
    show(f)
ba = bytearray(b'hello')
def do(code):
    try: exec(code, globals()); print(code, ba)
    except BaseException as e: print(code, type(e).__name__, e)
for c in ["ba.append(33)","ba.append(256)","ba.append('a')","ba.extend(b'xyz')","ba.extend([1,2])","ba.extend(5)","ba.insert(0,65)","ba.insert(-1,66)","ba.pop()","ba.pop(0)","ba.pop(100)","ba.remove(101)","ba.remove(0)","ba.reverse()","ba[0]=90","ba[1:3]=b'long'","ba[::2]=b'x'","ba[0]=300","ba[1:1]=[1,2,3]","del ba[0]","del ba[1:3]","del ba[::2]","ba+=b'zz'","ba*=2","ba.clear()","ba=bytearray(3)","ba[5]","ba=bytearray('é','utf8')","ba=bytearray()","ba.pop()","ba[0]=1","ba += 5","ba = bytearray(b'abc').copy()","ba[:]=ba","ba = ba + b'x'"]: do(c)
m = memoryview(bytearray(b'hello world'))
for f in [lambda: m[0], lambda: m[1:4].tobytes(), lambda: m[::2].tobytes(), lambda: m[::-1].tobytes(), lambda: len(m), lambda: m.tolist(), lambda: m.format, lambda: m.itemsize, lambda: m.nbytes, lambda: m.readonly, lambda: memoryview(b'x').readonly, lambda: m == b'hello world', lambda: bytes(m), lambda: m.hex(), lambda: memoryview(bytes(8)).cast('I').tolist(), lambda: memoryview('a'), lambda: m[100], lambda: m.shape, lambda: m.ndim, lambda: list(m[:3]), lambda: m.obj, lambda: bytes(m[1:3]), lambda: b''.join([m, m[:1]]), lambda: 104 in m]: show(f)
def seti(): m[0] = 72; m[1:3] = b'EE'; return m.obj
show(seti)
def bad(): m[0:2] = b'xyz'
show(bad)
def bad2(): memoryview(b'abc')[0] = 1
show(bad2)
def rel():
    with memoryview(b'abc') as v: a = v[0]
    return a, v[0]
show(rel)
class B:
    def __bytes__(self): return b'B!'
show(lambda: bytes(B()))
show(lambda: b'%b' % B())
show(lambda: bytes(5 for _ in range(3)))
class BS(bytes): pass
show(lambda: (BS(b'abc'), BS(b'abc')[0], BS(b'a')+b'b', type(BS.fromhex('00')).__name__, BS(b'a')==b'a'))
class BA(bytearray): pass
def sub():
    b = BA(b'abc'); b.append(100); b += b'x'; return type(b).__name__, bytes(b), b[0], len(b), b == b'abcdx'
show(sub)
for enc in ['utf-8','utf-16','utf-16-le','utf-16-be','utf-32','utf-32-be','latin-1','ascii','utf-8-sig','unicode_escape','raw_unicode_escape','cp1252','koi8-r','iso8859-15','rot13','hex','cp437']:
    show(lambda: (enc, 'héllo'.encode(enc)))
    show(lambda: 'héllo'.encode(enc).decode(enc))
    show(lambda: 'a€😀\n'.encode(enc,'replace'))
