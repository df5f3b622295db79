"""What is known of characters: names, forms, mappings."""
import re
import unicodedata as u

print("\N{BULLET} \N{latin small letter e with acute} \N{CJK UNIFIED IDEOGRAPH-4E00} \N{HANGUL SYLLABLE GAG}")
print(f"\N{SNOWMAN}{1 + 1}\N{NO-BREAK SPACE}|", "\N{LF}" == "\n", rb"\N{x}", r"\N{x}")
print([u.name(c, None) for c in "aé漢각\0\u2028\U0001f600\uf900"])
for name in ("EURO SIGN", "no such thing", "CJK UNIFIED IDEOGRAPH-XYZ", "bell", "NULL", "OGHAM LETTER RUIS"):
    try:
        print(name, ascii(u.lookup(name)))
    except KeyError as error:
        print(error)
for source in (r"'\N{no such thing}'", r"'ab\N{BULLET'", r"'\N'"):
    try:
        eval(source)
    except SyntaxError as error:
        print(error.msg)
print(b"\\N{BULLET}x".decode("unicode_escape"), "\u2022é".encode("ascii", "namereplace"))
try:
    b"a\\N{nothing}".decode("unicode_escape")
except UnicodeDecodeError as error:
    print(error)
print(re.findall(r"\N{EURO SIGN}\d+", "€12 $3 €4"))

text = "Å\u212b ﬁ ½ 각 e\u0323\u0302 ẛ\u0323"
for form in ("NFC", "NFD", "NFKC", "NFKD"):
    normal = u.normalize(form, text)
    print(form, ascii(normal), u.is_normalized(form, text), u.is_normalized(form, normal))
print([u.decomposition(c) for c in "Å½a각ﷺ\u00a0"])
print([u.combining(c) for c in "a\u0301\u0323\u3099"], [u.bidirectional(c) for c in "aא1 ٣"], [u.mirrored(c) for c in "(a∑"])
print([u.numeric(c) for c in "½Ⅷ五൰"], u.numeric("x", -1), u.digit("²"), u.decimal("३"))
print("Straße".casefold() == "STRASSE".casefold(), "ŉ".casefold(), "İ".lower() == "i̇", "ﬃ".upper())
print([s.isidentifier() for s in ("ﬁx", "x·", "·x", "℘", "變數", "1a", "a١", "")])
words = ["zèbre", "Zebra", "ánh", "anh", "étude", "etude"]
plain = lambda s: "".join(c for c in u.normalize("NFD", s) if not u.combining(c)).casefold()
print(sorted(words, key=plain))
