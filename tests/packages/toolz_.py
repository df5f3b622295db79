import toolz
from toolz import curried, curry, compose, pipe, groupby, countby, partition_all, merge_with, assoc_in, get_in
from toolz.itertoolz import sliding_window, topk, join, interleave

print(pipe(range(10), curried.filter(lambda n: n % 2), curried.map(lambda n: n * n), list))
add = curry(lambda a, b, c=1: a + b + c)
print(add(1)(2), add(1, c=5)(2), compose(str, abs)(-3), toolz.memoize(lambda n: n * 2)(4))
print(groupby(len, ['a', 'bb', 'c']), countby(str.isupper, 'aBc'), list(partition_all(2, range(5))))
print(merge_with(sum, {1: 1}, {1: 2, 3: 3}), assoc_in({}, ['a', 'b'], 1), get_in(['a', 0], {'a': [5]}))
print(list(sliding_window(2, 'abc')), topk(2, [3, 1, 9]), list(interleave([(1, 2), 'ab'])))
print(sorted(join(len, ['a', 'bb'], abs, [1, -2])), toolz.valmap(str, {1: 2}), toolz.frequencies('abca'))
