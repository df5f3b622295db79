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
const ADAPTERS = ['direct', 'run', 'runner', 'nested', 'thread', 'greenlet', 'pool'];
/** Enough to have begun everything that a measured program does. */
const INSTRUCTIONS = 4_000_000;
const LONGEST_MILLIS = 5_000;

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

/** A number for each function: 0 if it did not run. `glue` is what wasm-bindgen wrote for the engine. */
export async function ran(engine, glue) {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-engine-'));
  try {
    const file = (name, source) => writeFileSync(join(folder, name), source);
    file('package.json', '{ "type": "module" }');
    file('stack.js', 'export const suspend = () => {}, resume = suspend;');
    file('late.js', 'export const load = () => {};');
    file('glue.js', glue);
    return await run(engine, await import(pathToFileURL(join(folder, 'glue.js'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(engine, { initSync, start, handle, run_virtual }) {
  const { wasm, base, count } = instrument(engine);
  const { memory } = initSync({ module: new WebAssembly.Module(wasm) });
  let hear = () => {};
  globalThis.postMessage = (message) => hear(message);
  const finished = (send) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the engine does not answer')), LONGEST_MILLIS);
    hear = (message) => {
      if (typeof message !== 'string' || !/^\{"type":"(finished|checked|failed)/.test(message)) return;
      clearTimeout(late);
      resolve();
    };
    send();
  });
  start(undefined, []);
  const { examples, measured } = programs();
  for (const [core, shell] of examples) {
    await finished(() => handle(JSON.stringify({ type: 'check', core, shell })));
    for (const adapter of ADAPTERS) run_virtual(JSON.stringify(playground(core, shell, adapter, 'virtual')));
  }
  for (const [core, shell] of measured) run_virtual(JSON.stringify(playground(core, shell, 'direct', 'virtual')));
  const [core, shell] = examples.find(([, shell]) => shell.includes('total'));
  for (const [side, adapter] of [['core', 'direct'], ['shell', 'runner'], ['shell', 'greenlet'], ['shell', 'thread']]) {
    await finished(() => handle(JSON.stringify({ type: 'run', side, playground: playground(core, shell, adapter, 'real') })));
  }
  // A program that is wrong, and one that raises.
  await finished(() => handle(JSON.stringify({ type: 'check', core: 'def f(:\n', shell: 'print(1' })));
  run_virtual(JSON.stringify(playground('import asyncio\nasync def main():\n    raise ValueError("no")\n', 'print(undefined)\n', 'runner', 'virtual')));
  return new Uint8Array(memory.buffer, base, count).slice();
}
