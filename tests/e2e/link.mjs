// A share link as the page would make it, but with whatever payload.
import { deflateRawSync } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A link of the current version whose payload is that many zeros. */
export function linkOf(bytes) {
  const payload = deflateRawSync(Buffer.alloc(bytes), { level: 9 }).toString('base64url');
  return `#1d${payload}${checkOf(`1d${payload}`)}`;
}

/** The four characters by which a link that was cut or altered is known. */
function checkOf(text) {
  let low = 0x84222325, high = 0xcbf29ce4;
  for (let index = 0; index < text.length; index++) {
    low = (low ^ text.charCodeAt(index)) >>> 0;
    // Times 0x100000001b3, modulo 2 to the 64th.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  let rest = (BigInt(high) << 32n | BigInt(low)) ^ BigInt(high);
  return Array.from({ length: 4 }, () => {
    const digit = Number(rest % 62n);
    rest /= 62n;
    return ALPHABET[digit];
  }).join('');
}
