import airlock, core
core = airlock.wrap(core)

# One call at a time never comes near the limit:
# the core's own overlap was what needed it.
pages = []
for page in range(12):
    pages.append(core.fetch(page))

print(pages)
