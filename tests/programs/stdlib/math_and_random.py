import math, random, statistics
print(math.sqrt(2), math.pi, math.e, math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7))
print(math.gcd(12, 18), math.lcm(4, 6), math.factorial(20), math.comb(10, 3), math.perm(5, 2), math.isqrt(99))
print(math.hypot(3, 4), math.isclose(0.1 + 0.2, 0.3), math.fsum([0.1] * 10), math.prod([1, 2, 3]))
print(math.inf, -math.inf, math.isnan(math.nan), math.copysign(1, -0.0), math.modf(2.5), math.frexp(8))
print(round(math.sin(1), 12), round(math.log(10), 12), math.log2(8), math.log10(1000), math.degrees(math.pi))
random.seed(42)
print(random.random(), random.randint(1, 100), random.choice("abc"), random.sample(range(100), 3))
items = list(range(10))
random.shuffle(items)
print(items, random.uniform(1, 2), random.gauss(0, 1))
print(random.choices("ab", weights=[1, 9], k=5), random.Random(1).random(), random.getrandbits(70))
print(statistics.mean([1, 2, 3, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]))
try:
    math.sqrt(-1)
except ValueError as error:
    print("ValueError")
