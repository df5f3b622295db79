# python: 3.14
"""A filter that makes an error of a warning about the source makes a SyntaxError with a place."""
import warnings

SOURCES = [
    'assert(1, "always")',
    'x = 1 is 1',
    'a = 1\nb = [(1, 2) (3, 4)]',
    '0xfor x',
    '0b1or x',
    '[0x1for x in ()]',
    'x = 1if 2else 3',
    '1jor x',
    '"a"\nx = "b\\8 \\777"',
    'def f():\n  try:\n    pass\n  finally:\n    return 1',
    'x = 0xf or x',
]

for source in SOURCES:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        compile(source, 'made up', 'exec')
    for warning in caught[:1]:
        print(warning.category.__name__, warning.lineno, warning.message)
    with warnings.catch_warnings():
        warnings.simplefilter('error', SyntaxWarning)
        try:
            compile(source, 'made up', 'exec')
            print('compiled', repr(source))
        except SyntaxError as error:
            place = error.filename, error.lineno, error.offset, error.end_lineno, error.end_offset
            print(error.msg, place, (error.text or '').strip(), error.__context__)
