import airlock, core
core = airlock.wrap(core)

visits = {
    "Ada": ["hello", "anyone here?"],
    "Grace": ["good morning", "me"],
    "Nick": ["hi all"],
}

for name in visits:
    core.join(name)

for name, lines in visits.items():
    for text in lines:
        core.say(name, text)        # the room waits for each line

for name, lines in visits.items():
    for _ in range(5 - len(lines)):
        print(name, "heard", core.hear(name))
