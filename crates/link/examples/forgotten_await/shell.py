import airlock, core
calls = airlock.wrap(core)

calls.save("cake")                  # the adapter awaits this one
print(calls.accept("tea"))          # and cannot know of that one
print("saved:", core.saved)
