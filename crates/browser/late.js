// The late part of the engine: the functions that the first runs do without (web/hooks/split.mjs). The engine calls
// `load` when it needs one of them, unless the page was so quick as to offer it before.
let address, engine, offered, beside = false;

/** Where the late part lies, and what it imports: the exports of the part that runs. */
export function expect(where, exports) {
  [address, engine] = [where, exports];
  if (offered) offer(offered);
}

/** Puts the late part, fetched and compiled, beside the other, which stands still meanwhile. */
export function offer(module) {
  offered = module;
  if (beside || !engine) return;
  new WebAssembly.Instance(module, { engine });
  beside = true;
}

export function load() {
  if (!beside) offer(new WebAssembly.Module(fetchNow()));
}

function fetchNow() {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  request.responseType = 'arraybuffer';
  request.send();
  if (request.status !== 200) throw new Error(`a part of the engine could not be loaded: ${address} answered ${request.status}`);
  return request.response;
}
