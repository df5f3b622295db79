// The least that a call into another Worker can take: a message there, and back through shared memory. Two Workers
// run this file: `caller` blocks as a shell does, `core` is called from its event loop.
self.onmessage = ({ data: { role, port, shared } }) => (role === "core" ? serve(port, shared) : measure(port, shared));

function serve(port, shared) {
  port.onmessage = ({ data }) => {
    Atomics.store(shared, 0, data);
    Atomics.notify(shared, 0);
  };
}

const ROUNDS = 5;
const CALLS = 2000;

function measure(port, shared) {
  const nanos = [];
  let sent = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    for (let call = 0; call < CALLS; call += 1) {
      port.postMessage((sent += 1));
      Atomics.wait(shared, 0, sent - 1);
    }
    nanos.push(((performance.now() - start) / CALLS) * 1e6);
  }
  self.postMessage(nanos.map((each) => `@ ${each}`).join("\n"));
}
