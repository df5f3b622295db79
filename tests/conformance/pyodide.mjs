// Runs runner.py on npm's pyodide, a CPython 3.14, with the arguments after
// the first. The first is the folder that holds CPython's `test` package.

import { createRequire } from 'node:module';
import path from 'node:path';
import { readFileSync, readdirSync, realpathSync, writeSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const bench = createRequire(path.join(here, '..', 'bench', 'package.json'));
const { loadPyodide } = await import(pathToFileURL(bench.resolve('pyodide/pyodide.mjs')));

const [library, ...words] = process.argv.slice(2);
const python = await loadPyodide({ fullStdLib: false });
// Whole writes at once: the next test may end the process.
python.setStdout({ write: (bytes) => writeSync(1, bytes) });
python.setStderr({ write: (bytes) => writeSync(2, bytes) });
// Through the link, because a link inside a mounted folder leads nowhere.
const mount = (at, folder) => {
  python.FS.mkdirTree(at);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, at);
};
mount('/tests/test', realpathSync(path.join(library, 'test')));
for (const file of readdirSync(library).filter((name) => name.endsWith('.py'))) {
  python.FS.writeFile(`/tests/${file}`, readFileSync(path.join(library, file)));
}
mount('/conformance', here);
const argumentsOfRunner = words.map((word) => {
  if (!word.startsWith('unittest=')) return word;
  mount('/also/test', realpathSync(path.join(word.slice('unittest='.length), 'test')));
  return 'unittest=/also';
});
python.globals.set('words', python.toPy(argumentsOfRunner));
python.runPython(`
import sys
sys.path[:0] = ['/conformance', '/tests']
sys.argv = ['runner.py', *words]
import runner
runner.main(words)
`);
