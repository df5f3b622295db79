// Runs a Python file on npm's pyodide, a CPython 3.14: asked where python3 is
// older and words something differently.

import { createRequire } from 'node:module';
import path from 'node:path';
import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const bench = createRequire(path.join(here, '..', 'bench', 'package.json'));
const { loadPyodide } = await import(pathToFileURL(bench.resolve('pyodide/pyodide.mjs')));
const python = await loadPyodide();
python.setStdout({ write: (bytes) => writeSync(1, bytes) });
python.setStderr({ write: (bytes) => writeSync(2, bytes) });
try {
  python.runPython(readFileSync(process.argv[2], 'utf8'));
} catch (error) {
  writeSync(2, String(error.message));
  process.exit(1);
}
