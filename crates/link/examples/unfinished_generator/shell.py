import airlock, core
core = airlock.wrap(core)

# Look at when the tables are closed: leaving evens() does not end the
# rows() inside it, which the loop closes later, in a task of its own.
for find in (core.evens, core.evens_closed):
    with find(find.__name__) as found:
        print("found", next(found))
    print("done")
