//! Which temporaries of a frame still matter at a place in its code.

use crate::{Code, Operand, Reg};

/// Temporaries are told apart up to this many; any after are taken to matter.
const TOLD_APART: usize = 128;

/// The temporaries (registers from `code.varnames.len()` on) that nothing
/// reads any more when the frame goes on at `pc`: whatever way it takes, they
/// are written first or not touched.
pub fn dead_temporaries(code: &Code, pc: u32) -> Vec<Reg> {
    let first = code.varnames.len();
    let count = (code.registers as usize - first).min(TOLD_APART);
    let bit = |reg: Reg| match (reg as usize).checked_sub(first) {
        Some(at) if at < count => 1u128 << at,
        _ => 0,
    };
    let all = (0..count).fold(0, |mask, at| mask | 1u128 << at);
    // For each instruction, the registers that some way from `pc` to it does
    // not write.
    let mut reached = vec![0u128; code.instrs.len()];
    let mut visited = vec![false; code.instrs.len()];
    let mut work = vec![(pc as usize, all)];
    let mut live = 0;
    while let Some((at, unwritten)) = work.pop() {
        let Some(instr) = code.instrs.get(at) else {
            continue;
        };
        if visited[at] && unwritten & !reached[at] == 0 {
            continue;
        }
        visited[at] = true;
        reached[at] |= unwritten;
        let (mut after, mut jumped) = (unwritten, 0);
        instr.operands(code.instrs.get(at + 1), |operand| match operand {
            Operand::Read(reg) => live |= bit(reg) & after,
            Operand::ReadMany(base, count) => {
                (0..count).for_each(|offset| live |= bit(base + offset) & after);
            }
            Operand::Write(reg) => after &= !bit(reg),
            Operand::WriteMany(base, count) => {
                (0..count).for_each(|offset| after &= !bit(base + offset));
            }
            Operand::WriteOnJump(reg) => jumped = bit(reg),
            _ => {}
        });
        // An exception may come before anything is written.
        let ranges = &code.exception_table;
        let range = ranges.partition_point(|range| range.end as usize <= at);
        if let Some(range) = ranges.get(range)
            && range.start as usize <= at
        {
            work.push((range.handler as usize, unwritten & !bit(range.exception)));
        }
        if let Some(target) = instr.jump_target(at as u32) {
            work.push((target as usize, after & !jumped));
        }
        if !instr.ends_flow() {
            work.push((at + 1, after));
        }
    }
    (0..count)
        .filter(|at| live & (1u128 << at) == 0)
        .map(|at| (first + at) as Reg)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instr;

    #[test]
    fn what_is_read_later_is_not_dead() {
        let code = Code {
            instrs: [
                Instr::Move { dst: 2, src: 0 },
                Instr::Move { dst: 1, src: 2 },
                Instr::ReturnNone,
            ]
            .into(),
            registers: 3,
            ..Code::default()
        };
        assert_eq!(dead_temporaries(&code, 0), [1, 2]);
        assert_eq!(dead_temporaries(&code, 1), [0, 1]);
        assert_eq!(dead_temporaries(&code, 2), [0, 1, 2]);
    }
}
