import weakref, gc
class D:
    def __init__(s,n): s.n=n
    def __del__(s): print('del',s.n)
d=D(1)
del d
print('after')
d=D(2); e=d
del d
print('still')
del e
print('gone')
def f():
    x=D(3)
    print(x.n)
    del x
    print('f done')
f()
class N: pass
n=N(); r=weakref.ref(n, lambda r: print('callback'))
print(r() is n)
del n
print(r())
n=N(); n.me=n; r=weakref.ref(n)
del n
print(r() is None)
gc.collect()
print(r() is None)
def g():
    try: yield 1
    finally: print('closed')
x=g(); next(x)
del x
print('end')
# resurrection and cycles with weakrefs in finalizers
class W:
    def __init__(s,o): s.r=weakref.ref(o); s.o=o; s.me=s
    def __del__(s): print('W', s.r() is None, s.o is not None)
w=W(N()); del w
gc.collect(); gc.collect()
print('x')
