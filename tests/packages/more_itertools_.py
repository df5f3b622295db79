from more_itertools import (
    chunked, windowed, peekable, bucket, spy, divide, partition, unique_everseen, sliding_window, seekable,
    collapse, interleave_longest, split_at, run_length, set_partitions, distinct_permutations, minmax, batched,
    numeric_range, locate, always_iterable, first, last, one, nth_product, mark_ends, consecutive_groups,
)

print(list(chunked(range(7), 3)), list(windowed([1, 2, 3, 4], 3)), list(sliding_window('abcd', 2)))
p = peekable([1, 2, 3])
print(p.peek(), next(p), p[0], bool(p), list(p), p.peek('none'))
b = bucket(['a1', 'b1', 'a2'], key=lambda x: x[0])
print(sorted(b), list(b['a']), spy('abc', 2)[0], [list(part) for part in divide(3, range(7))])
print([list(x) for x in partition(lambda n: n % 2, range(6))], list(unique_everseen('AbBa', key=str.lower)))
s = seekable(iter('abcd'))
next(s), next(s), s.seek(0)
print(list(s), list(collapse([1, [2, [3, 'ab']]])), list(interleave_longest([1, 2], 'abc')))
print(list(split_at('a,b,c', lambda c: c == ',')), list(run_length.encode('aaabb')), list(set_partitions([1, 2, 3], 2)))
print(sorted(distinct_permutations([1, 1, 2])), minmax([3, 1, 2]), list(batched('ABCDE', 2)), list(numeric_range(0.5, 2.0, 0.5)))
print(list(locate([0, 1, 1])), list(always_iterable(5)), first([], 'none'), last([1, 2]), nth_product(5, 'ab', 'cd', 'ef'))
print(list(mark_ends('abc')), [list(g) for g in consecutive_groups([1, 2, 5, 6, 9])])
try:
    one([1, 2])
except ValueError as error:
    print(error)
