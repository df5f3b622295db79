# python: 3.14
# A tokenizer, a parser and an evaluator.
import re
from dataclasses import dataclass
TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|(.))")
@dataclass
class Num:
    value: float
@dataclass
class Op:
    sign: str
    left: object
    right: object
def tokens(text):
    for number, other in TOKEN.findall(text):
        yield ("num", float(number)) if number else ("op", other)
    yield ("end", None)
class Parser:
    def __init__(self, text):
        self.items = tokens(text)
        self.advance()
    def advance(self):
        self.kind, self.value = next(self.items)
    def parse(self):
        node = self.sum()
        if self.kind != "end":
            raise SyntaxError(f"unexpected {self.value!r}")
        return node
    def binary(self, below, signs):
        node = below()
        while self.kind == "op" and self.value in signs:
            sign = self.value
            self.advance()
            node = Op(sign, node, below())
        return node
    def sum(self):
        return self.binary(self.product, "+-")
    def product(self):
        return self.binary(self.atom, "*/")
    def atom(self):
        if self.kind == "num":
            node = Num(self.value)
            self.advance()
            return node
        if self.value == "(":
            self.advance()
            node = self.sum()
            if self.value != ")":
                raise SyntaxError("missing )")
            self.advance()
            return node
        raise SyntaxError(f"unexpected {self.value!r}")
def evaluate(node):
    match node:
        case Num(value):
            return value
        case Op("+", a, b):
            return evaluate(a) + evaluate(b)
        case Op("-", a, b):
            return evaluate(a) - evaluate(b)
        case Op("*", a, b):
            return evaluate(a) * evaluate(b)
        case Op("/", a, b):
            return evaluate(a) / evaluate(b)
for text in ["1 + 2 * 3", "(1 + 2) * 3", "10 / 4 - 1", "2 * (3 + (4 - 1)) / 3", "1 +", "(1", "1 / 0", "2 $ 3"]:
    try:
        print(text, "=", evaluate(Parser(text).parse()))
    except (SyntaxError, ZeroDivisionError) as error:
        print(text, "->", type(error).__name__, error)
print(Parser("1+2").parse())
