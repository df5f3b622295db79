# python: 3.14
# `sum`, `max` and `min` take one item at a time from what makes items, and a
# range needs no walk at all. Floats are added up with compensation.
print(sum(x for x in [0.1] * 10), sum(iter([1, 2.5, 3])), sum((x for x in [1e100, 1.0, -1e100, 2]), 0.0),
      sum(iter([2.5, 1j, 3])), sum([True, 2.5]), sum((n for n in range(5)), 10), sum(iter(()), 2.5))
print(sum(range(10 ** 12)), sum(range(10, 0, -3), 5), max(range(10 ** 12)), min(range(9, 3, -2)), max(range(0), default=7),
      max(n % 7 for n in range(100)), min((n % 7 for n in range(100)), key=lambda n: -n))
print(sum([1e16, 1, 1]), sum(iter([1e16, True, 1, 1])), sum([0.1] * 10), sum([float('inf'), 1.0]))
