import inspect

import airlock, core
core = airlock.wrap(core)

Client = core.Client
print(Client.__name__, Client.__doc__, inspect.signature(Client))
print(Client.get.__name__, Client.get.__doc__, inspect.signature(Client.get))
print(inspect.iscoroutinefunction(Client.get), inspect.iscoroutinefunction(Client.get.aio), core.work.aio is core.aio.work)
client = Client("a")
print(isinstance(client, Client), isinstance(client, core.Special), len(client), client.upper, client.plain())
print(client.get("k", times=2), len(client), client.count)
client.name = "b"
with client as same:
    print(same is client, same.get("z"))
with client:
    raise LookupError
print(list(client.items()))
items = client.items()
print(next(items))
items.close()
with client.items() as some:
    print(next(some))
with core.entered(5) as value:
    print(value)
try:
    core.fail()
except ValueError as error:
    print("caught", error)
print(Client.make().get("q"), client.child().get("w"), type(client.child()) is Client)
print(core.Special("s").get("t"), issubclass(core.Special, Client))
print(airlock.wrap(core.aio.work, adapter="thread")(7))
try:
    airlock.use("jspi")
except ValueError as error:
    print(error)
