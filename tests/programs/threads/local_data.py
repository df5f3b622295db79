# threading.local: attributes of one's own in each thread.
import threading

data = threading.local()
data.x = 'main'
print(data.x, data.__dict__)

def work(name):
    print(name, hasattr(data, 'x'))
    data.x = name
    data.only = 1
    print(name, sorted(vars(data).items()))
    del data.only
    try:
        del data.only
    except AttributeError as error:
        print(type(error).__name__)
    print(name, data.__dict__)

for name in ('a', 'b'):
    thread = threading.Thread(target=work, args=(name,))
    thread.start()
    thread.join()
print(data.x, data.__dict__)

class Connection(threading.local):
    kind = 'connection'
    made = []
    def __init__(self, host, port=80):
        self.host = host
        self.port = port
        self.uses = 0
        self.made.append(threading.current_thread().name)
    def use(self):
        self.uses += 1
        return self.uses
    @property
    def address(self):
        return f'{self.host}:{self.port}'

connection = Connection('example.org', port=8080)
print(connection.use(), connection.use(), connection.address, connection.kind)
def use():
    print(connection.use(), connection.address)
    connection.host = 'elsewhere'
    print(connection.address, sorted(connection.__dict__))
thread = threading.Thread(target=use, name='T')
thread.start()
thread.join()
print(connection.use(), connection.address, Connection.made)

class Slotted(threading.local):
    def __setattr__(self, name, value):
        super().__setattr__(name, value * 2)
    def __getattr__(self, name):
        return 'missing ' + name
slotted = Slotted()
slotted.n = 21
print(slotted.n, slotted.other)

try:
    threading.local(1)
except TypeError as error:
    print(error)
try:
    data.__dict__ = {}
except AttributeError:
    print('read-only')
print(isinstance(connection, threading.local), type(data).__name__)

results = {}
def count(name):
    data.n = 0
    for _ in range(1000):
        data.n += 1
    results[name] = data.n
threads = [threading.Thread(target=count, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results)
