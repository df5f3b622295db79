"""Plain values as pickles: the very bytes, what is shared, what is cut short."""

import pickle
import pickletools

shared = ["x", 2.5]
name = "name"
values = [
    None, True, 0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), -(2**31) - 1, 10**30, -(10**30), 2**2040,
    1.5, float("inf"), "", "text", "ünï→😀", "long" * 80, b"", b"bytes\x00", b"y" * 300,
    (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [[], {}], list(range(1005)), {}, {1: 2}, {"a": 1, "b": [2]},
    [shared, shared, (shared,)], [{name: index} for index in range(300)], {1, 2}, frozenset(), bytearray(b"z"), 1j,
]
for protocol in (0, 2, 4, 5):
    total = 0
    for value in values:
        data = pickle.dumps(value, protocol)
        again = pickle.loads(data)
        assert again == value and type(again) is type(value), value
        total = total * 31 + sum(data) + len(data)
    print(protocol, total % 10**12)
again = pickle.loads(pickle.dumps([shared, shared], 4))
print(again[0] is again[1])
loop = []
loop.append(loop)
again = pickle.loads(pickle.dumps(loop, 4))
print(again[0] is again, pickle.dumps(loop, 4))
knot = ([],)
knot[0].append(knot)
again = pickle.loads(pickle.dumps(knot, 4))
print(again[0][0] is again, pickle.dumps(knot, 4))
pickletools.dis(pickle.dumps({"a": (1, 2.5, None), "b": [True, "a"]}, 4))
deep = []
for _ in range(150):
    deep = [deep]
print(pickle.loads(pickle.dumps(deep)) == deep)
big = ["%06d" % index for index in range(20000)]
data = pickle.dumps(big, 4)
print(len(data), pickle.loads(data) == big, data[:12])
for wrong in (b"", b"\x80\x05]K\x01.", b"\x80\x09N."):
    try:
        print(pickle.loads(wrong))
    except Exception as error:
        print(type(error).__name__)
