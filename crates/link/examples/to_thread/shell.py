import airlock, core
core = airlock.wrap(core)

# The blocking call has a thread of its own, so that prices are on time.
for answer in core.everything():
    print(answer)
