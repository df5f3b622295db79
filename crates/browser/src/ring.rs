//! Bytes from one Worker to another over shared memory, so that both may
//! stand still: a ring with one writer and one reader.

use js_sys::{Atomics, Int32Array, SharedArrayBuffer, Uint8Array};

/// Bytes that may be under way at once; longer messages go in parts.
const CAPACITY: u32 = 1 << 18;
/// Counts of bytes written and read, both modulo 2^32; whether the writer is
/// gone, which the page sets; and of a writer that waits for nothing but our
/// next message, one more than how many of ours it has taken.
const WRITTEN: u32 = 0;
const READ: u32 = 1;
const GONE: u32 = 2;
const IDLE: u32 = 3;
const HEADER_BYTES: u32 = 16;

pub struct Ring {
    header: Int32Array,
    data: Uint8Array,
    /// Read, but not a whole message yet: its length, then its bytes.
    partial: Vec<u8>,
    /// The last look found so much that the writer may wait for room.
    crowded: bool,
}

impl Ring {
    pub fn new() -> Ring {
        Ring::over(&SharedArrayBuffer::new(HEADER_BYTES + CAPACITY))
    }

    pub fn over(memory: &SharedArrayBuffer) -> Ring {
        Ring {
            header: Int32Array::new_with_byte_offset_and_length(memory, 0, HEADER_BYTES / 4),
            data: Uint8Array::new_with_byte_offset(memory, HEADER_BYTES),
            partial: Vec::new(),
            crowded: false,
        }
    }

    pub fn memory(&self) -> js_sys::Object {
        js_sys::Object::from(self.header.buffer())
    }

    fn load(&self, cell: u32) -> u32 {
        Atomics::load(&self.header, cell).unwrap_or(0) as u32
    }

    /// Whether who writes has ended for good.
    pub fn is_gone(&self) -> bool {
        self.load(GONE) != 0
    }

    /// The writer waits for nothing but the next message, having taken so
    /// many.
    pub fn set_idle(&self, taken: u64) {
        let _ = Atomics::store(&self.header, IDLE, taken as i32 + 1);
    }

    /// What the writer told last; to be read before its messages are, which
    /// came before.
    pub fn idle(&self) -> Option<u64> {
        u64::from(self.load(IDLE)).checked_sub(1)
    }

    pub fn was_crowded(&self) -> bool {
        self.crowded
    }

    /// Writes what there is room for; how many bytes that was.
    pub fn write(&self, bytes: &[u8]) -> usize {
        let written = self.load(WRITTEN);
        let room = CAPACITY - written.wrapping_sub(self.load(READ));
        let count = (room as usize).min(bytes.len());
        let start = written % CAPACITY;
        let first = count.min((CAPACITY - start) as usize);
        self.data
            .subarray(start, start + first as u32)
            .copy_from(&bytes[..first]);
        if first < count {
            self.data
                .subarray(0, (count - first) as u32)
                .copy_from(&bytes[first..count]);
        }
        let _ = Atomics::store(
            &self.header,
            WRITTEN,
            written.wrapping_add(count as u32) as i32,
        );
        count
    }

    /// The next whole message, if it is there.
    pub fn read(&mut self) -> Option<Vec<u8>> {
        self.drain();
        let length = u32::from_le_bytes(*self.partial.first_chunk()?) as usize;
        if self.partial.len() < 4 + length {
            return None;
        }
        let rest = self.partial.split_off(4 + length);
        let mut message = std::mem::replace(&mut self.partial, rest);
        message.drain(..4);
        Some(message)
    }

    fn drain(&mut self) {
        let (written, read) = (self.load(WRITTEN), self.load(READ));
        let count = written.wrapping_sub(read);
        self.crowded = count >= CAPACITY / 2;
        if count == 0 {
            return;
        }
        let start = read % CAPACITY;
        let first = count.min(CAPACITY - start);
        let old = self.partial.len();
        self.partial.resize(old + count as usize, 0);
        let (one, two) = self.partial[old..].split_at_mut(first as usize);
        self.data.subarray(start, start + first).copy_to(one);
        if first < count {
            self.data.subarray(0, count - first).copy_to(two);
        }
        let _ = Atomics::store(&self.header, READ, written as i32);
    }
}
