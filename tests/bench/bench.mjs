// Airlock beside Pyodide (in the same headless Chromium) and native python3.
//
// `cargo xtask bench [--suite SUITE] [ROW]...` builds the page, then runs this. Each program in `programs/` prints
// lines `@ NANOSECONDS`; a figure is the median of those, so all three measure with their own
// `time.perf_counter` and page traffic is not in it. The two browser rows measure from outside.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "../../dist");
const RUN_LIMIT_MILLIS = 120_000;
const START_RUNS = 5;
const SETTLE_MILLIS = 5_000;

// `reach` is the figure we set ourselves, in the row's unit. Rows belong to the suite `page` (the page and the
// event loop), to `python` (the language), or to both.
const PAGE_ROWS = [
  { key: "start", what: "start: navigation to ready, warm cache", unit: "ms", reach: 400 },
  { key: "download", what: "first download, gzip", unit: "KB", reach: 1300 },
  { key: "memory", what: "memory of an empty session (its wasm)", unit: "MB", reach: 12 },
  { key: "import_asyncio", what: "import asyncio, its modules anew", unit: "ms", reach: 15 },
  { key: "switch_one", what: "sleep(0), 1 task, per switch", unit: "µs", reach: 1 },
  { key: "switch_thousand", what: "sleep(0), 1,000 tasks, per switch", unit: "µs", reach: 1 },
  { key: "gather", what: "create and gather 10,000 tasks, per task", unit: "µs", reach: 4 },
  { key: "queue", what: "queue ping-pong, per round trip", unit: "µs" },
  { key: "await_coroutine", what: "await of a coroutine", unit: "µs" },
  { key: "generator", what: "generator, per item", unit: "µs" },
  { key: "async_generator", what: "async generator, per item", unit: "µs" },
  { key: "fib", what: "fib(24)", unit: "ms", reach: 10 },
  { key: "loop", what: "a million loop steps", unit: "ms", reach: 40 },
  { key: "crossing", what: "one crossing (greenlet; run_sync)", unit: "µs", reach: 2, adapter: "greenlet" },
];
// A crossing that does not wait, on the real clock, through each adapter. A row with an adapter runs the core
// `program` (else the one of its own name) under the shell of that name in `shells`, or `shells/airlock.py`.
const CROSSING_ROWS = [
  ["greenlet", 1],
  ["runner", 2],
  ["run", 10],
  ["thread", 30],
  ["jspi", 3],
].map(([adapter, reach]) => ({
  key: `crossing_${adapter}`, what: `a crossing that does not wait: ${adapter}`, unit: "µs", reach, adapter, program: "crossing",
}));
CROSSING_ROWS.push(
  { key: "floor", what: "postMessage to a Worker, Atomics.notify back", unit: "µs" },
  { key: "thousand_shells", what: "1,000 greenlet shells, each 10 calls of 5 ms", unit: "ms", reach: 80, adapter: "greenlet" },
);
const ofPage = (wanted) => PAGE_ROWS.find((row) => row.key === wanted);
const PYTHON_ROWS = [
  ofPage("fib"),
  ofPage("loop"),
  { key: "nbody", what: "nbody, 2,000 steps", unit: "ms" },
  { key: "spectral_norm", what: "spectral norm, 60", unit: "ms" },
  { key: "fannkuch", what: "fannkuch(8)", unit: "ms" },
  { key: "richards", what: "richards", unit: "ms" },
  { key: "deltablue", what: "deltablue", unit: "ms" },
  { key: "queens", what: "n-queens (7), by permutations", unit: "ms" },
  { key: "regex", what: "regular expressions", unit: "ms" },
  { key: "json_text", what: "json dumps and loads", unit: "ms" },
  { key: "strings", what: "string building", unit: "ms" },
  { key: "churn", what: "dict, list and set churn", unit: "ms" },
  ofPage("generator"),
  ofPage("async_generator"),
  ofPage("await_coroutine"),
];
const SUITES = { page: PAGE_ROWS, python: PYTHON_ROWS, crossing: CROSSING_ROWS };
// How far above its floor a crossing into another Worker may be.
const REACH_ABOVE_FLOOR = 1.5;
// The geometric mean of the python suite's ratios to Pyodide that we set ourselves.
const REACH_MEAN = 0.7;

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

/** A static server that notes the compressed size of each file it has sent. */
async function serve(folders) {
  const sent = new Map();
  const state = { withheld: undefined };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const [prefix, folder] = folders.find(([start]) => path.startsWith(start));
    let file = join(folder, normalize(`/${path.slice(prefix.length)}`));
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (!existsSync(file) || state.withheld?.test(file)) {
      response.writeHead(404).end("not found");
      return;
    }
    const body = readFileSync(file);
    sent.set(file, gzipSync(body, { level: 9 }).length);
    response.writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Length": body.length,
      // Everything but the page itself is cached, as a host would do it.
      "Cache-Control": extname(file) === ".html" ? "no-cache" : "public, max-age=31536000",
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Kilobytes (1,000 bytes) sent so far, each file once, as gzip. */
    kilobytes: () => [...sent.values()].reduce((sum, size) => sum + size, 0) / 1000,
    /** From now on there are no such files. */
    withhold: (pattern) => (state.withheld = pattern),
    close: () => server.close(),
  };
}

/** What notes the WebAssembly memories of the page or Worker that it comes first in; neither lends them to anyone. */
function noteMemories() {
  globalThis.memories = new Set();
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...parts) => {
      const made = await instantiate(...parts);
      for (const part of Object.values((made.instance ?? made).exports)) {
        if (part instanceof WebAssembly.Memory) memories.add(part);
      }
      return made;
    };
  }
}

/** Megabytes (1,000,000 bytes) of the largest memory that was noted in any of them. */
async function megabytes(places) {
  const largest = () => Math.max(0, ...[...(globalThis.memories ?? [])].map(({ buffer }) => buffer.byteLength));
  return Math.max(...(await Promise.all(places.map((place) => place.evaluate(largest))))) / 1e6;
}

function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Nanoseconds from a program's output, in the row's unit. */
function figure(output, unit) {
  const numbers = [...output.matchAll(/^@ (\S+)/gm)].map((match) => Number(match[1]));
  if (numbers.length === 0) throw new Error(`no figure in: ${output.trim().slice(-300) || "nothing"}`);
  return median(numbers) / (unit === "ms" ? 1e6 : 1e3);
}

const program = (name) => readFileSync(join(HERE, "programs", `${name}.py`), "utf8");

class Airlock {
  name = "Airlock";

  async open(browser) {
    this.server = await serve([
      ["/bench/", HERE],
      ["/", DIST],
    ]);
    // The service worker may fetch ahead; what it fetches is not needed for a first run.
    this.context = await browser.newContext({ serviceWorkers: "block" });
    await this.context.addInitScript(() => {
      const look = () => {
        const status = document.querySelector("[data-testid=status]");
        if (status?.textContent.trim() === "ready") window.readyMillis ??= performance.now();
        else requestAnimationFrame(look);
      };
      look();
    });
    this.page = await this.context.newPage();
  }

  async ready() {
    await this.page.goto(this.server.url);
    await this.page.waitForFunction(() => window.readyMillis !== undefined, null, {
      timeout: RUN_LIMIT_MILLIS,
    });
    return this.page.evaluate(() => window.readyMillis);
  }

  // The page goes on fetching modules that other programs may want. What the
  // first example needs is what it runs with when there is nothing else.
  async download() {
    this.server.withhold(/\.bundle$|airlock-late/);
    await this.ready();
    const status = await this.press();
    const kilobytes = this.server.kilobytes();
    this.server.withhold(undefined);
    if (status !== "done") throw new Error(`the first example ended as ${status}`);
    return kilobytes;
  }

  async memory() {
    await this.context.route(/\/worker[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `(${noteMemories})();\n${await response.text()}` });
    });
    await this.ready();
    // Workers go on fetching, and one warms up. A session begins with a run.
    await this.page.waitForTimeout(SETTLE_MILLIS);
    await this.write("pass\n", "pass\n");
    await this.press();
    const size = await megabytes(this.page.workers());
    await this.context.unrouteAll();
    return size;
  }

  async write(core, shell) {
    for (const [name, source] of [["core-editor", core], ["shell-editor", shell]]) {
      await this.page.getByTestId(name).evaluate((editor, text) => {
        editor.value = text;
        editor.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      }, source);
    }
  }

  async press() {
    await this.page.getByTestId("run").click();
    const status = await this.page.waitForFunction(
      () => {
        const text = document.querySelector("[data-testid=status]")?.textContent.trim();
        return ["done", "failed", "stopped"].includes(text) && text;
      },
      null,
      { timeout: RUN_LIMIT_MILLIS, polling: 50 },
    );
    return status.jsonValue();
  }

  async row({ key, adapter, program: named = key }) {
    // A fresh page for each row, so that `done` is this run's.
    await this.ready();
    if (key === "floor") return this.floor();
    const shell = existsSync(join(HERE, `programs/shells/${named}.py`)) ? named : "airlock";
    await this.write(program(named), adapter ? program(`shells/${shell}`) : "pass\n");
    await this.page.getByTestId("clock").selectOption("real");
    await this.page.getByTestId("adapter").selectOption(adapter ?? "direct");
    const status = await this.press();
    const side = adapter ? "shell-output" : "core-output";
    const output = await this.page.getByTestId(side).innerText();
    if (status !== "done") throw new Error(`${status}: ${output.trim().slice(-300)}`);
    return output;
  }

  floor() {
    return this.page.evaluate(
      () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          const shared = new Int32Array(new SharedArrayBuffer(4));
          const start = (role, port) => {
            const worker = new Worker("/bench/floor.js");
            worker.postMessage({ role, port, shared }, [port]);
            return worker;
          };
          start("core", port2);
          start("caller", port1).onmessage = ({ data }) => resolve(data);
        }),
    );
  }

  async close() {
    await this.context.close();
    this.server.close();
  }
}

class Pyodide {
  name = "Pyodide";

  async open(browser) {
    const folder = join(HERE, "node_modules/pyodide");
    this.server = await serve([
      ["/pyodide/", folder],
      ["/", HERE],
    ]);
    this.context = await browser.newContext();
    this.page = await this.context.newPage();
  }

  async ready() {
    await this.page.goto(`${this.server.url}pyodide.html`);
    await this.page.waitForFunction(() => window.readyMillis !== undefined, null, {
      timeout: RUN_LIMIT_MILLIS,
    });
    return this.page.evaluate(() => window.readyMillis);
  }

  async download() {
    await this.ready();
    return this.server.kilobytes();
  }

  async memory() {
    await this.page.addInitScript(noteMemories);
    await this.ready();
    return megabytes([this.page]);
  }

  async row({ key, adapter, program: named = key }) {
    // It has one way to cross: the browser's stack switching.
    if (key === "floor" || (adapter && key !== "crossing" && adapter !== "jspi")) return null;
    await this.ready();
    const shell = adapter ? program("shells/pyodide") : null;
    return this.page.evaluate(([core, shell]) => window.runPair(core, shell), [program(named), shell]);
  }

  async close() {
    await this.context.close();
    this.server.close();
  }
}

class Native {
  name = "python3";

  async open() {
    this.folder = mkdtempSync(join(tmpdir(), "airlock-bench-"));
    writeFileSync(
      join(this.folder, "pair.py"),
      "import asyncio, core\nif hasattr(core, 'main'):\n    asyncio.run(core.main())\nelse:\n    import shell\n",
    );
    writeFileSync(join(this.folder, "shell.py"), program("shells/native"));
  }

  async ready() {
    const start = performance.now();
    execFileSync("python3", ["-c", "import asyncio"]);
    return performance.now() - start;
  }

  async download() {
    return null;
  }

  async memory() {
    return null;
  }

  async row({ key, adapter, program: named = key }) {
    if (key === "floor" || (adapter && named !== "crossing")) return null;
    if (adapter && adapter !== "greenlet") return null;
    writeFileSync(join(this.folder, "core.py"), program(named));
    return execFileSync("python3", [join(this.folder, "pair.py")], { encoding: "utf8" });
  }

  async close() {
    rmSync(this.folder, { recursive: true });
  }
}

async function measure(engine, row) {
  if (row.key === "download") return engine.download();
  if (row.key === "memory") return engine.memory();
  if (row.key === "start") {
    await engine.ready();
    const runs = [];
    for (let run = 0; run < START_RUNS; run += 1) runs.push(await engine.ready());
    return median(runs);
  }
  const output = await engine.row(row);
  if (output === null) return null;
  if (row.adapter === "thread") row.what = `${row.what}, ${/marshalled [1-9]/.test(output) ? "in a Worker of its own" : "in the shell's Worker"}`;
  return figure(output, row.unit);
}

function show(value) {
  if (value === undefined) return "failed";
  if (value === null) return "-";
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3);
}

function table(rows, figures) {
  const ratio = (left, right) => (left && right ? `${show(left / right)}x` : "-");
  const lines = [["", "unit", "Airlock", "Pyodide", "python3", "to Pyodide", "to python3", "reach", ""]];
  for (const { key, what, unit, reach } of rows) {
    const [airlock, pyodide, native] = ["Airlock", "Pyodide", "python3"].map((name) => figures[name]?.[key]);
    lines.push([
      what,
      unit,
      ...[airlock, pyodide, native].map(show),
      ratio(airlock, pyodide),
      ratio(airlock, native),
      reach === undefined ? "" : String(reach),
      reach === undefined || !airlock ? "" : airlock <= reach ? "reached" : "missed",
    ]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  "))
    .join("\n");
}

function geometricMean(rows, figures, other) {
  const ratios = rows.map(({ key }) => figures.Airlock?.[key] / figures[other]?.[key]).filter((ratio) => ratio > 0);
  if (ratios.length === 0) return null;
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

function version(command, flag) {
  try {
    return execFileSync(command, [flag], { encoding: "utf8" }).trim();
  } catch {
    return `no ${command}`;
  }
}

async function main() {
  const options = process.argv.slice(2);
  const only = options.find((option) => option.startsWith("--only="))?.slice(7).split(",");
  const suite = options.find((option) => option.startsWith("--suite="))?.slice(8) ?? "page";
  if (!(suite in SUITES)) throw new Error(`no suite ${suite}: ${Object.keys(SUITES).join(", ")}`);
  const wanted = options.filter((option) => !option.startsWith("--"));
  const known = wanted.length === 0 ? SUITES[suite] : [...new Set([...SUITES[suite], ...Object.values(SUITES).flat()])];
  for (const key of wanted) {
    if (!known.some((row) => row.key === key)) {
      throw new Error(`no row ${key}: ${known.map((row) => row.key).join(", ")}`);
    }
  }
  const rows = known.filter((row) => wanted.length === 0 || wanted.includes(row.key));
  const engines = [new Airlock(), new Pyodide(), new Native()].filter(
    (engine) => !only || only.includes(engine.name),
  );
  const browser = await chromium.launch({
    executablePath: process.env.AIRLOCK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const figures = {};
  let failures = 0;
  for (const engine of engines) {
    figures[engine.name] = {};
    await engine.open(browser);
  }
  // The download first: it wants an empty cache. Then row by row, so that a machine that is busy for a while is busy
  // for all engines.
  const order = [...rows].sort((left, right) => (right.key === "download") - (left.key === "download"));
  for (const row of order) {
    for (const engine of engines) {
      process.stderr.write(`${engine.name}: ${row.what} ... `);
      try {
        figures[engine.name][row.key] = await measure(engine, row);
        process.stderr.write(`${show(figures[engine.name][row.key])} ${row.unit}\n`);
      } catch (error) {
        failures += 1;
        process.stderr.write(`failed: ${error.message}\n`);
      }
    }
  }
  for (const engine of engines) await engine.close();
  const pyodide = JSON.parse(readFileSync(join(HERE, "node_modules/pyodide/package.json"), "utf8"));
  console.log(`\n${table(rows, figures)}\n`);
  if (suite === "python") {
    const [toPyodide, toNative] = ["Pyodide", "python3"].map((other) => geometricMean(rows, figures, other));
    const slower = rows.filter(({ key }) => figures.Airlock?.[key] > figures.Pyodide?.[key]).map(({ key }) => key);
    console.log(
      `Geometric mean: ${show(toPyodide)}x Pyodide (to reach: ${REACH_MEAN}x), ${show(toNative)}x python3. ` +
        `Slower than Pyodide: ${slower.join(", ") || "none"}.\n`,
    );
  }
  if (suite === "crossing" && figures.Airlock?.crossing_thread && figures.Airlock.floor) {
    const above = figures.Airlock.crossing_thread / figures.Airlock.floor;
    console.log(`A crossing through thread takes ${show(above)}x its floor (to reach: ${REACH_ABOVE_FLOOR}x).\n`);
  }
  console.log(
    `Chromium ${browser.version()}, Pyodide ${pyodide.version}, ${version("python3", "--version")}; medians. ` +
      "Start on python3 is that of `python3 -c 'import asyncio'`; its crossing is a greenlet switch where " +
      "greenlet is installed, else Runner.run.",
  );
  await browser.close();
  process.exitCode = failures > 0 ? 1 : 0;
}

await main();
