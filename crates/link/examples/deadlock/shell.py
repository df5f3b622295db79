import airlock, core
core = airlock.wrap(core)

core.publish("Airlocks")            # waits for the approval
core.approve()                      # that only this line gives
