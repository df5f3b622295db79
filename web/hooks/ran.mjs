// Which functions of the engine run before and when the example does that the page opens with: those that belong into
// its first part. The engine runs here as it does in a Worker, with notes of its functions in place of the Worker's
// messages.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { instrument } from './split.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The example that the page opens with. */
const OPENED = at('../../crates/link/examples/fan_out');
/** Programs whose speed is measured: a call between the two parts takes longer than one inside. */
const MEASURED = at('../../tests/bench/programs');
/** Those whose crossings take so little that a call between the two parts would show. */
const ADAPTERS = ['run', 'runner', 'greenlet'];
/** Enough to have begun everything that a measured program does. */
const INSTRUCTIONS = 4_000_000;
const LONGEST_MILLIS = 60_000;
/** Calls in all measured programs from which on it matters that one between the parts takes longer, by some 10 ns. */
const OFTEN = 200_000;

function playground(core, shell, adapter, clock) {
  const limits = { instructions: INSTRUCTIONS, heap_bytes: 64 << 20, recursion: 1000, output_bytes: 1 << 20, trace_events: 200_000 };
  return { core, shell, adapter, clock, profile: 'cpython-3.11', seed: 0, limits, playhead_nanos: null };
}

const text = (...path) => readFileSync(join(...path), 'utf8');

/**
 * For each function whether it belongs into the first part: it ran with the example, or often in a measured program.
 * `glue` is what wasm-bindgen wrote for the engine, `bundles` are the parts of the library that the engine does not
 * hold.
 */
export async function ran(engine, glue, bundles) {
  const { wasm, base, count } = instrument(engine);
  return started(wasm, glue, bundles, '', async ({ exports, ask, play, warmUp, addLibrary }) => {
    const { core, shell } = await playFirst(play, warmUp);
    await ask({ type: 'check', core, shell });
    addLibrary();
    await ask({ type: 'check', core, shell });
    await play('core', core, shell, 'direct', 'virtual');
    for (const adapter of ADAPTERS) {
      await play('shell', core, shell, adapter, 'virtual');
      await play('shell', core, shell, adapter, 'real');
    }
    // On a slow machine a first run takes longer, has more to tell, and its loop stands still between crossings.
    const slow = `import time\nfor _ in range(40):\n    time.sleep(0.01)\n${shell}\nfor _ in range(5):\n    time.sleep(0.01)\n    core.price("late")\n`;
    for (const adapter of ADAPTERS) await play('shell', core, slow, adapter, 'real');
    await play('core', 'import asyncio, time\n\nasync def main():\n    for _ in range(8):\n        time.sleep(0.025)\n        await asyncio.sleep(0)\n', 'pass\n', 'direct', 'real');
    const calls = () => new Uint32Array(exports.memory.buffer, base, count).slice();
    const before = calls();
    for (const program of measured()) await play('core', program, 'pass\n', 'direct', 'virtual');
    return calls().map((all, index) => Number(before[index] > 0 || all - before[index] >= OFTEN));
  });
}

/**
 * Fails unless the two parts run the example, and measured programs, to their end: the late one comes when the other
 * asks for it. A constant that the first part lacks is zeros until then, and these programs assert their results.
 */
export async function tryParts(first, second, glue, bundles) {
  const load = 'new WebAssembly.Instance(globalThis.airlockLate, { engine: globalThis.airlockEngine })';
  const run = (programs) => started(first, glue, bundles, load, async ({ play, warmUp, exports, addLibrary }) => {
    globalThis.airlockLate = new WebAssembly.Module(second);
    globalThis.airlockEngine = exports;
    await programs(async (...of) => {
      const { report } = await play(...of);
      if (!['completed', 'limit_reached'].includes(report.ending)) {
        throw new Error(`the parts of the engine do not run ${JSON.stringify(of)}: ${JSON.stringify(report)}`);
      }
    }, warmUp, addLibrary);
  });
  await run(playFirst);
  // Each by itself: one may bring the late part for the next.
  for (const program of measured()) {
    await run(async (play, _, addLibrary) => {
      addLibrary();
      await play('core', program, 'pass\n', 'direct', 'virtual');
    });
  }
}

const measured = () => readdirSync(MEASURED).filter((name) => name.endsWith('.py')).map((name) => text(MEASURED, name));

/** The warm-up, and the example on both sides before the library is there. */
async function playFirst(play, warmUp) {
  await warmUp();
  const [core, shell] = ['core.py', 'shell.py'].map((name) => text(OPENED, name));
  for (const side of ['core', 'shell']) await play(side, core, shell, 'runner', 'real');
  return { core, shell };
}

/** Starts an engine as a Worker does, and lets `use` talk to it. `load` is what happens when it asks for its late part. */
async function started(wasm, glue, bundles, load, use) {
  const folder = mkdtempSync(join(tmpdir(), 'airlock-engine-'));
  try {
    const file = (name, source) => writeFileSync(join(folder, name), source);
    file('package.json', '{ "type": "module" }');
    file('stack.js', 'export const suspend = () => globalThis.airlockStack.suspend(), resume = () => globalThis.airlockStack.resume(), soon = (callback) => globalThis.airlockStack.soon(callback);');
    file('late.js', `export const load = () => { ${load} };`);
    file('glue.js', glue);
    return await use(talk(wasm, bundles, await import(pathToFileURL(join(folder, 'glue.js')))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What suspends a stack, in place of the browser's: here the callbacks that end the wait are called from within it.
 * Enough for programs that wait for nothing but the loop's next turn.
 */
function stackOf() {
  const waiting = [];
  let suspended = false;
  return {
    soon(callback) { waiting.push(callback); },
    suspend() {
      suspended = true;
      while (suspended) waiting.shift()();
    },
    resume() { suspended = false; },
  };
}

function talk(wasm, bundles, { initSync, start, warm_up, add_library, handle, drive_switching }) {
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
  globalThis.airlockStack = stackOf();
  const exports = initSync({ module: new WebAssembly.Module(wasm) });
  let hear = () => {};
  globalThis.postMessage = (message) => {
    // What ended the engine between two runs.
    if (typeof message === 'string' && message.startsWith('{"type":"failed')) console.error(message);
    hear(message);
  };
  /** Sends a message and waits for its answer. */
  const ask = (message) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the engine does not answer')), LONGEST_MILLIS);
    hear = (text) => {
      if (typeof text !== 'string') return;
      const answer = JSON.parse(text);
      if (!['finished', 'checked', 'failed'].includes(answer.type)) return;
      clearTimeout(late);
      if (answer.type === 'failed') reject(new Error(`the engine failed: ${answer.message}`));
      else resolve(answer);
    };
    handle(JSON.stringify(message));
  });
  const play = (side, ...of) => ask({ type: 'run', side, playground: playground(...of) });
  const warmUp = () => new Promise((resolve) => {
    globalThis.close = resolve;
    warm_up();
  });
  const addLibrary = () => bundles.forEach((bytes, index) => add_library(addresses[index], bytes));
  start(new Int32Array(new SharedArrayBuffer(8)), addresses, drive_switching);
  return { exports, ask, play, warmUp, addLibrary };
}
