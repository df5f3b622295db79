from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Request, TextMessage

client, server = WSConnection(ConnectionType.CLIENT), WSConnection(ConnectionType.SERVER)
server.receive_data(client.send(Request(host='example.org', target='/chat', subprotocols=['a', 'b'])))
request = next(iter(server.events()))
print(type(request).__name__, request.target, request.subprotocols)
client.receive_data(server.send(AcceptConnection(subprotocol='b')))
print([(type(e).__name__, e.subprotocol) for e in client.events()])
server.receive_data(client.send(TextMessage('grüß')) + client.send(BytesMessage(b'\0\1' * 100)) + client.send(Ping(b'p')))
for event in server.events():
    print(type(event).__name__, getattr(event, 'data', getattr(event, 'payload', None)))
    if isinstance(event, Ping):
        client.receive_data(server.send(event.response()))
print([type(e).__name__ for e in client.events()])
client.receive_data(server.send(CloseConnection(code=1001, reason='bye')))
for event in client.events():
    print(event)
    server.receive_data(client.send(event.response()))
print([type(e).__name__ for e in server.events()], client.state, server.state)
