import asyncio, socket
class Echo(asyncio.Protocol):
    def connection_made(self, t): self.t = t; print('made', t.get_extra_info('peername')[0])
    def data_received(self, d): self.t.write(d[::-1])
    def eof_received(self): print('eof')
    def connection_lost(self, e): print('lost', e)
async def chat():
    clients = []
    async def handle(r, w):
        clients.append(w)
        while line := await r.readline():
            for c in clients: c.write(b'> ' + line)
            await asyncio.gather(*[c.drain() for c in clients])
        clients.remove(w); w.close()
    async with await asyncio.start_server(handle, 'localhost', 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        a, b = [await asyncio.open_connection(host, port) for _ in range(2)]
        await asyncio.sleep(0.01)
        a[1].write(b'hello\n'); print(await a[0].readline(), await b[0].readline())
        b[1].write(b'yo\n'); print(await a[0].readline(), await b[0].readline())
        for r, w in (a, b): w.close(); await w.wait_closed()
        await asyncio.sleep(0.01); print(len(clients))
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    w.write(b'abc'); print(await r.readexactly(3)); w.write_eof(); print(await r.read()); w.close()
    await asyncio.sleep(0); server.close(); await server.wait_closed()
    await chat()
    try: await asyncio.open_connection('127.0.0.1', 9)
    except OSError as e: print(type(e).__name__, e.errno)
    class D(asyncio.DatagramProtocol):
        def connection_made(self, t): self.t = t
        def datagram_received(self, d, a): self.t.sendto(b'pong ' + d, a)
    t, p = await loop.create_datagram_endpoint(D, local_addr=('127.0.0.1', 0))
    got = loop.create_future()
    class C(asyncio.DatagramProtocol):
        def connection_made(self, t): t.sendto(b'1')
        def datagram_received(self, d, a): got.set_result(d)
    t2, p2 = await loop.create_datagram_endpoint(C, remote_addr=t.get_extra_info('sockname'))
    print(await got); t.close(); t2.close()
    a, b = socket.socketpair(); a.setblocking(False); b.setblocking(False)
    async def later(): await asyncio.sleep(0.01); await loop.sock_sendall(a, b'raw')
    asyncio.create_task(later()); print(await loop.sock_recv(b, 10))
    loop.add_reader(b, lambda: (print('ready', b.recv(10)), loop.remove_reader(b))); a.send(b'!'); await asyncio.sleep(0.01)
    big = b'x' * 5_000_000
    async def sink(r, w):
        n = 0
        while d := await r.read(65536): n += len(d)
        w.write(str(n).encode()); w.close()
    s = await asyncio.start_server(sink, '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*s.sockets[0].getsockname()); w.write(big); await w.drain(); w.write_eof(); print(await r.read()); w.close(); s.close()
    try: await asyncio.wait_for(loop.sock_recv(b, 1), 0.02)
    except TimeoutError: print('timeout')
    async with asyncio.timeout(1):
        sr, sw = None, None
        def cb(r, w): w.write(b'unix'); w.close()
        us = await asyncio.start_unix_server(cb, '\0airlock-test'); r, w = await asyncio.open_unix_connection('\0airlock-test'); print(await r.read()); w.close(); us.close()
asyncio.run(main())
