// The late part of the engine: the functions that the first runs do without (web/hooks/split.mjs). The engine calls
// `load` when it needs one of them; until then the Worker's glue is on its way with the compiled part.
let address, engine, compiled;

/** Where the late part lies, and what it imports: the exports of the part that runs. */
export function expect(where, exports) {
  [address, engine] = [where, exports];
}

/** The late part has been fetched and compiled. */
export function offer(module) {
  compiled = module;
}

/** Puts the late part beside the other, which stands still meanwhile. */
export function load() {
  new WebAssembly.Instance(compiled ?? new WebAssembly.Module(fetchNow()), { engine });
}

function fetchNow() {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) throw new Error(`a part of the engine could not be loaded: ${address} answered ${request.status}`);
  return request.response;
}
