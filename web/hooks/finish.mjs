// Trunk's post_build hook: what trunk leaves to us.
//
// - Files it copies or builds for Workers keep their plain names; each is
//   renamed by its content, so that a host may cache it for ever, and every
//   mention of it is rewritten.
// - The engine is split into what the first runs need and what comes late.
// - The page's policy needs the hash of trunk's inline start script.
// - The engine and the Worker's scripts are named for preloading: the Worker
//   would otherwise ask for one only after it has the other.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ran, tryParts } from './ran.mjs';
import { split } from './split.mjs';

const site = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const at = (name) => join(site, name);
const read = (name) => readFileSync(at(name), 'utf8');

/** Renames a file by its content and gives its new name. */
function rename(name) {
  const hash = createHash('sha256').update(readFileSync(at(name))).digest('hex').slice(0, 16);
  const renamed = name.replace(/(_bg)?\.(\w+)$/, `-${hash}$1.$2`);
  renameSync(at(name), at(renamed));
  return renamed;
}

// The modules that the engine does not hold; the build of `airlock-stdlib`
// packs them beside those that it embeds.
const target = process.env.CARGO_TARGET_DIR ?? 'target';
function newest(pattern) {
  const found = readdirSync(target, { recursive: true })
    .filter((path) => pattern.test(path))
    .map((path) => join(target, path))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
  if (!found) throw new Error(`nothing like ${pattern} below ${target}: was the engine built?`);
  return found;
}
const packed = dirname(newest(/wasm32-unknown-unknown.\w+.build.airlock-stdlib-\w+.out.rest\.bundle$/));
copyFileSync(join(packed, 'common.bundle'), at('common.bundle'));
copyFileSync(join(packed, 'rest.bundle'), at('library.bundle'));
copyFileSync(join(packed, 'characters.table'), at('characters.table'));
const common = rename('common.bundle');
const library = rename('library.bundle');

/**
 * Where constants lie, such as the tables of Unicode and of the functions of elementary mathematics: the linker's map
 * names each with its address and size.
 */
function constants() {
  const map = newest(/wasm32-unknown-unknown.\w+.build.airlock-browser-\w+.out.engine\.map$/);
  const lines = readFileSync(map, 'utf8').matchAll(/^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) .*\(\.rodata\./gm);
  return Array.from(lines, ([, address, size]) => ({ start: parseInt(address, 16), end: parseInt(address, 16) + parseInt(size, 16) }));
}

// The engine in two parts.
const whole = readFileSync(at('airlock-browser_bg.wasm'));
const glueAndLibrary = [read('airlock-browser.js'), ['common.bundle', 'rest.bundle'].map((name) => readFileSync(join(packed, name)))];
const { first, second, described } = split(whole, await ran(whole, ...glueAndLibrary), constants());
await tryParts(first, second, ...glueAndLibrary);
console.log('the engine in two parts:', described);
writeFileSync(at('airlock-browser_bg.wasm'), first);
writeFileSync(at('airlock-late.wasm'), second);

const engine = rename('airlock-browser_bg.wasm');
const late = rename('airlock-late.wasm');
const [stack, loader] = [rename('stack.js'), rename('late.js')];
// The names under which the engine imports them stay.
const imported = { './stack.js': `./${stack}`, './late.js': `./${loader}` };
const withImports = (source) => source.replace(/from ["'](\.\/\w+\.js)["']/g, (all, name) => (imported[name] ? `from "${imported[name]}"` : all));
writeFileSync(at('airlock-browser.js'), withImports(read('airlock-browser.js')));
const glue = rename('airlock-browser.js');
writeFileSync(at('worker.js'), withImports(read('worker.js')).replace('./airlock_browser.js', `./${glue}`));
const worker = rename('worker.js');

let page = read('index.html');
const replace = (from, to) => {
  if (!page.includes(from)) throw new Error(`index.html does not mention ${from}`);
  page = page.replaceAll(from, to);
};
replace('content="airlock-browser_bg.wasm"', `content="${engine}"`);
replace('content="airlock-late.wasm"', `content="${late}"`);
replace('content="common.bundle"', `content="${common}"`);
replace('content="library.bundle"', `content="${library}"`);
replace('content="characters.table"', `content="${rename('characters.table')}"`);
replace('content="calibrate.py"', `content="${rename('calibrate.py')}"`);
replace('content="worker.js"', `content="${worker}"`);
for (const name of ['theme.js', 'boot.js', 'editor.js']) replace(`src="${name}"`, `src="${rename(name)}"`);

// Trunk's own preloads name its wasm with `crossorigin`; the same is needed
// here or the browser fetches twice.
const preloads = [
  `<link rel="preload" href="${engine}" as="fetch" type="application/wasm" crossorigin="anonymous">`,
  `<link rel="modulepreload" href="${glue}">`,
  ...[stack, loader].map((name) => `<link rel="modulepreload" href="${name}">`),
  `<link rel="modulepreload" href="${worker}">`,
];
replace('<meta name="airlock-engine"', `${preloads.join('\n  ')}\n  <meta name="airlock-engine"`);

const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1]);
const hashes = inline.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
const policy = [
  "default-src 'self'",
  `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(' ')}`,
  "img-src 'self' data:",
  // Programs may fetch, and trunk's autoreload uses a WebSocket.
  "connect-src 'self' https: wss: ws:",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
].join('; ');
replace(`content="default-src 'self'"`, `content="${policy}"`);
writeFileSync(at('index.html'), page);

for (const leftover of ['airlock-browser.d.ts', 'airlock-browser_bg.wasm.d.ts']) {
  if (existsSync(at(leftover))) rmSync(at(leftover));
}
