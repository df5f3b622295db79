import socket, threading, select, selectors, socketserver, time
def server(l):
    while True:
        c, a = l.accept()
        with c:
            while data := c.recv(100):
                c.sendall(data.upper())
        if data == b'': break
l = socket.create_server(('127.0.0.1', 0))
t = threading.Thread(target=server, args=(l,)); t.start()
with socket.create_connection(l.getsockname(), timeout=5) as s:
    s.sendall(b'hello'); print(s.recv(100))
    f = s.makefile('rwb'); f.write(b'line\n'); f.flush(); print(f.readline()); f.close()
t.join(); l.close()
a, b = socket.socketpair(); a.send(b'x'); print(b.recv(5), select.select([a, b], [a], [], 0)[1] == [a])
print(a.family, a.type, socket.AF_INET.name)
sel = selectors.DefaultSelector(); sel.register(b, selectors.EVENT_READ, 'data'); print(sel.select(0)); a.send(b'y'); print([k.data for k, e in sel.select()])
b.settimeout(0.01); b.recv(1)
try: b.recv(1)
except TimeoutError as e: print(repr(e))
b.setblocking(False)
try: b.recv(1)
except BlockingIOError as e: print(repr(e))
try: socket.create_connection(('127.0.0.1', 1))
except OSError as e: print(repr(e))
try: socket.create_connection(('example.com', 80))
except OSError as e: print(type(e).__name__)
u1 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u1.bind(('127.0.0.1', 0)); u2 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u2.sendto(b'dgram', u1.getsockname()); d, who = u1.recvfrom(100); print(d, who[0]); u1.sendto(b'back', who); print(u2.recv(10))
class H(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b'you said ' + self.rfile.readline())
with socketserver.ThreadingTCPServer(('127.0.0.1', 0), H) as srv:
    th = threading.Thread(target=srv.serve_forever, kwargs={'poll_interval': 0.01}); th.start()
    with socket.create_connection(srv.server_address) as s:
        s.sendall(b'ho\n'); print(s.makefile().read())
    srv.shutdown(); th.join()
from http.server import HTTPServer, BaseHTTPRequestHandler
import urllib.request, json
class W(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({'path': self.path}).encode()
        self.send_response(200); self.send_header('Content-Type', 'application/json'); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *a): pass
h = HTTPServer(('127.0.0.1', 0), W)
th = threading.Thread(target=h.serve_forever, kwargs={'poll_interval': 0.01}); th.start()
print(json.load(urllib.request.urlopen('http://127.0.0.1:%d/abc?d=1' % h.server_port)))
h.shutdown(); h.server_close(); th.join()
import os
r, w = os.pipe()
os.write(w, b'through a pipe')
print(os.read(r, 100))
os.close(w)
print(os.read(r, 1))
os.close(r)
