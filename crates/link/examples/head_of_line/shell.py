import airlock, core
core = airlock.wrap(core)

# The prices were due after 5 ms. They come when the report is done.
for answer in core.everything():
    print(answer)
