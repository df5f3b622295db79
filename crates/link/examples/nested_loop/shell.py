import airlock, core
calls = airlock.wrap(core)

print(core.greeting("grace"))       # no loop runs here: works
print(calls.load("nick"))

try:
    print(calls.welcome("ada"))     # inside a loop it cannot
except RuntimeError as error:
    print("RuntimeError:", error)
