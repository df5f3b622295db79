import tempfile, os, io, sys, shutil, pathlib
with tempfile.TemporaryDirectory() as d:
    p = os.path.join(d, 'a.txt')
    f = open(p, 'w'); f.write('one\ntwo\n'); f.flush()
    print(open(p).read(), os.path.getsize(p))
    f.write('three\n'); f.close()
    with open(p) as f:
        print(f.readline(), f.tell(), f.readlines())
    with open(p, 'a+') as f:
        f.write('four'); f.seek(0); print(f.read().split())
    with open(p, 'r+') as f:
        print(f.readline()); f.write('X'); 
    print(open(p).read())
    with open(p, 'r+b') as f:
        f.seek(2); print(f.peek(2)[:2], f.read(3), f.tell()); f.truncate(4)
    print(os.stat(p).st_size, os.listdir(d))
    for bad, exc in [((p, 'x'),0), ((d,),0), ((os.path.join(d,'no','a'), 'w'),0), ((os.path.join(d,'no'),),0), ((p,'rw'),0), ((p,'rbt'),0), ((p,'b'),0)]:
        try: open(*bad)
        except (OSError, ValueError) as e: print(type(e).__name__, str(e).replace(d, 'D'))
    os.rename(p, p + '2'); print(os.listdir(d))
    os.makedirs(os.path.join(d, 'x/y/z')); pathlib.Path(d, 'x/y/f').write_text('hi')
    shutil.move(os.path.join(d, 'x'), os.path.join(d, 'w')); print(sorted(os.path.relpath(os.path.join(r, n), d) for r, ds, fs in os.walk(d) for n in ds + fs))
    for op in (lambda: os.mkdir(p + '2'), lambda: os.rmdir(p + '2'), lambda: os.remove(d), lambda: os.rmdir(d), lambda: os.mkdir(p+'/q/r'), lambda: os.rename(p+'q', p+'r'), lambda: os.listdir(p+'2'), lambda: os.stat('')):
        try: op()
        except OSError as e: print(type(e).__name__, str(e).replace(d, 'D'))
    with tempfile.TemporaryFile('w+') as f: f.write('abc'); f.seek(0); print(f.read())
    with tempfile.NamedTemporaryFile('w', dir=d, suffix='.q') as f: print(os.path.exists(f.name), f.name[-2:])
    print(os.path.exists(f.name))
    fd, name = tempfile.mkstemp(dir=d); os.write(fd, b'data'); os.lseek(fd, 1, 0); print(os.read(fd, 2), os.fstat(fd).st_size); os.close(fd)
    try: os.read(fd, 1)
    except OSError as e: print(e)
    print(sorted(os.listdir(d))[0])
r, w = io.BytesIO(b'a\r\nb\rc\n'), io.StringIO()
t = io.TextIOWrapper(r); print(t.readlines(), t.newlines)
t = io.TextIOWrapper(io.BytesIO(b'a\r\nb\rc\n'), newline=''); print(t.readlines())
class R(io.RawIOBase):
    def __init__(self): self.parts = [b'ab', b'c\nd', b'ef\n']
    def readable(self): return True
    def readinto(self, b):
        if not self.parts: return 0
        p = self.parts.pop(0); b[:len(p)] = p; return len(p)
print(io.BufferedReader(R()).readlines(), io.BufferedReader(R()).read(4), io.TextIOWrapper(io.BufferedReader(R())).readlines())
class W(io.RawIOBase):
    def writable(self): return True
    def write(self, b): print('raw', bytes(b)); return len(b)
b = io.BufferedWriter(W()); b.write(b'x'); b.write(b'yz'); print('now'); b.flush()
