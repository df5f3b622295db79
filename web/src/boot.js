// Runs before the page's own wasm is there, so that meanwhile the engine is
// fetched and compiled, once for all Workers, and both Workers come up.
//
// The page finds `airlockBoot.startWorker()`, which gives the next Worker:
//
//   post(text)        what the page says to it
//   listen(receive)   every text it says, those from before included, and a
//                     `failed` message for whatever keeps it from starting
//   prepare()         a run follows: lowers the stop flag and ends the warm-up
//   raise()           raises it, and rings the bell that wakes a Worker that is
//                     blocked; without cross-origin isolation there is neither
//   end()             terminates it; nothing is received any more
//
// `airlockBoot.setPackages(bytes)` gives all Workers, those to come included,
// what programs may import. `airlockBoot.readFiles(source)` gives every file of
// a file input or of a drop.
const named = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href;

async function compiled(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  // A server that does not know wasm's media type cannot stream it.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

const engine = compiled(named('airlock-engine'));

// What first runs do without follows once a Worker has something to say: it
// is ready. A program that needs it sooner has the Worker fetch it by itself.
let engineRuns;
const running = new Promise((resolve) => { engineRuns = resolve; });
const late = running.then(() => compiled(named('airlock-late'), { priority: 'low' }));
late.catch(() => { /* offline: what is there already works on */ });
// Peers have no turn in which to take it later.
let latePart;
late.then((module) => { latePart = module; }, () => {}).finally(prepareSpare);

// Another Worker for one that cannot start it itself, being blocked. From here
// on the two talk over the memory that they share; of a Worker that fails the
// page tells its parent in the ring's third cell.
function createPeer(request, peers) {
  const worker = spare ?? new Worker(named('airlock-worker'), { type: 'module' });
  const started = worker === spare;
  spare = undefined;
  const fail = () => {
    Atomics.store(new Int32Array(request.up, 0, 3), 2, 1);
    Atomics.add(request.parent, 1, 1);
    Atomics.notify(request.parent, 1);
  };
  const own = new Map();
  worker.onmessage = ({ data }) => {
    if (typeof data === 'string') fail();
    else servePeers(data, own);
  };
  worker.onmessageerror = fail;
  worker.onerror = (event) => {
    event.preventDefault();
    fail();
  };
  if (started) worker.postMessage({ peer: request });
  else engine.then((module) => worker.postMessage(firstWords(module, { peer: request, latePart })), fail);
  peers.set(request.peer, {
    end() {
      endAll(own);
      worker.terminate();
    },
  });
}

const firstWords = (module, more) => ({ module, library: libraries(), late: named('airlock-late'), packages, ...more });

// One Worker waits with the engine loaded to be somebody's peer: to start one
// takes longer than a thousand calls. It comes up while nothing else runs, and
// after each run that has used it.
let spare;
const REST_MILLIS = 1000;

function prepareSpare() {
  if (!globalThis.crossOriginIsolated || navigator.hardwareConcurrency < 2) return;
  setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(() => {
    if (spare || peered.size > 0) return;
    const worker = spare = new Worker(named('airlock-worker'), { type: 'module' });
    const forget = (event) => {
      event.preventDefault?.();
      worker.terminate();
      if (spare === worker) spare = undefined;
    };
    worker.onerror = worker.onmessageerror = worker.onmessage = forget;
    engine.then((module) => worker.postMessage(firstWords(module, { spare: true, latePart })), () => { /* said by the others */ });
  }), REST_MILLIS);
}

// The Workers that have peers, each with these.
const peered = new Set();

// What a Worker asks for its peers: one more, or the end of one.
function servePeers(data, peers) {
  if (data.peer !== undefined) {
    peered.add(peers);
    createPeer(data, peers);
  } else {
    peers.get(data.ended)?.end();
    peers.delete(data.ended);
    if (peers.size === 0) restFrom(peers);
  }
}

function endAll(peers) {
  for (const peer of peers.values()) peer.end();
  peers.clear();
  restFrom(peers);
}

function restFrom(peers) {
  if (peered.delete(peers)) prepareSpare();
}

// What programs may import beside the library, packed; peers are started by the page too.
let packages;
const living = new Set();

function setPackages(bytes) {
  packages = bytes;
  for (const worker of living) worker.postMessage({ packages });
  spare?.postMessage({ packages });
}

// Read nothing that nobody imports, and no more than a Worker has room for.
const LARGEST = 64 << 20;
const isWanted = (path) => !path.split('/').some((name) => name.startsWith('.') || name === '__pycache__' || name === 'node_modules');

/** `[path, bytes]` of every file, those below dropped or chosen folders with their path from there. */
async function readFiles(source) {
  // What was dropped is to be had only until the event is over.
  const entries = source.items && Array.from(source.items, (item) => item.webkitGetAsEntry()).filter(Boolean);
  const found = entries
    ? (await Promise.all(entries.map(filesBelow))).flat()
    : Array.from(source, (file) => [file.webkitRelativePath || file.name, file]);
  const wanted = found.filter(([path]) => isWanted(path));
  if (wanted.reduce((sum, [, file]) => sum + file.size, 0) > LARGEST) throw new Error('these files are larger than 64 MB in all');
  return Promise.all(wanted.map(async ([path, file]) => [path, new Uint8Array(await file.arrayBuffer())]));
}

async function filesBelow(entry) {
  const path = entry.fullPath.slice(1);
  if (!isWanted(path)) return [];
  if (entry.isFile) return [[path, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]];
  const [reader, files] = [entry.createReader(), []];
  // A reader gives some at a time, and none at the end.
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return files;
    files.push(...(await Promise.all(some.map(filesBelow))).flat());
  }
}

const libraries = () => ['airlock-common', 'airlock-library', 'airlock-characters'].map(named);

function createWorker() {
  const worker = new Worker(named('airlock-worker'), { type: 'module' });
  const flags = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(8)) : undefined;
  const peers = new Map();
  living.add(worker);
  const early = [];
  let receive = (text) => early.push(text);
  const fail = (message) => receive(JSON.stringify({ type: 'failed', message }));
  worker.onmessage = ({ data }) => {
    engineRuns();
    if (data.peer !== undefined || data.ended !== undefined) servePeers(data, peers);
    else receive(data);
  };
  worker.onmessageerror = () => fail('the Worker sent what this page cannot read');
  worker.onerror = (event) => {
    event.preventDefault();
    // A script that could not be fetched gives an event without words.
    fail(event.message ? `the Worker failed: ${event.message}` : 'the Worker could not be started: its script could not be loaded');
  };
  engine.then(
    (module) => worker.postMessage(firstWords(module, { flags })),
    (error) => fail(`the engine could not be loaded: ${error.message}`),
  );
  late.then((module) => worker.postMessage({ latePart: module }), () => { /* as above */ });
  return {
    post: (text) => worker.postMessage(text),
    listen(listener) {
      receive = listener;
      for (const text of early.splice(0)) receive(text);
    },
    raise() {
      if (!flags) return;
      Atomics.store(flags, 0, 1);
      Atomics.add(flags, 1, 1);
      Atomics.notify(flags, 1);
    },
    prepare() {
      endWarmUp();
      if (flags) Atomics.store(flags, 0, 0);
    },
    end() {
      receive = () => {};
      endAll(peers);
      living.delete(worker);
      worker.terminate();
    },
  };
}

// Until functions of the engine have run often, the browser runs them slowly.
// So that this is over before somebody presses Run, a Worker of its own runs
// programs that call them, and is thrown away: all others have what the browser
// made of them, but not the memory that the programs took.
// Undefined before it, and null from the first run on: then there is none.
let warmer;
const DRAWN_MILLIS = 100;
const WARM_UP_MILLIS = 5000;

function warmUp() {
  if (warmer === null) return;
  const worker = warmer = new Worker(named('airlock-worker'), { type: 'module' });
  const flags = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(8)) : undefined;
  worker.onerror = (event) => event.preventDefault();
  engine.then((module) => worker.postMessage(firstWords(module, { flags, latePart, warmUp: true })), () => { /* said by the others */ });
  setTimeout(endWarmUp, WARM_UP_MILLIS);
}

function endWarmUp() {
  warmer?.terminate();
  warmer = null;
}

running.then(() => setTimeout(warmUp, DRAWN_MILLIS));

const prepared = [createWorker(), createWorker()];
globalThis.airlockBoot = { startWorker: () => prepared.shift() ?? createWorker(), setPackages, readFiles };

// Only shared memory lets a Worker block, and only an isolated page may share
// memory. Where the server does not send the two headers for that, a service
// worker adds them, and the page is loaded once more through it.
const RELOADED = 'airlock.reloaded-for-isolation';
if (!globalThis.crossOriginIsolated && globalThis.isSecureContext && 'serviceWorker' in navigator) {
  isolate().catch((error) => console.info('no cross-origin isolation:', error));
} else if (globalThis.crossOriginIsolated) {
  try { sessionStorage.removeItem(RELOADED); } catch { /* storage is denied: nothing was kept */ }
}

async function isolate() {
  // Without storage there is no telling whether this was tried before, and
  // the page could reload for ever.
  if (sessionStorage.getItem(RELOADED)) return;
  const registration = await navigator.serviceWorker.register(new URL('isolate.js', document.baseURI));
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const reload = () => {
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
  };
  if (worker.state === 'activated') reload();
  else worker.addEventListener('statechange', () => worker.state === 'activated' && reload());
}
