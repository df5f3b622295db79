import string, textwrap, pprint, io, base64, struct, hashlib, copy, bisect, heapq, difflib, csv, urllib.parse
print(string.ascii_lowercase[:5], string.Template("$a ${b}").substitute(a=1, b=2), string.capwords("a bc"))
print(textwrap.fill("The quick brown fox jumps over the lazy dog", 20))
print(textwrap.dedent("  a\n    b\n"), textwrap.indent("x\ny", "> "), textwrap.shorten("hello wide world", 12))
pprint.pprint({"key": list(range(30)), "other": {"nested": "x" * 50}})
print(base64.b64encode(b"hello"), base64.b64decode("aGVsbG8="), struct.pack("<IhB", 1, -2, 3), struct.unpack(">H", b"\x01\x02"))
a = [1, [2, 3]]
b = copy.deepcopy(a)
b[1].append(4)
print(a, b, copy.copy(a)[1] is a[1])
h = []
for n in (5, 1, 3):
    heapq.heappush(h, n)
print(heapq.heappop(h), heapq.nlargest(2, [1, 9, 5]), bisect.bisect([1, 3, 5], 3), heapq.nsmallest(1, h))
print(list(csv.reader(io.StringIO('a,"b,c"\n1,2\n'))), difflib.get_close_matches("appel", ["ape", "apple"]))
print(urllib.parse.quote("a b/ü"), urllib.parse.urlparse("https://x.org/p?q=1#f").netloc, urllib.parse.parse_qs("a=1&b=2"))
out = io.StringIO()
w = csv.writer(out)
w.writerow(["x", 'q"t', 3])
print(repr(out.getvalue()))
f = io.BytesIO(b"abc")
print(f.read(2), f.tell(), f.getvalue())
