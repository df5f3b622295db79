# `for`, `while`, `else`, `break` and `continue`.
for i in range(3):
    print(i, end=" ")
else:
    print("done")
for i in range(5):
    if i == 1:
        continue
    if i == 3:
        break
    print("i", i)
else:
    print("never")
n = 5
while n:
    n -= 1
    if n == 2:
        break
else:
    print("never")
print("n", n)
while n < 4:
    n += 1
else:
    print("ended", n)
for a, (b, *c) in [(1, (2, 3, 4)), (5, (6,))]:
    print(a, b, c)
for index, letter in enumerate("abc", 1):
    print(index, letter, sep=":", end=";")
print()
for x, y in zip([1, 2, 3], "ab"):
    print(x, y)
total = 0
for i in range(10, 0, -3):
    total += i
print(total, list(range(5, 2)), len(range(0, 100, 7)), 21 in range(0, 100, 7))
matrix = [[1, 2], [3, 4]]
for row in matrix:
    for cell in row:
        if cell == 3:
            break
    else:
        continue
    print("broke at", row)
