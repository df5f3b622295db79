# python: 3.14. Sources to trees, trees to sources, trees changed and compiled.
import ast
import traceback

source = '''\
@decorate
async def f(a, /, b: int = 2, *c, d=None, **e) -> str:
    """Doc."""
    async with g() as h, i: pass
    if a: x = [y for y in z if y async for q in r]
    elif b: del x.y[1:2, ::3]
    else: return (yield)
try: ...
except* (A, B) as é: raise C from None
for i, *j in {1: 2, **k}: a @= b if c else d
x: int = -1 < 2 <= 3 is not None
lambda *, p=1: f"{p!r:>{width}}{{{p}" 'more' rb"no"[0]
match s:
    case [1, {"k": v, **rest}, C(n, m=-1j), *_] | None as w if w: pass
'''.replace(" 'more' rb\"no\"[0]", " 'more'")
tree = ast.parse(source)
print(ast.dump(ast.parse('x = a.b(1, *c, k=None)[d]'), include_attributes=True))
print(ast.unparse(tree))
assert ast.dump(ast.parse(ast.unparse(tree))) == ast.dump(tree)
for node in ast.walk(tree):
    if isinstance(node, ast.Name) and node.id in ('decorate', 'width', 'w'):
        print(node.id, node.lineno, node.col_offset, node.end_col_offset, ast.get_source_segment(source, node))
print(tree.body[0].lineno, tree.body[1].handlers[0].name, tree.body[1].handlers[0].end_col_offset)
print(repr(ast.get_docstring(tree.body[0])))
print(ast.literal_eval("{'a': [1, -2, 3+4j, b'x', (None, True)], 'b': {1.5}, 'c': ...}"))
for text in 'f()', '1 + x', '[1':
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        print(type(error).__name__)


class Double(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.copy_location(ast.BinOp(node, ast.Mult(), ast.Constant(2)), node)


tree = Double().visit(ast.parse('def f(x):\n    return x + 20\nprint(f(1))\n1 / (0 * f(1))'))
code = compile(ast.fix_missing_locations(tree), '<doubled>', 'exec')
try:
    exec(code, {})
except ZeroDivisionError as error:
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(last.filename, last.lineno, last.colno, last.end_colno)
print(eval(compile(ast.parse('sum([i * i for i in range(5)])', mode='eval'), '<e>', 'eval')))

spot = {'lineno': 1, 'col_offset': 0, 'end_lineno': 1, 'end_col_offset': 1}
name = ast.Name('x', ast.Load(), **spot)
for wrong in (
    ast.Name('x', ast.Load()),
    ast.Name('x', ast.Store(), **spot),
    ast.Name('None', ast.Load(), **spot),
    ast.Name(3, ast.Load(), **spot),
    ast.Constant([], **spot),
    ast.BoolOp(ast.And(), [name], **spot),
    ast.Compare(name, [ast.Lt()], [], **spot),
    ast.Call(name, [None], [], **spot),
    ast.Call(name, (), [], **spot),
    ast.Name('x', ast.Load(), lineno=2, col_offset=0, end_lineno=1, end_col_offset=0),
    ast.Yield(name, **spot),
):
    try:
        print(compile(ast.Expression(wrong), '<w>', 'eval'))
    except (TypeError, ValueError, SyntaxError) as error:
        print(type(error).__name__, error)
for args in ((ast.Module([], []), 'eval'), (3, 'exec'), (ast.Module([ast.Return()], []), 'exec')):
    try:
        compile(args[0], '<w>', args[1])
    except TypeError as error:
        print(error)

chain = ast.parse('+'.join(['1'] * 1500), mode='eval')
print(eval(compile(chain, '<c>', 'eval')))
print(ast.dump(ast.parse('(int, *str) -> list[int]', mode='func_type')))
told = ast.parse('x = []  # type: list[int]\nfor i in x:  # type: int\n    pass  # type: ignore[y]', type_comments=True)
print(told.body[0].type_comment, told.body[1].type_comment, told.type_ignores[0].tag)
