//! Byte offsets to lines and columns.

use airlock_bytecode::Position;
use ruff_text_size::TextRange;

/// Where each line of a source starts. Lines end with `\n`, `\r\n` or `\r`.
pub(crate) struct LineIndex {
    starts: Vec<u32>,
    /// For a tree without a source: offsets are made up, so that each line has
    /// this many. Otherwise 0.
    width: u32,
}

impl LineIndex {
    pub(crate) fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = vec![0];
        for (index, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(index as u32 + 1);
            }
        }
        Self { starts, width: 0 }
    }

    /// Lines of `width` columns each, for positions that no source gives.
    pub(crate) fn grid(width: u32) -> Self {
        Self {
            starts: Vec::new(),
            width: width.max(1),
        }
    }

    /// The made-up offset of a place; columns too far to the right are one.
    pub(crate) fn offset(&self, line: i64, column: i64) -> u32 {
        let width = i64::from(self.width);
        let start = line.max(0).saturating_mul(width);
        let offset = start.saturating_add(column.clamp(0, width - 1));
        offset.min(u32::MAX.into()) as u32
    }

    /// Line from 1, and the column in bytes from 0.
    pub(crate) fn locate(&self, offset: u32) -> (u32, u32) {
        if let Some(line) = offset.checked_div(self.width) {
            return (line.max(1), offset % self.width);
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        (line as u32, offset - self.starts[line - 1])
    }

    pub(crate) fn line(&self, offset: u32) -> u32 {
        self.locate(offset).0
    }

    /// Offset of the first byte of a line that counts from 1.
    pub(crate) fn start_of(&self, line: u32) -> u32 {
        if self.width > 0 {
            return line.saturating_mul(self.width);
        }
        self.starts[(line as usize).clamp(1, self.starts.len()) - 1]
    }

    pub(crate) fn position(&self, range: TextRange, columns: bool) -> Position {
        let (line, column) = self.locate(range.start().into());
        let (end_line, end_column) = self.locate(range.end().into());
        if !columns {
            return Position {
                line,
                end_line: line,
                column: 0,
                end_column: 0,
            };
        }
        let narrow = |column: u32| column.min(u16::MAX as u32) as u16;
        Position {
            line,
            end_line,
            column: narrow(column),
            end_column: narrow(end_column),
        }
    }
}
