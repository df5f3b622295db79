# Look at the adapter's part of the cost: there is none. With no adapter
# this side runs core.main() too, and this program is not run at all.
# Choose an adapter above, and each call below is a crossing.
import airlock, core
core = airlock.wrap(core)

print([core.fetch(page) for page in range(5)])
