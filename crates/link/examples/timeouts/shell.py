import airlock, core
core = airlock.wrap(core)

for host in ("near", "far", "lost"):
    print(core.ask_within(host, 0.020))

# The race is inside the core, so its overlap survives the adapter.
print(core.fastest(["far", "near", "lost"]))

try:
    core.ask("nowhere")
except KeyError as error:
    print("errors cross too:", repr(error))
