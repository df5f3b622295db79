// Bundles what the page loads as JavaScript. Trunk's pre_build hook runs this;
// the output in web/dist is copied into the site and is not committed.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: { editor: here('src/editor.js') },
  outdir: here('dist'),
  bundle: true,
  format: 'esm',
  minify: true,
  target: ['chrome110', 'firefox115', 'safari16.4'],
  legalComments: 'linked',
  logLevel: 'warning',
});
