# Instances, class attributes, methods of every kind, repr.
class Account:
    count = 0
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        Account.count += 1
    def deposit(self, amount):
        self.balance += amount
        return self
    @property
    def summary(self):
        return f"{self.owner}: {self.balance}"
    @summary.setter
    def summary(self, text):
        self.owner, _, balance = text.partition(": ")
        self.balance = int(balance)
    @classmethod
    def empty(cls, owner):
        return cls(owner)
    @staticmethod
    def valid(amount):
        return amount > 0
    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"
a = Account("ann", 10).deposit(5)
b = Account.empty("bob")
print(a, b, Account.count, a.count, Account.valid(3), a.summary)
b.summary = "zed: 7"
print(b, vars(b), hasattr(b, "x"), getattr(b, "x", None))
b.x = 1
print(b.x, b.__dict__, Account.__name__, type(b) is Account, isinstance(b, Account))
del b.x
try:
    b.x
except AttributeError as error:
    print(error)
try:
    a.summary.missing
except AttributeError as error:
    print(error)
method = a.deposit
method(1)
print(a.balance, Account.deposit(a, 2).balance)
class Empty:
    pass
print(Empty().__class__.__name__, Empty.__bases__, Empty.__mro__[-1], Empty.__module__)
setattr(Empty, "f", lambda self: "added")
print(Empty().f())
