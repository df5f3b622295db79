import h11

client, server = h11.Connection(h11.CLIENT), h11.Connection(h11.SERVER)
data = client.send(h11.Request(method='POST', target='/a?b=c', headers=[('Host', 'example.org'), ('Transfer-Encoding', 'chunked')]))
data += client.send(h11.Data(data=b'hello')) + client.send(h11.EndOfMessage())
print(data)
server.receive_data(data[:20])
print(server.next_event())
server.receive_data(data[20:])
while True:
    event = server.next_event()
    print(event)
    if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.EndOfMessage):
        break
answer = server.send(h11.Response(status_code=200, reason=b'OK', headers=[('Content-Length', '2')])) + server.send(h11.Data(data=b'ok'))
answer += server.send(h11.EndOfMessage())
client.receive_data(answer)
print([type(client.next_event()).__name__ for _ in range(3)], client.our_state, server.their_state)
client.start_next_cycle()
try:
    h11.Connection(h11.SERVER).receive_data(b'x') or server.send(h11.Data(data=b''))
except h11.LocalProtocolError as error:
    print(error)
broken = h11.Connection(h11.SERVER)
broken.receive_data(b'GET / HTTP/1.1\r\n bad\r\n\r\n')
try:
    broken.next_event()
except h11.RemoteProtocolError as error:
    print(error, error.error_status_hint)
