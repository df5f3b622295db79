import logging, io, sys, os, tempfile, pathlib
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
log = logging.getLogger("app.part")
log.addHandler(handler)
log.setLevel(logging.INFO)
log.debug("hidden")
log.info("hello %s", "world")
log.warning("careful %d", 5)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
lines = stream.getvalue().splitlines()
print(lines[:3], lines[-1])
path = os.path.join(tempfile.gettempdir(), "airlock_test_file.txt")
with open(path, "w") as f:
    print(f.write("line one\nline two\nünï\n"))
with open(path) as f:
    print(f.readline(), f.read().splitlines(), f.read() == "")
with open(path, "a") as f:
    f.write("more\n")
with open(path, "rb") as f:
    print(len(f.read()))
print([line.strip() for line in open(path)], os.path.exists(path), os.path.getsize(path))
os.remove(path)
try:
    open(path)
except FileNotFoundError as error:
    print(error.errno, error.strerror)
p = pathlib.PurePosixPath("/a/b") / "c.txt"
print(p, p.name, p.suffix, p.parent, p.parts, os.path.splitext("x.tar.gz"), os.path.basename("/q/w"))
print("to stderr", file=sys.stderr)
sys.stdout.write("written\n")
print(1, 2, 3, sep="-", end="!\n", flush=True)
