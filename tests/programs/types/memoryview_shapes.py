# python: 3.14. Views of several dimensions, and of none: shapes, indices, orders, refusals.
import array
def t(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)
b = bytearray(range(24))
m = memoryview(b).cast('B', [2,3,4])
print(m.ndim, m.shape, m.strides, m.nbytes, m.itemsize, len(m), m.c_contiguous, m.f_contiguous, m.contiguous, m.suboffsets)
print(m.tolist(), m[1,2,3], m[-1,-1,-1])
m[0,1,2] = 99; print(b[6])
print(m.tobytes() == bytes(b), m.tobytes('F'), m.tobytes(order='A')==bytes(b))
for f in [lambda: m[0], lambda: m[0,1], lambda: m[0,1,2,3], lambda: m[2,0,0], lambda: m[0,3,0], lambda: m[0:1,0:1], lambda: m['a'], lambda: list(m),
          lambda: m[1:].tolist(), lambda: m[::-1].tolist(), lambda: m[::-1].strides, lambda: m[::-1].cast('B'), lambda: m.cast('B').shape, lambda: m.cast('H', [3,4]), lambda: m.cast('B',[24]).tolist(),
          lambda: memoryview(b).cast('B',[5,5]), lambda: memoryview(b).cast('H',(3,4)).tolist(), lambda: memoryview(b).cast('B',3), lambda: memoryview(b).cast('B',['a']), lambda: memoryview(b).cast('B',[-1,24]), lambda: memoryview(b).cast('B',[1]*65),
          lambda: m == memoryview(b).cast('B',[2,3,4]), lambda: m == memoryview(b), lambda: m == memoryview(b).cast('B',[4,3,2]), lambda: m.hex()[:10]]: t(f)
z = memoryview(b'\x05').cast('B', [])
print(z.ndim, z.shape, z.strides, z[()], z.tolist(), z.tobytes(), z.nbytes)
for f in [lambda: len(z), lambda: z[0], lambda: z[...] is z, lambda: list(z), lambda: z == memoryview(b'\x05'), lambda: z.cast('B').shape, lambda: hash(z)==hash(b'\x05'), lambda: memoryview(b'').cast('I').shape]: t(f)
w = memoryview(bytearray(8)).cast('d', []); w[()] = 2.5; print(w[()], w.tolist())
def s(): m[0:1] = b'x'*12
t(s)
print(memoryview(array.array('d',[1,2,3,4])).cast('B').cast('d',[2,2]).tolist(), memoryview(b'abc')[::2].tobytes('F'))
