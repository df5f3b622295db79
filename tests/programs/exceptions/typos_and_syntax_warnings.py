# python: 3.14. Names that are nearly keywords, and what compiles but is hardly meant.
import traceback
import warnings

TYPOS = [
    'wile True:\n    pass',
    'fro x in y:\n    pass',
    'def f():\n    retrn 5',
    'imort os',
    'form os import path',
    'clas A:\n    pass',
    'x = lamda y: 1',
    'a = [i fro i in x]',
    'if x:\n    pass\nelseif y:\n    pass',
    'f(yield)',
    'x = 5 banana',
]
for source in TYPOS:
    try:
        compile(source, '<typo>', 'exec')
    except SyntaxError as error:
        print(''.join(traceback.format_exception_only(error)), end='')

ODD = r'''
print("\d")
print(b"\z", r"\d", f"{1}\w")
x is "text" or x is not 5
1[0], None[0], "abc"["b"], [1, 2]["a"]
[(1, 2) (3, 4)]
assert (x, "message")
for i in x:
    try: pass
    finally: continue
def f():
    try: pass
    finally: return 1
'''
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    compile(ODD, '<odd>', 'exec')
for warning in caught:
    print(warning.category.__name__, warning.filename, warning.lineno, warning.message)
