"""Random Python programs that mean something, the same for the same seed.

A program is a list of statements that do not need one another, so that a
difference shrinks by leaving statements out. Each prints what it made, or the
exception that came of it.
"""

import random

HEADING = '''\
import asyncio, functools, itertools
def show(make):
    try:
        value = make()
        print(type(value).__name__, repr(value)[:500])
    except Exception as error:
        print(type(error).__name__, str(error)[:200])
'''

INTS = ['0', '1', '-1', '2', '3', '7', '10', '-5', '255', '2**31', '-2**47', '2**48', '2**63 - 1', '10**20', '-10**30', 'True']
FLOATS = ['0.0', '-0.0', '1.0', '0.5', '-2.5', '1e16', '1e-7', '123456.789', 'float("inf")', 'float("nan")', '0.1', '2.0**53', '5e-324']
WORDS = ['""', '"a"', '"abc"', '"Hello World"', '"  pad "', '"a,b,,c"', '"ß"', '"éÉ"', '"日本語"', '"\\n\\t"', '"1e5"', '"42"', '"x" * 5', '"%s"', '"{}"', '"🎈b"', '"İ"']
BYTES = ['b""', 'b"a"', 'b"abc"', 'b"\\x00\\xff"', 'b"a b  c"', 'bytes(range(5))', 'bytearray(b"xyz")']
BINARY = ['+', '-', '*', '//', '/', '%', '**', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', 'is', 'in', 'not in']
FORMATS = ['', 'd', 'x', '#x', 'b', '08b', ',', '_', '+d', ' d', '>10', '<10', '^10', '*^12', '.2f', '.3e', 'g', '.3g', '%', '.1%', '010.3f', '+.2f', 'n', 'c', 'o', '=+8', '#o', ',.2f', 'E', 's', '.2', '5', '05', 'X', '_x', '#.3g', '-', 'z.1f']
PERCENT = ['%d', '%5d', '%-5d|', '%05d', '%+d', '%x', '%#x', '%o', '%e', '%.3f', '%g', '%s', '%r', '%10s', '%-10s|', '%.2s', '%c', '%a', '%%', '%i', '%5.1f']
TEXT_METHODS = ['upper()', 'lower()', 'title()', 'capitalize()', 'swapcase()', 'casefold()', 'strip()', 'lstrip()', 'split()', 'split(",")', 'rsplit(None, 1)', 'splitlines()', 'isdigit()', 'isalpha()', 'isidentifier()', 'isspace()', 'istitle()', 'isupper()', 'zfill(8)', 'center(9, "*")', 'ljust(6)', 'rjust(6, "-")', 'find("a")', 'rfind("b")', 'count("")', 'count("a")', 'replace("a", "bb")', 'replace("", "-", 2)', 'partition(",")', 'rpartition(" ")', 'startswith(("a", "H"))', 'endswith("c")', 'encode()', 'expandtabs(3)', 'index("b")', 'removeprefix("a")', 'isprintable()', 'isascii()', 'isnumeric()', 'join(["x", "y"])', 'translate({97: "Z", 98: None})', 'format(1)', 'encode("latin-1")', '__len__()', 'split("")', 'isdecimal()']
BYTE_METHODS = ['upper()', 'split()', 'split(b"b")', 'find(b"a")', 'find(97)', 'hex()', 'hex(":")', 'decode("latin-1")', 'decode()', 'replace(b"a", b"zz")', 'strip(b"a")', 'isalpha()', 'center(8)', 'title()', 'count(b"")', 'index(b"c")', 'partition(b"b")', 'startswith(b"a")', 'join([b"1", b"2"])', 'zfill(5)', 'splitlines()']
LIST_METHODS = ['append(9)', 'extend("ab")', 'insert(1, 5)', 'insert(-9, 5)', 'pop()', 'pop(0)', 'pop(7)', 'remove(1)', 'reverse()', 'sort()', 'sort(key=repr)', 'sort(key=repr, reverse=True)', 'clear()', 'index(1)', 'count(1)', 'copy()', 'index(1, 1)']
DICT_METHODS = ['get(1)', 'get("a", 5)', 'pop(1)', 'pop("a", None)', 'popitem()', 'setdefault("k", 1)', 'update(z=1)', 'update([(1, 2)])', 'keys()', 'values()', 'items()', 'copy()', 'clear()', 'fromkeys("ab", 0)', '__contains__(1)', 'items() | set()', 'update([1])']
SET_METHODS = ['add(5)', 'discard(1)', 'remove(1)', 'union([7])', 'intersection([1, 2])', 'difference({1})', 'symmetric_difference([1])', 'issubset(range(9))', 'issuperset([])', 'isdisjoint([1])', 'update([9])', 'copy()', 'add([])']
BUILTINS = ['len({})', 'repr({})', 'str({})', 'bool({})', 'abs({})', 'int({})', 'float({})', 'list({})', 'tuple({})', 'sorted({})', 'sum({})', 'min({})', 'max({})', 'hash({}) == hash({})', 'bin({})', 'hex({})', 'round({})', 'round({}, 1)', 'ord({})', 'chr({})', 'any({})', 'all({})', 'list(reversed({}))', 'list(enumerate({}, 1))', 'divmod({}, 3)', 'pow({}, 2)', 'pow({}, 3, 7)', 'complex({})', 'ascii({})', 'bytes({})', 'iter({}) is None', 'callable({})', 'list(map(str, {}))', 'list(zip({}, "ab"))', 'dict({})', 'set({}) == set()', 'frozenset({}) == 0', 'type({}).__name__', 'isinstance({}, (int, str))', 'next(iter({}))', 'list(filter(None, {}))', 'slice({})', 'list(range({}))[:5] if isinstance({}, int) and abs({}) < 99 else 0', 'functools.reduce(lambda a, b: a, {})', 'list(itertools.islice({}, 3))', 'list(itertools.accumulate({}))', 'list(itertools.pairwise({}))', 'int({}, 16)', '~{}', '-{}', '+{}', 'not {}', '{}.__class__.__name__', '{}.bit_length()', '{}.as_integer_ratio()', '{}.is_integer()', '{}.real', '{}.missing']


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.counter = 0

    def pick(self, choices):
        return self.random.choice(choices)

    def name(self, stem='v'):
        self.counter += 1
        return f'{stem}{self.counter}'

    def program(self, count=12):
        makers = [self.expression_statement] * 6 + [
            self.method_statement, self.method_statement, self.format_statement, self.slice_statement,
            self.comprehension_statement, self.class_statement, self.generator_statement, self.try_statement,
            self.closure_statement, self.async_statement, self.match_statement, self.unpack_statement,
            self.assign_statement, self.call_statement, self.slice_assignment,
        ]
        return [self.pick(makers)() for _ in range(count)]

    # Values.

    def int(self):
        return self.pick(INTS)

    def value(self, depth=2):
        kind = self.random.randrange(14 if depth > 0 else 6)
        if kind < 2:
            return self.int()
        if kind == 2:
            return self.pick(FLOATS)
        if kind == 3:
            return self.pick(WORDS)
        if kind == 4:
            return self.pick(BYTES)
        if kind == 5:
            return self.pick(['None', 'True', 'False', '...', '1j', '(2-3j)', 'range(5)', 'range(9, -1, -3)', 'int', 'slice(1)'])
        if kind < 8:
            return self.list(depth - 1)
        if kind == 8:
            return self.tuple(depth - 1)
        if kind == 9:
            return self.dict(depth - 1)
        if kind == 10:
            return self.set()
        return self.expression(depth - 1)

    def items(self, depth):
        return ', '.join(self.value(depth) for _ in range(self.random.randrange(4)))

    def list(self, depth=1):
        return self.pick([f'[{self.items(depth)}]', f'[{self.items(0)}, *{self.pick(["range(3)", chr(34) + "ab" + chr(34), "(1, 2)"])}]', '[3, 1, 2]', '[1, 2, 3, 4, 5]'])

    def tuple(self, depth=1):
        items = self.items(depth)
        return f'({items},)' if items else '()'

    def dict(self, depth=1):
        pairs = [f'{self.pick(INTS + WORDS + ["None", "(1, 2)"])}: {self.value(depth)}' for _ in range(self.random.randrange(4))]
        return '{' + ', '.join(pairs) + '}'

    def set(self):
        # One kind of item each, small ints: their order is the same everywhere.
        return self.pick(['{1, 2, 3}', 'set()', '{0}', 'frozenset([1, 2])', '{5, 1}', 'frozenset()'])

    def expression(self, depth=2):
        kind = self.random.randrange(8)
        if kind < 3:
            operator = self.pick(BINARY)
            right = self.value(depth)
            if operator in ('**', '<<', '*'):
                right = self.pick(['0', '1', '2', '3', '-1', '0.5', '-2', '"a"', '[1]', 'True'])
            return f'({self.value(depth)} {operator} {right})'
        if kind == 3:
            template = self.pick(BUILTINS)
            return template.replace('{}', self.atom(depth))
        if kind == 4:
            return f'({self.value(depth)} if {self.value(depth)} else {self.value(depth)})'
        if kind == 5:
            return f'{self.atom(depth)}[{self.subscript()}]'
        if kind == 6:
            return f'({self.value(depth)} {self.pick(["<", "==", "<=", "in"])} {self.value(depth)} {self.pick(["<", "!=", ">"])} {self.value(depth)})'
        return f'({self.pick(["-", "not ", "~", "+"])}{self.value(depth)})'

    def atom(self, depth=1):
        return f'({self.value(depth)})'

    def subscript(self):
        part = lambda: self.pick(['', '', '0', '1', '-1', '2', '-3', '9', 'None'])
        return self.pick([self.pick(['0', '-1', '1', '5', '"a"', '1.0', '2**70', 'None']), f'{part()}:{part()}', f'{part()}:{part()}:{self.pick(["", "1", "2", "-1", "-2", "0"])}'])

    # Statements.

    def show(self, expression):
        return f'show(lambda: {expression})\n'

    def expression_statement(self):
        return self.show(self.expression(3))

    def method_statement(self):
        receiver, methods = self.pick([
            (self.pick(WORDS), TEXT_METHODS), (self.pick(BYTES), BYTE_METHODS), (self.list(), LIST_METHODS),
            (self.dict(), DICT_METHODS), (self.pick(['{1, 2}', 'set()', '{3}']), SET_METHODS),
        ])
        name = self.name()
        calls = ''.join(self.show(f'({name}.{self.pick(methods)}, {name})') for _ in range(2))
        return f'{name} = {receiver}\n{calls}'

    def format_statement(self):
        kind = self.random.randrange(4)
        value = self.pick(INTS + FLOATS + WORDS + ['None', '[1]', '1j', 'True'])
        if kind == 0:
            return self.show(f'format({value}, {self.pick(FORMATS)!r})')
        if kind == 1:
            return self.show(f'{self.pick(PERCENT)!r} % ({value},)')
        if kind == 2:
            spec = self.pick(FORMATS)
            conversion = self.pick(['', '!r', '!s', '!a'])
            name = self.name()
            return f'{name} = {value}\n' + self.show(f"f'<{{{name}{conversion}:{spec}}}|{{{name}=}}>'")
        return self.show(f'{self.pick(["{:>5}|{}", "{0}{0!r}", "{x:{w}}", "{0[0]}", "{1}", "{}{", "{0.real}", "{{}}"])!r}.format({value}, w=6, x=2)')

    def slice_statement(self):
        return self.show(f'{self.pick([self.list(), self.pick(WORDS), self.pick(BYTES), "range(10)", self.tuple()])}[{self.subscript()}]')

    def slice_assignment(self):
        name = self.name()
        target = self.pick(['[1, 2, 3, 4, 5]', 'bytearray(b"abcde")', 'list("hello")'])
        action = self.pick([f'{name}[{self.subscript()}] = {self.pick(["[]", "[7]", "b" + chr(34) + "zz" + chr(34), "range(3)", "5", "(1, 2)"])}', f'del {name}[{self.subscript()}]'])
        return f'{name} = {target}\ntry:\n    {action}\nexcept Exception as error:\n    print(type(error).__name__, error)\nprint({name})\n'

    def comprehension_statement(self):
        source = self.pick(['range(6)', '"abc"', '[3, 1, 2]', '{1: 2, 3: 4}', 'zip([1, 2], "ab")', '[[1, 2], [3]]', self.atom()])
        element = self.pick(['x', 'x * 2', '(x, x)', 'str(x)', '[y for y in (x, x)]', '(lambda: x)()', 'x if x else None', '(z := x)'])
        condition = self.pick(['', ' if x', ' if x != 1', ' for y in range(2)', ' if (t := x)'])
        key = self.pick(['x', 'repr(x)', '1'])
        return self.pick([
            f'try:\n    print([{element} for x in {source}{condition}])\nexcept Exception as error:\n    print(type(error).__name__, error)\n',
            self.show(f'list({element} for x in {source}{condition})'),
            self.show(f'{{{key}: {element} for x in {source}{condition}}}'),
        ]) if 't :=' not in condition and 'z :=' not in element else self.show(f'[{element} for x in {source}]')

    def class_statement(self):
        name, base = self.name('C'), self.pick(['object', 'int', 'str', 'list', 'dict', 'tuple', 'Exception', 'float'])
        dunders = self.random.sample([
            'def __repr__(self): return "R"', 'def __str__(self): return "S"', 'def __len__(self): return 3',
            'def __bool__(self): return False', 'def __eq__(self, other): return True', 'def __hash__(self): return 7',
            'def __lt__(self, other): return NotImplemented', 'def __add__(self, other): return ("add", type(other).__name__)',
            'def __radd__(self, other): return "radd"', 'def __iadd__(self, other): return "iadd"',
            'def __getitem__(self, key):\n        if key == 3: raise IndexError(key)\n        return key',
            'def __iter__(self): yield from (1, 2)', 'def __contains__(self, item): return item == 1',
            'def __call__(self, *args, **kwargs): return args, kwargs', 'def __getattr__(self, name): return name * 2',
            'def __index__(self): return 4', 'def __int__(self): return 5', 'def __format__(self, spec): return "F" + spec',
            'def __enter__(self): return "in"\n    def __exit__(self, *exc): print(exc[0]); return True',
            '@property\n    def prop(self): return "p"', '@classmethod\n    def make(cls): return cls.__name__',
            '@staticmethod\n    def stat(x=1): return x', 'def __mul__(self, other): return NotImplemented', 'def __neg__(self): return "neg"',
            'def __reversed__(self): return iter("rev")', 'def __missing__(self, key): return "missing"', 'x: int = 3',
            'def __init_subclass__(cls, **k): print("sub", k)', 'def __set_name__(self, owner, name): print("set", name)',
            'def __delitem__(self, key): print("del", key)', 'def __setitem__(self, key, value): print("set", key, value)',
            'def __bytes__(self): return b"by"', 'def __abs__(self): return "abs"', 'def __round__(self, n=0): return n',
        ], self.random.randrange(2, 7))
        body = ''.join(f'    {line}\n' for line in dunders)
        o = f'{name}()'
        uses = self.random.sample([
            f'{o}', f'str({o})', f'len({o})', f'bool({o})', f'{o} == 1', f'hash({o}) == 7', f'{o} < {o}', f'{o} + 1', f'1 + {o}',
            f'{o}[1]', f'list({o})', f'1 in {o}', f'{o}(1, k=2)', f'{o}.zz', f'[1, 2, 3, 4, 5][{o}]', f'int({o})', f'f"{{{o}:x}}"',
            f'{o}.prop', f'{name}.make()', f'{o}.stat()', f'{o} * 2', f'-{o}', f'list(reversed({o}))', f'{o}["k"]', f'sorted([{o}, {o}])',
            f'type("D", ({name},), {{}}, **{{}}).__mro__[1].__name__', f'bytes({o})', f'abs({o})', f'round({o})', f'{{{o}: 1}}[{o}]', f'{o}.__doc__ is None or 1', f'[*{o}]',
        ], 6)
        extra = self.pick(['', f'with {o} as w:\n    print(w); raise KeyError(1)\n', f'v = {o}\nv += 1\nprint(v)\n', f'del {o}[1]\n'])
        if extra:
            extra = 'try:\n' + ''.join(f'    {line}\n' for line in extra.splitlines()) + 'except Exception as error:\n    print(type(error).__name__)\n'
        return f'class {name}({base}):\n{body}' + ''.join(map(self.show, uses)) + extra

    def generator_statement(self):
        name = self.name('g')
        body = self.pick([
            'for i in range(3):\n        got = yield i\n        print("got", got)',
            'try:\n        yield 1\n        yield 2\n    except ValueError as e:\n        print("caught", e)\n        yield "after"\n    finally:\n        print("finally")',
            'x = yield from inner()\n    print("x", x)\n    return x', 'yield 1\n    return 5', 'yield from [1, 2]\n    raise KeyError("k")',
            'raise StopIteration(3)\n    yield', 'while True:\n        try:\n            yield 0\n        except GeneratorExit:\n            print("closing")\n            raise',
        ])
        inner = 'def inner():\n    try:\n        a = yield "i"\n        return a\n    finally:\n        print("inner ends")\n'
        steps = ''.join(self.show(f'g.{self.pick(["__next__()", "send(None)", "send(4)", "throw(ValueError(8))", "close()", "throw(KeyError)"])}') for _ in range(4))
        return f'{inner}def {name}():\n    {body}\ng = {name}()\n{steps}print(g.gi_frame is None, g.gi_running)\n'

    def try_statement(self):
        name = self.name('f')
        raising = self.pick(['1 / 0', 'raise ValueError("v") from KeyError(1)', '[][1]', 'int("x")', 'None.a', 'undefined', 'pass', 'raise ExceptionGroup("eg", [ValueError(1), TypeError(2)])', '{}[(1, 2)]', 'assert 0, "no"'])
        handler = self.pick(['except ZeroDivisionError as e', 'except (ValueError, KeyError) as e', 'except Exception as e', 'except* ValueError as e', 'except LookupError as e'])
        inside = self.pick(['print(repr(e), repr(e.__cause__))', 'raise RuntimeError("again")', 'print(type(e).__name__)', 'raise'])
        if '*' not in handler:
            inside = self.pick([inside, 'return "handled"'])
        return (f'def {name}():\n    for i in range(2):\n        try:\n            {raising}\n        {handler}:\n            {inside}\n        else:\n            print("else")\n'
                f'        finally:\n            print("finally", i)\n    return "end"\n' + self.show(f'{name}()'))

    def closure_statement(self):
        name = self.name('make')
        body = self.pick([
            'total = 0\n    def add(n):\n        nonlocal total\n        total += n\n        return total\n    return [add(a), add(b), add(a)]',
            'fs = [lambda: i + a for i in range(3)]\n    return [f() for f in fs]',
            'def inner(x=a, *args, k=b, **rest): return x, args, k, rest\n    return inner(), inner(1, 2, k=3, z=4)',
            'class K:\n        y = a\n        def m(self): return b, self.y\n    return K().m()',
            'def deco(f):\n        @functools.wraps(f)\n        def w(*x): return "w", f(*x)\n        return w\n    @deco\n    def g(x):\n        "doc"\n        return x + a\n    return g(b), g.__name__, g.__doc__',
            'del a\n    return a', 'try:\n        return a\n    finally:\n        b = 5\n        print(b)',
        ])
        return f'def {name}(a, b):\n    {body}\n' + self.show(f'{name}({self.value(1)}, {self.value(1)})')

    def call_statement(self):
        name = self.name('f')
        signature = self.pick(['a, b', 'a, /, b=2', '*, k', 'a, *args, k=1, **rest', '*args, **kw', 'a=1, *, b'])
        arguments = ', '.join(self.random.sample(['1'], 1) + self.random.sample(['*[2, 3]', '*()'], self.random.randrange(2)) + self.random.sample(['k=4', '**{"b": 5}', 'z=6', '**{"a": 7}'], self.random.randrange(3)))
        return f'def {name}({signature}): return locals()\n' + self.show(f'{name}({arguments})')

    def match_statement(self):
        name = self.name('m')
        cases = self.random.sample(['0', '[a]', '[a, *rest]', '{"k": v, **rest}', 'str() as s', 'int(n) | float(n)', '(1 | 2) as x', 'None', '[1, [b, _]]', 'bool()', '{}', 'x if x == 3'], 4)
        body = ''.join(f'        case {case}:\n            return {index}, dict(locals())\n' for index, case in enumerate(sorted(cases, key=lambda case: case == 'x if x == 3')))
        return f'def {name}(subject):\n    match subject:\n{body}        case _:\n            return "none"\n' + ''.join(self.show(f'{name}({self.value(1)})') for _ in range(3))

    def unpack_statement(self):
        target = self.pick(['a, b', 'a, *b', '*a, b', '(a, b), c', 'a, *b, c', '[a]', 'a, (b, *c)'])
        return f'try:\n    {target} = {self.pick([self.value(2), self.list(), "[(1, 2), 3]", "range(3)"])}\n    print(a)\nexcept Exception as error:\n    print(type(error).__name__, error)\n'

    def assign_statement(self):
        name = self.name()
        operator = self.pick(['+=', '-=', '*=', '//=', '%=', '|=', '&=', '<<=', '/='])
        right = self.pick(['1', '2', '[1]', '"a"', '{1: 2}', '{4}', '0', '1.5', '(1,)'])
        return f'{name} = w = {self.value(1)}\ntry:\n    {name} {operator} {right}\nexcept Exception as error:\n    print(type(error).__name__, error)\nprint(repr({name})[:300], {name} is w if isinstance({name}, (list, dict, set, bytearray)) else 0)\n'

    def async_statement(self):
        main = self.name('main')
        body = self.pick([
            'r = await asyncio.gather(*(work(i) for i in range(3)))\n    return r',
            'r = await asyncio.gather(work(1), bad(), return_exceptions=True)\n    return [type(x).__name__ for x in r]',
            'q = asyncio.Queue(2)\n    async def put():\n        for i in range(4):\n            await q.put(i)\n            print("put", i)\n    t = asyncio.create_task(put())\n    r = [await q.get() for _ in range(4)]\n    await t\n    return r',
            'async with asyncio.TaskGroup() as g:\n        ts = [g.create_task(work(i)) for i in range(2)]\n    return [t.result() for t in ts]',
            'try:\n        async with asyncio.timeout(0):\n            await asyncio.sleep(1)\n    except TimeoutError as e:\n        return "late"',
            't = asyncio.create_task(asyncio.sleep(9))\n    await asyncio.sleep(0)\n    t.cancel("why")\n    try:\n        await t\n    except asyncio.CancelledError as e:\n        return e.args, t.cancelled()',
            'async def ag():\n        for i in range(3):\n            await asyncio.sleep(0)\n            yield i\n    return [x async for x in ag() if x]',
            'e = asyncio.Event()\n    l = asyncio.Lock()\n    async def w(n):\n        async with l:\n            print("in", n)\n            await asyncio.sleep(0)\n        await e.wait()\n        return n\n    ts = [asyncio.create_task(w(n)) for n in range(3)]\n    await asyncio.sleep(0)\n    e.set()\n    d, p = await asyncio.wait(ts)\n    return sorted(t.result() for t in d), len(p)',
            'await bad()', 'return await asyncio.wait_for(work(5), 1)',
        ])
        return ('async def work(n):\n    for i in range(n):\n        await asyncio.sleep(0)\n        print("w", n, i)\n    return n\nasync def bad():\n    await asyncio.sleep(0)\n    raise ValueError("bad")\n'
                f'async def {main}():\n    {body}\n' + self.show(f'asyncio.run({main}())'))


def text_of(statements):
    return HEADING + ''.join(statements)
