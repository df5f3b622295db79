import re
print(re.findall(r"\d+", "a1b22c333"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"))
m = re.match(r"(?P<key>\w+)\s*=\s*(?P<value>.*)", "name = Ada L.")
print(m.group("key"), m["value"], m.groups(), m.span("value"), m.groupdict())
print(re.split(r"[,;]\s*", "a, b;c"), re.fullmatch(r"a+", "aaa") is not None, re.search("x", "abc"))
print(re.sub(r"\b(\w)", lambda m: m.group(1).upper(), "the quick fox"), re.subn("a", "b", "banana"))
p = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$", re.MULTILINE)
print([m.group(0) for m in p.finditer("2024-01-02\nx\n2025-12-31")], p.pattern, p.groups)
print(re.findall(r"(a)(b)?", "ab a"), re.escape("a.b*c"), re.findall("(?i)ABC", "abcABC"))
print(re.match(r"(?:(?=abc)a)(?!x)b", "abc"), re.findall(r"a.*?b", "axxb ab"), re.findall(r"(?<=\$)\d+", "$5 6 $7"))
try:
    re.compile("(unclosed")
except re.error as error:
    print(error)
print(re.sub(r"(?x) a  # comment\n b", "Z", "ab"), re.findall(r"[^\W\d_]+", "été 12 x_y"))
