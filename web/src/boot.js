// Runs before the page's own wasm is there, so that the engine is fetched and
// compiled meanwhile. `airlockBoot.engine` is a promise of the compiled engine,
// `airlockBoot.worker` the address of the Worker's script.
const named = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI).href;

const engine = (async () => {
  const address = named('airlock-engine');
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  // A server that does not know wasm's media type cannot stream it.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
})();
engine.catch(() => {}); // the page reports it

globalThis.airlockBoot = { engine, worker: named('airlock-worker') };

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
