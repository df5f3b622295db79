import airlock, core
calls = airlock.wrap(core)

# Where each crossing is a task of its own, it works on a copy of the
# context: what the core sets is gone when the answer is back.
calls.log_in("ada")
print("logged in as", calls.whoami())

core.user.set("grace")              # the other way it is seen
print("logged in as", calls.whoami())
