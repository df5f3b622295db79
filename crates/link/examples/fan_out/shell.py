import airlock, core
core = airlock.wrap(core)

total = 0
for i in range(10):
    total += core.price(f"S{i}")    # one at a time

print("total", total)
