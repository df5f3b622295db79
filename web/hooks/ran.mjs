// Which functions of the engine run when the examples do: those that belong into its first part. The engine runs here
// as it does in a Worker, with notes of its functions in place of the Worker's messages.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { instrument } from './split.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLES = at('../../crates/link/examples');
/** Programs whose speed is measured: a call between the two parts takes longer than one inside. */
const MEASURED = at('../../tests/bench/programs');
const WARM_UP = at('../../crates/browser/src/warm_up.py');
const ADAPTERS = ['direct', 'run', 'runner', 'nested', 'thread', 'greenlet', 'pool'];
/** Enough to have begun everything that a measured program does. */
const INSTRUCTIONS = 4_000_000;
const LONGEST_MILLIS = 60_000;
/** As the Worker has them. */
const WARM_UP_DELAY_MILLIS = 100;
const WARM_UP_MILLIS = 400;
/** Calls in all measured programs from which on it matters that a call between the parts takes longer. */
const OFTEN = 100;

function playground(core, shell, adapter, clock) {
  const limits = { instructions: INSTRUCTIONS, heap_bytes: 64 << 20, recursion: 1000, output_bytes: 1 << 20, trace_events: 200_000 };
  return { core, shell, adapter, clock, profile: 'cpython-3.11', seed: 0, limits, playhead_nanos: null };
}

function programs() {
  const text = (...path) => readFileSync(join(...path), 'utf8');
  const examples = readdirSync(EXAMPLES).map((name) => [text(EXAMPLES, name, 'core.py'), text(EXAMPLES, name, 'shell.py')]);
  const measured = readdirSync(MEASURED).filter((name) => name.endsWith('.py')).map((name) => [text(MEASURED, name), 'pass\n']);
  return { examples, measured };
}

/**
 * For each function whether it belongs into the first part: it ran with an example, or often in a measured program. `glue` is what wasm-bindgen wrote for the engine, `bundles` are the
 * parts of the library that the engine does not hold.
 */
export async function ran(engine, glue, bundles) {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-engine-'));
  try {
    const file = (name, source) => writeFileSync(join(folder, name), source);
    file('package.json', '{ "type": "module" }');
    file('stack.js', 'export const suspend = () => {}, resume = suspend;');
    file('late.js', 'export const load = () => {};');
    file('glue.js', glue);
    return await run(engine, bundles, await import(pathToFileURL(join(folder, 'glue.js'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(engine, bundles, { initSync, start, add_library, handle }) {
  const { wasm, base, count } = instrument(engine);
  // As long as those of a page are.
  const addresses = bundles.map((_, index) => `http://localhost:8080/library-${index}-0123456789abcdef.bundle`);
  // The engine fetches a part of the library itself when it cannot go on without.
  globalThis.XMLHttpRequest = class {
    status = 200;
    open(_method, address) {
      this.response = bundles[addresses.indexOf(address)];
    }
    send() {}
  };
  // As Chromium has it.
  globalThis.scheduler ??= { postTask: (callback, { delay }) => { setTimeout(callback, delay); } };
  const { memory } = initSync({ module: new WebAssembly.Module(wasm) });
  let hear = () => {};
  globalThis.postMessage = (message) => {
    // What ended the engine between two runs.
    if (typeof message === 'string' && message.startsWith('{"type":"failed')) console.error(message);
    hear(message);
  };
  /** Sends a message and waits for its answer. */
  const ask = (message) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the engine does not answer')), LONGEST_MILLIS);
    hear = (answer) => {
      if (typeof answer !== 'string') return;
      const { type, message } = JSON.parse(answer);
      if (!['finished', 'checked', 'failed'].includes(type)) return;
      clearTimeout(late);
      if (type === 'failed') reject(new Error(`the engine failed: ${message}`));
      else resolve();
    };
    handle(JSON.stringify(message));
  });
  const play = (side, ...of) => ask({ type: 'run', side, playground: playground(...of) });
  const flags = new Int32Array(new SharedArrayBuffer(8));
  start(flags, addresses, () => {});
  const { examples, measured } = programs();
  // The first run comes before the library does, and after the Worker has warmed up, which a busy machine begins late.
  await new Promise((resolve) => { setTimeout(resolve, WARM_UP_DELAY_MILLIS + 5 * WARM_UP_MILLIS); });
  const quick = examples.find(([core, shell]) => !/^(?:import|from) (?!airlock|asyncio|core)/m.test(core + shell));
  for (const side of ['core', 'shell']) await play(side, ...quick, 'runner', 'real');
  bundles.forEach((bytes, index) => add_library(addresses[index], bytes));
  for (const [core, shell] of examples) {
    await ask({ type: 'check', core, shell });
    await play('core', core, shell, 'direct', 'virtual');
    for (const adapter of ADAPTERS) await play('shell', core, shell, adapter, 'virtual');
  }
  const [core, shell] = examples[0];
  // `thread` would wait for a Worker that only the page can start.
  for (const [side, adapter] of [['core', 'direct'], ['shell', 'runner'], ['shell', 'greenlet']]) {
    await play(side, core, shell, adapter, 'real');
  }
  // On a slow machine a first run takes longer and has more to tell.
  await play('shell', core, `import airlock, core, time\nfor _ in range(40):\n    time.sleep(0.01)\n${shell}`, 'runner', 'real');
  await play('core', 'import asyncio, time\n\nasync def main():\n    for _ in range(8):\n        time.sleep(0.025)\n        await asyncio.sleep(0)\n', 'pass\n', 'direct', 'real');
  // The whole warm-up: how far it comes before a first run depends on the machine.
  await play('core', readFileSync(WARM_UP, 'utf8'), 'pass\n', 'direct', 'virtual');
  // Enough for a collection, which any run may come to.
  await play('core', 'async def main():\n    for _ in range(60_000):\n        [0] * 100\n', 'pass\n', 'direct', 'virtual');
  // A program that is wrong, and one that raises.
  await ask({ type: 'check', core: 'def f(:\n', shell: 'print(1' });
  await play('shell', '', 'print(undefined)\n', 'runner', 'virtual');
  const calls = () => new Uint32Array(memory.buffer, base, count).slice();
  const before = calls();
  for (const [core, shell] of measured) await play('core', core, shell, 'direct', 'virtual');
  return calls().map((all, index) => Number(before[index] > 0 || all >= OFTEN));
}
