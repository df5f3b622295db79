import airlock, core

# Look at what is left: 100 less five times 10 should be 50. The nested
# loop lets the others run between a withdrawal's reading and its storing.
airlock.wrap(core).everyone()
print("left:", core.balance)
