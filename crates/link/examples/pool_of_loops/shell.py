import airlock, core
core = airlock.wrap(core)

# Look at the loops and the thread wakes: each call goes to a thread with
# a loop of its own, so calls from four shells wait side by side.
shells = [airlock.spawn(core.convert, name) for name in "abcd"]
print([shell.get() for shell in shells])
