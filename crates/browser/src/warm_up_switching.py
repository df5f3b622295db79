# As warm_up_shell.py, for crossings that suspend the stack of the Worker.
import airlock
import core

core = airlock.wrap(core)
for number in range(10_000):
    core.answer(number)
