# Files sent through transports and sockets, and a logger of the library that is patched meanwhile.
import asyncio
import asyncio.log
import os
import socket
import tempfile
from unittest import mock

DATA = b"12345abcde" * 1600


async def main(path):
    received = bytearray()
    is_over = asyncio.Event()

    async def handle(reader, writer):
        while data := await reader.read(4096):
            received.extend(data)
        is_over.set()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    loop = asyncio.get_running_loop()

    _, writer = await asyncio.open_connection(*address)
    with open(path, "rb") as file:
        print("sent", await loop.sendfile(writer.transport, file), "left", len(file.read()))
    writer.close()
    await is_over.wait()
    print("received", len(received), bytes(received) == DATA)

    is_over.clear()
    received.clear()
    sender = socket.socket()
    sender.setblocking(False)
    await loop.sock_connect(sender, address)
    with open(path, "rb") as file:
        print("sent", await loop.sock_sendfile(sender, file, 3, 1000), "at", file.tell())
    sender.close()
    await is_over.wait()
    print("received", bytes(received[:10]))
    server.close()


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "data")
    with open(path, "wb") as file:
        file.write(DATA)
    asyncio.run(main(path))

with mock.patch("asyncio.log.logger.error") as error:
    asyncio.log.logger.error("never shown")
    print(error.call_args)
print(callable(asyncio.log.logger.error))
