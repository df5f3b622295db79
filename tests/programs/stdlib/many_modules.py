def show(name, fn):
    try:
        r = fn()
        print(name, r)
    except Exception as e:
        print(name, 'EXC', type(e).__name__, e)
import abc, argparse, array, ast, base64, bisect, calendar, cmath, codecs, colorsys, configparser, contextlib, copy, csv, io
show('argparse', lambda: argparse.ArgumentParser(prog='p').parse_args([]))
p = argparse.ArgumentParser(prog='p', description='d'); p.add_argument('x', type=int); p.add_argument('-v', '--verbose', action='store_true', help='be loud'); p.add_argument('--n', default=3, choices=[1,3])
show('args', lambda: p.parse_args(['5', '-v']))
show('array', lambda: (array.array('i', [1,2,3]).tobytes(), array.array('d', [1.5])))
show('ast', lambda: ast.literal_eval("{'a': [1, 2, (3, None)]}"))
show('b64', lambda: (base64.b64encode(b'hello'), base64.b32encode(b'hi'), base64.b85encode(b'hello'), base64.a85encode(b'hello'), base64.urlsafe_b64decode('-_-_')))
show('cal', lambda: calendar.month(2024, 2))
show('cmath', lambda: (cmath.sqrt(-1), cmath.phase(1j), cmath.exp(1j)))
show('codecs', lambda: (codecs.encode('abc', 'rot13'), codecs.decode(b'\xff\xfea\0', 'utf-16'), codecs.lookup('latin-1').name))
show('colorsys', lambda: colorsys.rgb_to_hsv(.2, .4, .6))
c = configparser.ConfigParser(); c.read_string('[a]\nx = 1\ny = %(x)s2\n[b]\nz: yes\n'); 
show('cfg', lambda: (c.sections(), c['a']['y'], c.getboolean('b', 'z'), c.getint('a', 'x')))
out = io.StringIO(); c.write(out); show('cfgw', lambda: out.getvalue())
import dataclasses, datetime, decimal, difflib, dis, enum, errno, fnmatch, fractions, graphlib, html, heapq
@dataclasses.dataclass(order=True, frozen=True)
class D: a: int; b: list = dataclasses.field(default_factory=list)
show('dc', lambda: (D(1), dataclasses.asdict(D(1, [2])), D(1) < D(2), dataclasses.replace(D(1), a=5)))
d = datetime.datetime(2024, 2, 29, 13, 5, 6, 789, tzinfo=datetime.timezone.utc)
decimal.getcontext().prec = 30
show('dec', lambda: (decimal.Decimal(1)/7, decimal.Decimal('1.10').quantize(decimal.Decimal('.1')), decimal.Decimal(2).sqrt(), decimal.Decimal('1e400')*3, format(decimal.Decimal('1234567.891'), ',.2f')))
show('difflib', lambda: '\n'.join(difflib.unified_diff('a b c'.split(), 'a x c'.split(), lineterm='')))
show('close', lambda: difflib.get_close_matches('appel', ['ape', 'apple', 'peach']))
class Color(enum.Enum): RED = 1; BLUE = enum.auto()
class F(enum.Flag): A = 1; B = 2
show('enum', lambda: (Color.RED, list(Color), Color(2), F.A | F.B, F(3) & F.A, Color['RED'].name))
show('errno', lambda: errno.errorcode[2])
show('fnmatch', lambda: (fnmatch.filter(['a.py', 'b.txt'], '*.py'), fnmatch.translate('a*.[ch]') != ''))
show('frac', lambda: (fractions.Fraction(3, 6) + 1, fractions.Fraction('0.125'), fractions.Fraction(3.14159).limit_denominator(100)))
show('graph', lambda: list(graphlib.TopologicalSorter({'d': {'b', 'c'}, 'b': {'a'}, 'c': {'a'}}).static_order())[0])
show('html', lambda: (html.escape('<a href="x">&'), html.unescape('&lt;&eacute;&#x41;')))
import http, inspect, ipaddress, json, keyword, linecache, logging, numbers, operator, os, pathlib, pickle, pprint, queue, random, re, reprlib
show('http', lambda: (http.HTTPStatus.NOT_FOUND, http.HTTPStatus(200).phrase))
show('insp', lambda: inspect.signature(lambda a, *b, c=1, **d: 0))
show('ip', lambda: (ipaddress.ip_network('10.0.0.0/30').num_addresses, list(ipaddress.ip_network('10.0.0.0/30').hosts()), ipaddress.ip_address('::1').is_loopback))
show('json', lambda: json.dumps({'a': [1, 2.5, None, True, 'é"']}, indent=2, sort_keys=True))
show('kw', lambda: keyword.iskeyword('match'))
show('path', lambda: (pathlib.PurePosixPath('/a/b/../c.txt').suffix, pathlib.PurePath('a') / 'b', os.path.join('a', 'b'), os.path.splitext('x.tar.gz'), pathlib.PureWindowsPath('c:/a').drive))
show('pickle', lambda: (pickle.loads(pickle.dumps({'a': (1, [2], {3}, b'x', 1.5, None, Color.RED)})), len(pickle.dumps([1,2,3]))))
show('pprint', lambda: pprint.pformat({'key%d' % i: list(range(i)) for i in range(8)}, width=40))
show('q', lambda: (lambda q: [q.put(3), q.put(1), q.get()][2])(queue.PriorityQueue()))
random.seed(42); show('rand', lambda: (random.random(), random.randint(1, 6), random.choice('abc'), random.sample(range(100), 3), random.gauss(0, 1), random.shuffle([1, 2])))
show('re', lambda: (re.findall(r'(\w)(\d+)', 'a1 b22'), re.sub(r'(?P<x>a+)', r'<\g<x>>', 'caab'), re.split(r'[,;]\s*', 'a, b;c'), re.compile('x', re.I)))
show('reprlib', lambda: reprlib.repr(list(range(100))))
import sched, secrets, selectors, shlex, signal, statistics, string, struct, sys, tempfile, textwrap, threading, time, timeit, tokenize, tomllib, traceback, types, typing, unicodedata, urllib.parse, uuid, warnings, weakref, zlib, zoneinfo
show('shlex', lambda: (shlex.split('a "b c" d\\ e'), shlex.quote("it's"), shlex.join(['a b', 'c'])))
show('stat', lambda: (statistics.mean([1, 2, 3, 4]), statistics.median([1, 3, 2]), statistics.stdev([1, 2, 3]), statistics.mode('aab'), statistics.quantiles([1, 2, 3, 4, 5]), statistics.NormalDist(0, 1).cdf(1)))
show('string', lambda: (string.Template('$a ${b}').substitute(a=1, b=2), string.capwords('hello world'), string.Formatter().format('{0:>5}|{x}', 1, x=2)))
show('struct', lambda: (struct.pack('<IhB3s', 1, -2, 3, b'abc'), struct.unpack('>d', struct.pack('>d', 1.5)), struct.calcsize('@iq')))
show('textwrap', lambda: (textwrap.fill('the quick brown fox jumps over', 12), textwrap.dedent('  a\n   b'), textwrap.shorten('hello big world', 11), textwrap.indent('a\nb', '> ')))
show('toml', lambda: tomllib.loads('a = 1\n[b]\nc = [1.5, "x"]\nd = 2024-01-01T00:00:00Z'))
show('url', lambda: (urllib.parse.urlparse('https://u@h:8/p/a?q=1&r=2#f'), urllib.parse.parse_qs('a=1&a=2'), urllib.parse.quote('a b/é'), urllib.parse.urlencode({'a': 'x y', 'b': 2}), urllib.parse.urljoin('http://a/b/c', '../d')))
show('uuid', lambda: (uuid.UUID(int=5), uuid.UUID('12345678123456781234567812345678').hex))
show('zone', lambda: (zoneinfo.ZoneInfo('UTC'), datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC')).isoformat()))
show('types', lambda: (types.SimpleNamespace(a=1), types.MappingProxyType({'a': 1})))
s = sched.scheduler(time.monotonic, lambda s: None); l = []; s.enter(0, 1, l.append, (1,)); s.enter(0, 0, l.append, (2,)); s.run(); show('sched', lambda: l)
show('timeit', lambda: timeit.timeit('1+1', number=10) >= 0)
import concurrent.futures, contextvars, doctest, unittest, unittest.mock, logging.handlers, email.message, mimetypes, gzip, zipfile, tarfile, shutil, html.parser, http.cookies
with concurrent.futures.ThreadPoolExecutor(2) as ex: show('pool', lambda: list(ex.map(lambda x: x * x, range(4))))
m = unittest.mock.Mock(return_value=3); show('mock', lambda: (m(1), m.call_args, m.called))
show('gzip', lambda: gzip.decompress(gzip.compress(b'abc' * 100)) == b'abc' * 100)
b = io.BytesIO()
with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a.txt', 'hello' * 50)
show('zip', lambda: (zipfile.ZipFile(b).namelist(), zipfile.ZipFile(b).read('a.txt')[:7]))
t = io.BytesIO()
with tarfile.open(fileobj=t, mode='w:gz') as tf:
    i = tarfile.TarInfo('x'); i.size = 3; tf.addfile(i, io.BytesIO(b'abc'))
t.seek(0); show('tar', lambda: tarfile.open(fileobj=t).getnames())
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs): print('tag', tag, attrs)
P().feed('<a href="x">hi</a>')
m = email.message.EmailMessage(); m['Subject'] = 'hi é'; m['To'] = 'a@b.c'; m.set_content('body'); show('mail', lambda: m.as_string())
ck = http.cookies.SimpleCookie('a=1; b=2'); show('cookie', lambda: ck['b'].value)
show('mime', lambda: mimetypes.guess_type('a.html'))
log = logging.getLogger('t'); h = logging.StreamHandler(sys.stdout); h.setFormatter(logging.Formatter('%(levelname)s:%(name)s:%(message)s')); log.addHandler(h); log.warning('w %d', 5); log.info('no')
show('doctest', lambda: doctest.testmod(types.ModuleType('m')))
import asyncio, selectors, socket, getpass, gettext, locale, optparse, getopt, cmd, platform, pkgutil, runpy, sysconfig, string, copyreg, fileinput, filecmp, quopri, binascii
d = datetime.datetime(2024, 2, 29, 13, 5, 6, 789, tzinfo=datetime.timezone.utc)
show('date', lambda: (d.isoformat(), d.strftime('%Y-%m-%d %H:%M:%S %j %a %b %p'), d + datetime.timedelta(days=1.5)))
show('week', lambda: (d.isocalendar(), datetime.datetime.strptime('2024-05-06 07:08', '%Y-%m-%d %H:%M')))
show('fixed', lambda: datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo('Etc/GMT+5')).isoformat())
import hmac, multiprocessing
show('digest', lambda: (hmac.compare_digest(b'a', bytearray(b'a')), multiprocessing.current_process().name))
for text in ('(1,)', '-1-2j', '{1: {2}, "a" "b": [None]}', 'set()'):
    show(text, lambda: ast.literal_eval(text))
for text in ('f()', '1+1', '[*a]', '-True'):
    try:
        ast.literal_eval(text)
    except ValueError:
        print('no literal', text)
