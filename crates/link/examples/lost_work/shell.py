import airlock, core
core = airlock.wrap(core)

# Look for the lines that were to be written: each loop ends with its
# call, and cancels what the call has left at work.
print(core.log("started"))
print(core.log("ended"))
