import time
import airlock, core
core = airlock.wrap(core)

# Look at the loop's lane: it turns while this program works, because it
# has a thread of its own. With a persistent loop the pages come late.
core.start(5)
for page in range(5):
    time.sleep(0.004)               # work on the page before
    print(core.take(page), end=" ")
print()
