// Splits the engine in two: what the first run needs, and what is loaded late. Which functions ran is found out by
// running the first example here (see `ran`); a function that did not run goes late.
//
// Both parts have all functions under the same numbers, so no instruction changes: where one part lacks a function
// that it may call, it has a stub that calls through a table that both share. The first call of a late function loads
// the late part (`load` of crates/browser/late.js), whose instantiation fills the table.
//
// Tables that only late functions read are late as well.
import { SECTION, Reader, dataSection, read, readData, section, signed, text, unsigned, vector } from './wasm.mjs';

const [END, UNREACHABLE, CALL, CALL_INDIRECT, LOCAL_GET, GLOBAL_GET, GLOBAL_SET, I32_CONST, I32_LOAD, I32_STORE, I32_ADD, REF_FUNC] =
  [0x0b, 0x00, 0x10, 0x11, 0x20, 0x23, 0x24, 0x41, 0x28, 0x36, 0x6a, 0xd2];
const [I32, FUNCREF] = [0x7f, 0x70];
const [FUNCTION, TABLE, MEMORY, GLOBAL] = [0, 1, 2, 3];
/** The late part's imports are exports of the other, under names that nothing else has. */
const FROM = 'engine';

/** From how many bytes on a constant is looked at by itself. */
const TABLE_BYTES = 300;
const LARGEST_TABLE_BYTES = 1 << 16;
/**
 * How far before a table an address may lie that means it: where indexes do not begin at nothing, the least of them is
 * subtracted from the table's address. Unless something else begins there.
 */
const BEFORE = 1024;

const sized = (bytes) => Buffer.concat([Buffer.from(unsigned(bytes.length)), Buffer.from(bytes)]);
const body = (...instructions) => sized([0, ...instructions.flat(), END]);
const parameters = (type) => type.parameters.flatMap((_, index) => [LOCAL_GET, ...unsigned(index)]);

/** Numbers of functions that a body may name: bytes that look so without being that only cost a stub. */
function named(bytes, count) {
  const found = new Set();
  const reader = new Reader(bytes);
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== CALL && bytes[at] !== REF_FUNC) continue;
    reader.at = at + 1;
    const index = reader.number();
    if (index < count) found.add(index);
  }
  return found;
}

/**
 * Which constants only late functions name, by address: in constants, in the offsets of loads, or by way of other
 * data. What only looks like an address keeps a table in the first part, which costs nothing but its size.
 */
function lateTables(constants, bodies, isFirst, memory) {
  const sorted = constants.filter(({ start, end }) => end - start >= TABLE_BYTES).sort((one, other) => one.start - other.start);
  const starts = new Set(constants.map(({ start }) => start));
  const needed = new Set();
  const note = (address, before = 0) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle].end <= address) low = middle + 1;
      else high = middle;
    }
    for (; sorted[low]?.start <= address + before; low += 1) needed.add(sorted[low]);
  };
  const noteConstant = (address) => {
    note(address, starts.has(address) ? 0 : BEFORE);
    // Loops may count up to a table's end.
    note(address - 1);
  };
  bodies.forEach((whole, index) => {
    if (!isFirst[index]) return;
    const reader = new Reader(whole);
    for (let at = 0; at < whole.length; at += 1) {
      const code = whole[at];
      if (code === I32_CONST) {
        reader.at = at + 1;
        noteConstant(reader.address());
      } else if (code >= 0x28 && code <= 0x3e && whole[at + 1] < 8) {
        reader.at = at + 2;
        noteConstant(reader.number());
      }
    }
  });
  // Data names the beginnings of tables. Inside of one it may name an item, at a multiple of four bytes; numbers like
  // that whose bytes are characters are ends of texts.
  const isText = (address) => [0, 8, 16].every((shift) => ((address >> shift) & 255) - 0x20 >>> 0 < 0x5f);
  const notePointer = (address) => {
    const table = sorted.find(({ start, end }) => start <= address && address < end);
    const inside = table && address - table.start;
    if (inside === 0 || (inside % 4 === 0 && !isText(address))) note(address);
  };
  // Pointers lie at multiples of their size.
  const follow = (from, to) => {
    for (let at = (from + 3) & ~3; at + 4 <= to; at += 4) notePointer(memory.readUInt32LE(at));
  };
  let at = 0;
  for (const { start, end } of sorted) {
    follow(at, start);
    at = end;
  }
  follow(at, memory.length);
  // What a needed table names is needed in turn: a set is visited in the order of its growing. The largest are the
  // library's bytes, which name nothing.
  for (const { start, end } of needed) if (end - start < LARGEST_TABLE_BYTES) follow(start, end);
  return sorted.filter((table) => !needed.has(table));
}

/** What pieces of data make of memory, in which wasm-opt leaves out zeros. */
function memoryOf(pieces) {
  const memory = Buffer.alloc((Math.max(...pieces.map(({ start, bytes }) => start + bytes.length)) + 3) & ~3);
  for (const { start, bytes } of pieces) bytes.copy(memory, start);
  return memory;
}

/** Pieces of data in two: those inside the tables, and the rest. */
function parted(pieces, tables) {
  const [inside, outside] = [[], []];
  for (const { start, bytes } of pieces) {
    let at = start;
    const end = start + bytes.length;
    const take = (to, list) => {
      if (to > at) list.push({ start: at, bytes: bytes.subarray(at - start, to - start) });
      at = Math.max(at, to);
    };
    for (const table of tables) {
      if (table.end <= at || table.start >= end) continue;
      take(Math.min(table.start, end), outside);
      take(Math.min(table.end, end), inside);
    }
    take(end, outside);
  }
  return [inside, outside];
}

/** Counts each function's calls in a word of memory; gives the module and where those words are. */
export function instrument(bytes) {
  const module = read(bytes);
  const reader = new Reader(module.memories[0]);
  reader.byte();
  const pages = reader.number();
  const base = pages * 65536;
  const bodies = module.bodies.map((whole, index) => {
    const locals = new Reader(whole);
    const declared = locals.taken(() => locals.list(() => { locals.number(); locals.byte(); }));
    const place = [I32_CONST, ...signed(base + 4 * index)];
    const note = [...place, ...place, I32_LOAD, 2, 0, I32_CONST, 1, I32_ADD, I32_STORE, 2, 0];
    return sized(Buffer.concat([declared, Buffer.from(note), whole.subarray(locals.at)]));
  });
  const wasm = rebuilt(module, {
    [SECTION.MEMORIES]: vector([[0, ...unsigned(pages + Math.ceil(4 * bodies.length / 65536))]]),
    [SECTION.CODE]: vector(bodies),
  });
  return { wasm, base, count: bodies.length };
}

/** The module with some sections replaced, without those that only describe, or count data for what is not used here. */
function rebuilt(module, replaced) {
  const kept = module.sections.filter(({ id }) => id !== 0 && id !== SECTION.DATA_COUNT);
  const sections = kept.map(({ id, content }) => section(id, replaced[id] ?? content));
  return Buffer.concat([module.bytes.subarray(0, 8), ...sections]);
}

/**
 * The two parts: `ran` tells of each function of the module whether it is needed at once, `constants` where each
 * piece of constant data lies.
 */
export function split(bytes, ran, constants = []) {
  const module = read(bytes);
  const offset = module.imported.length;
  const count = offset + module.functions.length;
  const load = module.imported.findIndex(({ from, name }) => from === './late.js' && name === 'load');
  if (load < 0) throw new Error('the engine does not import `load`');
  const typeOf = (index) => (index < offset ? module.imported[index].type : module.functions[index - offset]);

  const callees = module.bodies.map((whole) => named(whole, count));
  const switching = module.imported.flatMap(({ from }, index) => (from === './stack.js' ? [index] : []));
  const isFirst = module.bodies.map((_, index) => Boolean(ran[index]) || switching.some((of) => callees[index].has(of)));
  for (const { kind, index } of module.exports) if (kind === FUNCTION && index >= offset) isFirst[index - offset] = true;

  // What each part may call of the other.
  const across = (first) => {
    const wanted = new Set();
    callees.forEach((of, index) => { if (isFirst[index] === first) for (const callee of of) wanted.add(callee); });
    return wanted;
  };
  const fromFirst = across(true);
  for (const { functions } of module.elements) for (const index of functions) fromFirst.add(index);
  const fromLate = across(false);
  const slots = new Map();
  const others = (wanted, first) => [...wanted].filter((index) => index >= offset && isFirst[index - offset] === first).sort((one, other) => one - other);
  const late = others(fromFirst, false);
  const back = others(fromLate, true);
  for (const index of [...late, ...back]) slots.set(index, slots.size);

  const pieces = readData(module.sections.find(({ id }) => id === SECTION.DATA).content);
  const memory = memoryOf(pieces);
  const apart = lateTables(constants, module.bodies, isFirst, memory);
  const [lateData, firstData] = parted(pieces, apart);

  const table = module.tables.length;
  const loaded = module.globals.length;
  const types = [...module.types];
  const dispatchers = new Map();
  const dispatcherOf = (type) => {
    if (!dispatchers.has(type)) {
      dispatchers.set(type, { index: count + dispatchers.size, type: types.length });
      types.push({ parameters: [...module.types[type].parameters, I32], results: module.types[type].results });
    }
    return dispatchers.get(type).index;
  };
  const firstBodies = module.bodies.map((whole, index) => {
    if (isFirst[index]) return sized(whole);
    const slot = slots.get(index + offset);
    if (slot === undefined) return body(UNREACHABLE);
    const type = module.functions[index];
    return body(parameters(module.types[type]), I32_CONST, signed(slot), CALL, unsigned(dispatcherOf(type)));
  });
  for (const type of dispatchers.keys()) {
    firstBodies.push(body(
      GLOBAL_GET, unsigned(loaded), 0x45, 0x04, 0x40, CALL, unsigned(load), I32_CONST, 1, GLOBAL_SET, unsigned(loaded), END,
      parameters(module.types[type]), LOCAL_GET, unsigned(module.types[type].parameters.length),
      CALL_INDIRECT, unsigned(type), unsigned(table),
    ));
  }
  const lateBodies = module.bodies.map((whole, index) => {
    if (!isFirst[index]) return sized(whole);
    const slot = slots.get(index + offset);
    if (slot === undefined) return body(UNREACHABLE);
    const type = module.functions[index];
    return body(parameters(module.types[type]), I32_CONST, signed(slot), CALL_INDIRECT, unsigned(type), unsigned(table));
  });

  const typed = (list) => vector(list.map(({ parameters, results }) => [0x60, ...vector(parameters.map((byte) => [byte])), ...vector(results.map((byte) => [byte]))]));
  const segment = (start, functions) => Buffer.concat([
    Buffer.from([2, ...unsigned(table), I32_CONST, ...signed(start), END, 0]), vector(functions.map(unsigned)),
  ]);
  const shared = [
    ...module.imported.map(({ type }, index) => ({ kind: FUNCTION, index, describes: unsigned(type) })),
    ...[...module.tables, [FUNCREF, 0, ...unsigned(slots.size)]].map((describes, index) => ({ kind: TABLE, index, describes })),
    ...module.memories.map((describes, index) => ({ kind: MEMORY, index, describes })),
    ...module.globals.map(({ type }, index) => ({ kind: GLOBAL, index, describes: type })),
  ].map((item) => ({ ...item, name: `~${'ftmg'[item.kind]}${item.index}` }));

  const first = rebuilt(module, {
    [SECTION.TYPES]: typed(types),
    [SECTION.FUNCTIONS]: vector([...module.functions, ...[...dispatchers.values()].map(({ type }) => type)].map(unsigned)),
    [SECTION.TABLES]: vector([...module.tables, [FUNCREF, 0, ...unsigned(slots.size)]]),
    [SECTION.GLOBALS]: vector([...module.globals.map(({ whole }) => whole), [I32, 1, I32_CONST, 0, END]]),
    [SECTION.EXPORTS]: vector([...module.exports, ...shared].map(({ name, kind, index }) => [...text(name), kind, ...unsigned(index)])),
    [SECTION.ELEMENTS]: vector([...module.elements.map(({ whole }) => whole), segment(late.length, back)]),
    [SECTION.CODE]: vector(firstBodies),
    [SECTION.DATA]: dataSection(firstData, memory),
  });
  const second = Buffer.concat([
    bytes.subarray(0, 8),
    section(SECTION.TYPES, typed(module.types)),
    section(SECTION.IMPORTS, vector(shared.map(({ name, kind, describes }) => [...text(FROM), ...text(name), kind, ...describes]))),
    section(SECTION.FUNCTIONS, vector(module.functions.map(unsigned))),
    section(SECTION.ELEMENTS, vector([segment(0, late)])),
    section(SECTION.CODE, vector(lateBodies)),
    section(SECTION.DATA, dataSection(lateData, memory)),
  ]);
  const described = {
    functions: module.bodies.length, first: isFirst.filter(Boolean).length, stubs: late.length, back: back.length,
    tables: `${apart.length} late`,
  };
  return { first, second, described };
}
