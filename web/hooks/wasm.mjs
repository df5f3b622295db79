// A WebAssembly module as its sections: what is needed to split one (see split.mjs), without reading instructions.
export const CODE = 10;

const TYPES = 1, IMPORTS = 2, FUNCTIONS = 3, TABLES = 4, MEMORIES = 5, GLOBALS = 6, EXPORTS = 7, ELEMENTS = 9, DATA = 11, DATA_COUNT = 12;
export const SECTION = { TYPES, IMPORTS, FUNCTIONS, TABLES, MEMORIES, GLOBALS, EXPORTS, ELEMENTS, CODE, DATA, DATA_COUNT };
/** How far apart pieces are joined: what a piece of its own takes, compressed. */
const JOINED_BYTES = 64;

/** An unsigned number in LEB128. */
export function unsigned(number) {
  const bytes = [];
  do {
    const byte = number & 127;
    number >>>= 7;
    bytes.push(number ? byte | 128 : byte);
  } while (number);
  return bytes;
}

/** A number that is not negative, in signed LEB128. */
export function signed(number) {
  const bytes = unsigned(number);
  const last = bytes.length - 1;
  if (bytes[last] & 64) {
    bytes[last] |= 128;
    bytes.push(0);
  }
  return bytes;
}

export const text = (string) => [...unsigned(string.length), ...Buffer.from(string, 'latin1')];
export const vector = (items) => Buffer.concat([Buffer.from(unsigned(items.length)), ...items.map((item) => Buffer.from(item))]);
export const section = (id, content) => Buffer.concat([Buffer.from([id, ...unsigned(content.length)]), content]);

/** Reads bytes from the front. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let result = 0, shift = 0, byte;
    do {
      byte = this.byte();
      result |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return result >>> 0;
  }

  name() {
    const length = this.number();
    return this.bytes.toString('latin1', this.at, this.at += length);
  }

  /** An address, which instructions have as a signed number of 32 bits. */
  address() {
    let result = 0, shift = 0, byte;
    do {
      byte = this.byte();
      result |= (byte & 127) << shift;
      shift += 7;
    } while (byte & 128);
    return (shift < 32 && byte & 64 ? result | (-1 << shift) : result) >>> 0;
  }

  /** The bytes that `read` passes over. */
  taken(read) {
    const start = this.at;
    read();
    return this.bytes.subarray(start, this.at);
  }

  list(read) {
    return Array.from({ length: this.number() }, () => read());
  }

  limits() {
    const flags = this.byte();
    this.number();
    if (flags & 1) this.number();
  }

  /** An expression of constants, its end included. */
  constant() {
    for (;;) {
      const code = this.byte();
      if (code === 0x0b) return;
      if ([0x41, 0x42, 0x23, 0xd2].includes(code)) this.number();
      else if (code === 0x44) this.at += 8;
      else if (code === 0x43) this.at += 4;
      else if (code === 0xd0) this.byte();
      else throw new Error(`an initial value with instruction 0x${code.toString(16)}`);
    }
  }
}

/** What split.mjs needs to know of a module. */
export function read(bytes) {
  const module = { bytes, sections: [], types: [], imports: [], functions: [], tables: [], memories: [], globals: [], exports: [], elements: [], bodies: [] };
  for (let at = 8; at < bytes.length;) {
    const reader = new Reader(bytes, at);
    const id = reader.byte();
    const size = reader.number();
    const content = bytes.subarray(reader.at, reader.at + size);
    module.sections.push({ id, content });
    readSection(module, id, new Reader(content));
    at = reader.at + size;
  }
  module.imported = module.imports.filter(({ kind }) => kind === 0);
  return module;
}

function readSection(module, id, reader) {
  switch (id) {
    case TYPES:
      module.types = reader.list(() => {
        if (reader.byte() !== 0x60) throw new Error('a type that is no function');
        return { parameters: reader.list(() => reader.byte()), results: reader.list(() => reader.byte()) };
      });
      break;
    case IMPORTS:
      module.imports = reader.list(() => {
        const [from, name, kind] = [reader.name(), reader.name(), reader.byte()];
        if (kind !== 0) throw new Error(`${from}.${name} is imported and no function`);
        return { from, name, kind, type: reader.number() };
      });
      break;
    case FUNCTIONS:
      module.functions = reader.list(() => reader.number());
      break;
    case TABLES:
      module.tables = reader.list(() => reader.taken(() => { reader.byte(); reader.limits(); }));
      break;
    case MEMORIES:
      module.memories = reader.list(() => reader.taken(() => reader.limits()));
      break;
    case GLOBALS:
      module.globals = reader.list(() => {
        const type = reader.taken(() => { reader.byte(); reader.byte(); });
        return { type, whole: Buffer.concat([type, reader.taken(() => reader.constant())]) };
      });
      break;
    case EXPORTS:
      module.exports = reader.list(() => {
        const name = reader.name();
        return { name, kind: reader.byte(), index: reader.number() };
      });
      break;
    case ELEMENTS:
      module.elements = reader.list(() => readElements(reader));
      break;
    case CODE:
      module.bodies = reader.list(() => {
        const size = reader.number();
        return reader.bytes.subarray(reader.at, reader.at += size);
      });
      break;
  }
}

/** What lies in memory at the start: pieces with their addresses. */
export function readData(content) {
  const reader = new Reader(content);
  return reader.list(() => {
    if (reader.number() !== 0 || reader.byte() !== 0x41) throw new Error('data at no fixed address');
    const start = reader.address();
    reader.byte();
    const length = reader.number();
    return { start, bytes: reader.bytes.subarray(reader.at, reader.at += length) };
  });
}

/**
 * The section for pieces in the order of their addresses. wasm-opt leaves out the shortest runs of zeros, which makes
 * tens of thousands of pieces; here they are joined, with what `memory` holds between them: zeros, or what another part
 * brings as well.
 */
export function dataSection(pieces, memory) {
  const joined = [];
  for (const { start, bytes } of pieces) {
    const last = joined.at(-1);
    const gap = last ? start - last.end : Infinity;
    if (gap <= JOINED_BYTES) {
      last.parts.push(memory.subarray(last.end, start), bytes);
      last.end = start + bytes.length;
    } else {
      joined.push({ start, end: start + bytes.length, parts: [bytes] });
    }
  }
  return vector(joined.map(({ start, end, parts }) =>
    Buffer.concat([Buffer.from([0, 0x41, ...signed(start), 0x0b, ...unsigned(end - start)]), ...parts])));
}

/** A segment of a table, and the functions in it. */
function readElements(reader) {
  let functions = [];
  const whole = reader.taken(() => {
    const flags = reader.number();
    if (![0, 2, 3].includes(flags)) throw new Error(`a segment of a table with flags ${flags}`);
    if (flags === 2) reader.number();
    if (flags !== 3) reader.constant();
    if (flags !== 0) reader.byte();
    functions = reader.list(() => reader.number());
  });
  return { whole, functions };
}
