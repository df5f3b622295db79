# Formatted strings with conversions, nested specifications and `=`.
name, value, width, items = "Ada", 3.14159, 10, {"k": [1, 2]}
print(f"{name} {value:.2f} {value:{width}.{3}f}| {name!r:>8} {items['k'][0]}")
print(f"{1 + 1 = } {name = !s} {value = :.1f}")
print(f"{{literal}} {'nested ' + f'{name}'} {len(name)}")
print(f"{255:#x} {255:08b} {1234567:,} {1234567.891:_.1f} {0.256:.1%} {12345.678:e} {5:+d} {-5: d}")
print(f"{'left':<8}|{'mid':^8}|{'right':>8}|{'fill':*^10}")
print(f"{name.upper()!a} {[n * n for n in range(3)]} {(lambda: 5)()}")

class Money:
    def __init__(self, amount):
        self.amount = amount
    def __format__(self, spec):
        return f"{self.amount:{spec or '.2f'}} EUR"
    def __str__(self):
        return "money"

print(f"{Money(5)} {Money(5):.0f} {Money(5)!s} {Money(2)!r:.5}")
