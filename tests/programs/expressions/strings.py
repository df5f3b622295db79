# Literals, escapes, slices, methods.
s = "héllo\twörld\n"
print(repr(s), len(s), s.upper().strip(), s[1], s[-2], s[::-1].strip())
print('it\'s', "say \"hi\"", r"raw\n", b"bytes\x00\xff", "a" "b" 'c')
print("""three
lines
here""")
print("a,b,,c".split(","), " a  b ".split(), "a-b-c".rsplit("-", 1), "x".join("abc"))
print("abc".find("c"), "abc".find("z"), "abcabc".count("bc"), "abc".replace("b", "B"))
print("Hello"[1:3], "Hello"[:-1], "Hello"[::2], "Hello"[10:], "ab" * 3)
print("abc" < "abd", "Z" < "a", "a" == "a", "abc".startswith(("x", "ab")), "abc".endswith("c"))
print("title case".title(), "Swap".swapcase(), "cap".capitalize(), "x".center(5, "*"), "7".zfill(3))
print("%s is %d years, %.2f%% %r %5d|%-5s|%05.1f" % ("Bob", 42, 99.5, "q", 7, "ab", 3.14159))
print("{} {1} {name}".format if False else "{0} {1} {name!r:>6} {0:>4}".format(1, 2, name="n"))
print("abc".isalpha(), "12".isdigit(), "a1".isalnum(), " ".isspace(), "Abc".istitle())
print(ord("€"), chr(8364), "€".encode(), b"\xe2\x82\xac".decode(), ascii("é€"))
print("one\ntwo\r\nthree".splitlines(), "k=v=w".partition("="), "k=v=w".rpartition("="))
print("  x ".lstrip() + "|", "xxabxx".strip("x"), "prefix-body".removeprefix("prefix-"))
print("a\tb".expandtabs(4), "abc".translate(str.maketrans("ab", "xy")))
