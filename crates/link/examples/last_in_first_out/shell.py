import airlock, core

# Look at when ask(A) returns: its answer comes after 10 ms, but below it
# on the same stack the loop is run for B, which must return first.
airlock.wrap(core).both()
