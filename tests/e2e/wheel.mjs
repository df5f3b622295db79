// A wheel, made here: a zip of a package's files.
import { deflateRawSync } from 'node:zlib';

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});
const crc32 = (bytes) => ~bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), -1) >>> 0;

/** A record of the format: its fields as [size in bytes, value]. */
function record(fields) {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) {
    bytes.writeUIntLE(value, at, size);
    at += size;
  }
  return bytes;
}

/** A zip with these texts by their paths. */
export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, plain] = [Buffer.from(path), Buffer.from(text)];
    const packed = deflateRawSync(plain);
    // Version, flags, method (deflate), time, date (1 January 1980).
    const common = [[2, 20], [2, 0], [2, 8], [2, 0], [2, 33], [4, crc32(plain)], [4, packed.length], [4, plain.length], [2, name.length], [2, 0]];
    const local = Buffer.concat([record([[4, 0x04034b50], ...common]), name, packed]);
    directory.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, listed.length], [4, offset], [2, 0]]);
  return Buffer.concat([...parts, listed, end]);
}

/** What Playwright gives to a file input. */
export const upload = (name, files) => ({ name, mimeType: 'application/zip', buffer: zip(files) });
