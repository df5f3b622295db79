import airlock, core
calls = airlock.wrap(core)

# Look at the crossings: the browser puts this program's whole stack
# aside while the core's loop turns, and no thread is needed for it.
for page in range(3):
    print("page", calls.load(page))
