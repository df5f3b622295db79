# python: 3.14
import json
data = {"name": "Ünï", "list": [1, 2.5, True, None, {"nested": []}], "empty": {}, "big": 12345678901234567890}
text = json.dumps(data)
print(text)
print(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False))
print(json.loads(text) == data, json.loads('[1e3, -0.5, "\\u00e9\\n", null]'))
for bad in ("{", "[1,]", '{"a" 1}', "nul", '"abc', "[1] x"):
    try:
        json.loads(bad)
    except json.JSONDecodeError as error:
        print(error)
class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, set):
            return sorted(o)
        return super().default(o)
print(json.dumps({"s": {3, 1}}, cls=Encoder), json.dumps((1, 2), separators=(",", ":")))
try:
    json.dumps({"x": object()})
except TypeError as error:
    print(error)
print(json.loads('{"a": 1}', object_hook=lambda d: list(d.items())), json.loads("1.5", parse_float=str))
print(json.dumps({1: 2, None: 3, True: 4}), json.dumps(float("inf")), json.dumps("a\"\\\n\u2028"))
