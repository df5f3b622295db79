import airlock, core
core = airlock.wrap(core)

# The lock belongs to the loop that first had to wait for it.
# With a new loop for each call the second call meets it again.
for page in (1, 3, 5):
    print(core.fetch_pair(page))
