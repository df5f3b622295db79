# Sets of numbers show their items in the order of CPython's hash table, which
# depends on how the set came to be.
print({10, 20, 30, 40, 50})
print(set([10, 20, 30, 40, 50]))
a = {1, 5, 9, 12, 40}
b = {3, 9, 12, 77}
print(a | b, a & b, a - b, a ^ b, sep='\n')
print({100, 200, 300, 400, 500, 600}, {x * 7 for x in range(10)})
print(frozenset({33, 2, 17, 64, 9}))

s = set()
for item in [33, 2, 17, 64, 9]:
    s.add(item)
print(s, s.copy(), set(s), set(list(s)), frozenset(s))
s.discard(2)
print(s)
s.add(66)
print(s)
s.update([100, 101, 8])
print(s, s | {7}, s - {66, 9})
s |= {200, 201, 202, 203, 204, 205, 206, 207}
print(s)
s ^= {33, 1000, 66}
print(s)
s -= {8, 9}
print(s, sorted(s))

d = dict.fromkeys([33, 2, 17, 64, 9])
print(set(d), set(d.keys()), d.keys() & {64, 2, 5}, d.keys() | {5, 90}, d.keys() - {2}, d.keys() ^ {2, 8})
print({*a, *b}, a.union(b, [200]), a.intersection([12, 40, 1]), a.difference([1]), a.symmetric_difference([1, 2]))

taken = []
left = {x * 37 % 101 for x in range(80)}
while left:
    taken.append(left.pop())
print(taken)
print({(1, 2), (3, 4), (0, 0), (-1, 5), (7, 7)}, {-2, 2.5, True, 300})
