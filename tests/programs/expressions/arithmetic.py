# Numbers of every kind, and the rules of their operators.
print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 % -3, divmod(-7, 2))
print(2 ** 10, 2 ** -1, (-8) ** 3, 2 ** 0.5)
print(10 / 4, 10 // 4.0, 1e308 * 10, -1e308 * 10)
print(1 << 70, (1 << 70) >> 68, 0xFF & 0x0F, 0x0F | 0xF0, 5 ^ 3, ~5)
print(123456789 ** 5)
print(-(2 ** 63), 2 ** 63 - 1, 2 ** 64)
print(0.1 + 0.2, 1 / 3, 1e16, 1e-5, 100000.0, 1e22)
print(3 + 4j, (3 + 4j) * (1 - 2j), abs(3 + 4j))
print(True + True, True * 3, False or 0, None or "x")
print(round(2.5), round(3.5), round(2.675, 2), round(1234, -2))
print(int("ff", 16), int("-12"), float("1e3"), int(3.99), int("1_000"))
print(1 < 2 < 3, 1 < 2 > 1, 1 == 1.0, 1 is 1.0 if False else "no")
for a, b in [(1, 0), (1.0, 0), (1, 0.0)]:
    try:
        print(a / b)
    except ZeroDivisionError as error:
        print(type(error).__name__)
x = 5
x += 2; x *= 3; x -= 1; x //= 4; x **= 2; x %= 7
print(x)
