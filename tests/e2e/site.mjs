// Serves the built site as `cargo xtask serve` does: with the two headers that
// make the page cross-origin isolated, and 404 for what is missing.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm', '.json': 'application/json',
};

const ROOT = process.env.AIRLOCK_SITE ?? fileURLToPath(new URL('../../dist', import.meta.url));

/**
 * Serves the site on a free port. `replaced` maps a path (a regular
 * expression) to a function that answers in the site's place, where `when`
 * says so.
 */
export async function serveSite({ isolated = true, replaced = [] } = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://site').pathname));
    const headers = isolated
      ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
      : {};
    const replacement = replaced.find(({ pattern, when }) => pattern.test(path) && (!when || when()));
    if (replacement) return replacement.answer(response, headers);
    try {
      const body = await readFile(join(ROOT, path.endsWith('/') ? `${path}index.html` : path));
      // A name with a hash in it never means anything else.
      const caching = /-[0-9a-f]{16}[._]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
      response.writeHead(200, { ...headers, 'Cache-Control': caching, 'Content-Type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404, headers).end('not here');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close: () => { server.closeAllConnections(); server.close(); },
  };
}
