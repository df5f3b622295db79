import airlock, core
core = airlock.wrap(core)


def buyer():                        # plain sequential code
    return [core.price(symbol) for symbol in ("A", "BB", "CCC")]


# Look at the lost concurrency: none. While one greenlet waits for the
# core the others go on, so five buyers take no longer than one.
buyers = [airlock.spawn(buyer) for _ in range(5)]
airlock.joinall(buyers)
print(sum(sum(each.get()) for each in buyers))
