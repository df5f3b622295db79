import pyparsing as pp

number = pp.pyparsing_common.number()
variable = pp.Word(pp.alphas)
expression = pp.infix_notation(number | variable, [
    (pp.one_of('* /'), 2, pp.OpAssoc.LEFT), (pp.one_of('+ -'), 2, pp.OpAssoc.LEFT), ('=', 2, pp.OpAssoc.RIGHT),
])
print(expression.parse_string('a = 1 + 2 * (b - 3.5) / 4', parse_all=True).as_list())
pair = pp.Group(pp.Word(pp.alphas)('key') + pp.Suppress('=') + (pp.quoted_string.copy().set_parse_action(pp.remove_quotes) | number)('value'))
config = pp.Dict(pp.delimited_list(pair)) if not hasattr(pp, 'DelimitedList') else pp.Dict(pp.DelimitedList(pair))
result = config.parse_string('name="x y", size=5')
print([(p.key, p.value) for p in result])
nested = pp.Forward()
nested <<= pp.Group(pp.Suppress('[') + pp.ZeroOrMore(pp.Word(pp.nums).set_parse_action(lambda t: int(t[0])) | nested) + pp.Suppress(']'))
print(nested.parse_string('[1 [2 [3] ] 4]').as_list(), [t[0] for t, s, e in pp.Word(pp.nums).scan_string('a1 b22')])
print(pp.Regex(r'(?P<y>\d{4})-(?P<m>\d\d)').parse_string('2024-05').as_dict())
try:
    expression.parse_string('1 + )', parse_all=True)
except pp.ParseException as error:
    print(error.lineno, error.col, type(error).__name__)
