# A small ledger with validation and a report.
class InsufficientFunds(Exception):
    def __init__(self, need, have):
        super().__init__(f"need {need}, have {have}")
        self.need, self.have = need, have
class Bank:
    def __init__(self):
        self._accounts = {}
        self.history = []
    def open(self, name, balance=0):
        if name in self._accounts:
            raise ValueError(f"account {name!r} exists")
        self._accounts[name] = balance
        self.history.append(("open", name, balance))
    def transfer(self, source, target, amount):
        if self._accounts[source] < amount:
            raise InsufficientFunds(amount, self._accounts[source])
        self._accounts[source] -= amount
        self._accounts[target] += amount
        self.history.append(("transfer", source, target, amount))
    def report(self):
        width = max(map(len, self._accounts))
        for name, balance in sorted(self._accounts.items(), key=lambda kv: (-kv[1], kv[0])):
            yield f"{name:<{width}} {balance:>10,.2f}"
bank = Bank()
for name, balance in [("alice", 1200.5), ("bob", 50), ("carol", 99999)]:
    bank.open(name, balance)
bank.transfer("alice", "bob", 200)
for attempt in [lambda: bank.transfer("bob", "carol", 1e6), lambda: bank.open("bob"), lambda: bank.transfer("x", "y", 1)]:
    try:
        attempt()
    except (InsufficientFunds, ValueError, KeyError) as error:
        print(type(error).__name__, error)
print("\n".join(bank.report()))
print(len(bank.history), bank.history[-1])
