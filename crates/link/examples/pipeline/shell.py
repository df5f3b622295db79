import time
import airlock, core
core = airlock.wrap(core)

# Between two items nobody turns the loop,
# so the core cannot read ahead.
for average in core.averages(11):
    time.sleep(0.004)               # work on it
    print(average, end=" ")
print()
