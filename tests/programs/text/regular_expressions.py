import re


def show(evaluate):
    try:
        print(repr(evaluate()))
    except Exception as error:
        print(type(error).__name__, error)


text = 'The rain in Spain stays mainly in the plain. éàü 123-456 foo_bar\nLine two: x=1, y=22\n'
pats = [r'\w+', r'\b\w{3}\b', r'(\w)(\w)', r'ai', r'[aeiou]+', r'^\w+', r'(?m)^\w+', r'\w+$', r'(?m)\w+$', r'(?i)THE', r'(?P<a>\d+)-(?P<b>\d+)', r'(a)|(b)', r'(?:in|ain)\b', r'.*', r'.*?', r'.+?n', r'(?s).+', r'\d+(?=-)', r'(?<=-)\d+', r'(?<!S)p\w+', r'(?!the)\w+', r'(\w+) (?:\w+)', r'(.)\1', r'[^\W\d_]+', r'\s*', r'x*', r'(a+)+b', r'(?:a|b)*?c', r'(\w+?)\s', r'[a-zA-Zé]+', r'\bé', r'(?a)\w+', r'(?x) \w+ # c', r'(?P<q>["\']).*?(?P=q)', r'(x)?(?(1)=|,)', r'a{2,}', r'n{1,2}?', r'(?>a+)b|i', r'\w++ ', r'(?:ab?)++', r'[\s\S]', r'\Z', r'\A.', r'\B', r'[\u00e0-\u00ff]', r'(?i)É', r'(?i)[À-Ü]', r'[^a]', r'\.', r'', r'(|a)+', r'(a|ab)(c|bcd)(d*)', r'((a)|b)*', r'(?:(a)|b)*', r'(?i:th)e', r'(?-i:T)', r'in|n', r'(in)+?', r'(?=(\w+))', r'[]a]', r'[a\-z]', r'\t|\n', r'(?P<x>a)(?P=x)?', r'S(?=p)|s(?=t)', r'(?<=\s)[a-z]+(?=\s)', r'(\d)(\d)?(\d)?', r'(?:x|y)=(\d+)', r'y.*|x.*', r'[0-9a-f]{2}', r'(a)(?:b)?(c)?']
for p in pats:
    show(lambda: (p, re.findall(p, text))[1][:12])
    show(lambda: re.search(p, text))
    show(lambda: re.match(p, text))
    show(lambda: re.fullmatch(p, 'abcd'))
    show(lambda: re.sub(p, '<>', text)[:80])
    show(lambda: re.split(p, text)[:8])
    show(lambda: [m.span() for m in re.finditer(p, text)][:12])
    show(lambda: [m.groups() for m in re.finditer(p, text)][:5])
show(lambda: re.sub(r'(\w+) (\w+)', r'\2 \1', 'a b c d'))
show(lambda: re.sub(r'(?P<n>\w)', r'[\g<n>\g<0>]', 'ab'))
show(lambda: re.sub('a', lambda m: m.group().upper(), 'banana'))
show(lambda: re.sub('a', lambda m: m.group().upper(), 'banana', count=2))
show(lambda: re.subn('a','b','banana'))
show(lambda: re.sub('x','y','banana'))
show(lambda: re.sub(r'\d', r'\\', 'a1'))
show(lambda: re.sub('a', r'\n', 'a'))
show(lambda: re.sub('(a)|b', r'[\1]', 'ab'))
show(lambda: re.sub('a', 5, 'a'))
show(lambda: re.sub('a', lambda m: 5, 'a'))
show(lambda: re.sub('', '-', 'abc'))
m = re.match(r'(?P<first>\w+) (?P<second>\w+)?(x)?', 'hello world')
for f in [lambda: m.group(), lambda: m.group(1), lambda: m.group('first','second',3), lambda: m['first'], lambda: m[0], lambda: m.groups(), lambda: m.groups('d'), lambda: m.groupdict(), lambda: m.start(), lambda: m.end(2), lambda: m.span('second'), lambda: m.span(3), lambda: m.lastindex, lambda: m.lastgroup, lambda: m.regs, lambda: m.re, lambda: m.string, lambda: m.pos, lambda: m.endpos, lambda: m.expand(r'\2-\g<first>'), lambda: m.group(9), lambda: m.group('zz'), lambda: m, lambda: m.re.groups, lambda: m.re.groupindex, lambda: m.re.flags, lambda: m.re.pattern, lambda: bool(m), lambda: type(m), lambda: type(m.re)]: show(f)
p = re.compile('b+', re.I|re.M)
for f in [lambda: p, lambda: p.match('abbb',1), lambda: p.search('aBBa',0,2), lambda: p.findall('bbabBa',2), lambda: p.fullmatch('xbbx',1,3), lambda: p.split('abbab',1), lambda: p.match(b'b'), lambda: re.match(b'b', 'b'), lambda: re.match('a', 5), lambda: re.escape('a.b*c d'), lambda: re.compile(p), lambda: re.findall(b'\\w+', b'ab cd'), lambda: re.sub(b'a', b'b', b'aa'), lambda: re.search(b'[\x80-\xff]+', b'a\xff\xfeb'), lambda: re.split('(,)', 'a,b,c'), lambda: re.split('x*', 'axbc'), lambda: re.findall('(?i)straße', 'STRAßE'), lambda: re.match('(?:a{2}){2,3}', 'aaaaaaaa').group(), lambda: [x for x in re.finditer('a','banana')], lambda: re.findall('^', 'a\nb', re.M), lambda: re.findall('$', 'a\nb\n'), lambda: re.findall('$', 'a\nb\n', re.M), lambda: re.match('(a)(b)?', 'a').groups(), lambda: re.match(r'(?:(\w)|(\d))+', 'a1b2').groups(), lambda: re.search(r'(\w+)\s\1', 'the the').group(), lambda: re.search('😀+', 'a😀😀b').span(), lambda: re.findall('.', 'é😀x'), lambda: re.split('é', 'aébéc'), lambda: re.sub('é','e','aébé'), lambda: len(re.match('(?:a|b)*', 'ab'*50000).group()), lambda: len(re.findall(r'\w+\s', 'word '*20000)), lambda: re.match('(a*)*$', 'aaaa'), lambda: re.match('(a*)+', 'aab').groups(), lambda: re.search('(?m)^b$', 'a\nb\nc').span(), lambda: re.compile('a', re.X|re.S|re.A), lambda: re.compile(b'a', re.L), lambda: re.match('\\d+', '١٢٣').group(), lambda: re.match('(?a)\\d+', '١٢٣'), lambda: re.findall(r'(?i)k', 'K\u212Ak'), lambda: re.findall(r'(?i)[k]', 'K\u212Ak'), lambda: re.match(r'[^\n]*', 'abc\n').group(), lambda: re.purge()]: show(f)
sc = re.Scanner([(r'\d+', lambda s, x: int(x)), (r'\w+', lambda s, x: x), (r'\s+', None)])
show(lambda: sc.scan('abc 12 d'))
import copy, pickle
show(lambda: copy.copy(p) is p)
show(lambda: copy.deepcopy(p) is p)
