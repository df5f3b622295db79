import airlock, core
core = airlock.wrap(core)

# Look at who waits for whom: the loop for the line that waits for it.
# core.main() does it right, by calling fetch_now() in another thread.
print(core.show())
