// The Worker's glue. The page's first message is an object: the compiled
// engine and the flags by which the page stops a Worker that is blocked. An
// object later on is the engine's late part or what programs may import; all
// else is the text of a `ToWorker`. The Rust side posts its own answers. A
// Worker that is to be another one's peer is told so in the first message, or
// is a spare one and told so later, and hears of nothing else from then on. One
// warms the engine up and has no other purpose.
import init, { add_library, handle, prepare_peer, serve_peer, set_packages, start, warm_up } from './airlock_browser.js';
import { expect, offer } from './late.js';

const waiting = [];
let running = false;

self.onmessage = ({ data }) => {
  if (data.latePart) offer(data.latePart);
  if (data.module) boot(data);
  else if (running) take(data);
  else waiting.push(data);
};

function take(data) {
  if (data.packages) set_packages(data.packages);
  else if (data.peer) serve(data.peer);
  else if (!data.latePart) handle(data);
}

let addresses;

function serve({ playground, origin, flags, parent, down, up }) {
  serve_peer(playground, origin, flags, parent, down, up, addresses);
  self.close();
}

async function boot({ module, flags, library, late, packages, peer, spare, warmUp }) {
  try {
    const exports = await init({ module_or_path: module });
    expect(late, exports);
    if (packages) set_packages(packages);
    addresses = library;
    if (peer) {
      serve(peer);
      return;
    }
    running = true;
    if (spare) {
      prepare_peer(library);
      for (const data of waiting.splice(0)) take(data);
      return;
    }
    start(flags, library, WebAssembly.promising?.(exports.drive_switching));
    if (warmUp) {
      warm_up();
      return;
    }
    for (const data of waiting.splice(0)) take(data);
    fetchLibrary(library);
  } catch (error) {
    self.postMessage(JSON.stringify({ type: 'failed', message: `the engine did not start: ${error?.message ?? error}` }));
  }
}

// The modules that the engine does not hold come after all that the first run
// needs, what most programs import before the rest. The table of characters'
// names is left to who asks for one.
async function fetchLibrary(addresses) {
  for (const address of addresses.filter((address) => !address.endsWith('.table'))) {
    let bytes;
    try {
      const response = await fetch(address, { priority: 'low' });
      if (response.ok) bytes = new Uint8Array(await response.arrayBuffer());
    } catch { /* offline: what is there already works on */ }
    add_library(address, bytes);
  }
}

// A panic leaves the engine unusable. The page must hear of it even when the
// engine can no longer say so itself.
self.addEventListener('error', (event) => {
  self.postMessage(JSON.stringify({ type: 'failed', message: `the engine failed: ${event.message}` }));
  event.preventDefault();
});
self.addEventListener('unhandledrejection', (event) => {
  self.postMessage(JSON.stringify({ type: 'failed', message: `the engine failed: ${event.reason?.message ?? event.reason}` }));
  event.preventDefault();
});
