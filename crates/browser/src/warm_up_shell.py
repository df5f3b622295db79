# As warm_up.py, for what each crossing does: crossings come by the thousand,
# and the browser compiles for good only what was called as often.
import airlock
import core

core = airlock.wrap(core)


def cross(adapter, count):
    airlock.use(adapter)
    for number in range(count):
        core.answer(number)


for _ in range(50):
    cross('runner', 200)
    cross('run', 15)
# Its loop goes on turning, so the others come first.
cross('greenlet', 15_000)
