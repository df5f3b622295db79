//! Checks that code keeps to its own bounds, without running it.

use crate::{Code, Const, Instr, Operand};

/// The first thing wrong with `code` or with code inside it: an operand out
/// of range, a jump to nowhere, a missing `Extend`, a table that is not
/// sorted. What it accepts, the VM may run without looking outside.
pub fn verify(code: &Code) -> Result<(), String> {
    let fault = |pc: usize, what: &str| {
        Err(format!(
            "{}: {what} at {pc}: {:?}",
            code.qualname,
            code.instrs.get(pc)
        ))
    };
    let registers = code.registers as u32;
    let count = code.instrs.len() as i64;
    if code.params.count() + code.captures.len() > code.varnames.len() {
        return fault(0, "fewer variables than parameters and captures");
    }
    if code.varnames.len() > code.registers as usize {
        return fault(0, "more variables than registers");
    }
    if let Some(reg) = code
        .cell_registers
        .iter()
        .find(|reg| **reg as usize >= code.varnames.len())
    {
        return fault(*reg as usize, "a cell that is no variable");
    }
    if let Some(site) = code
        .sites
        .iter()
        .find(|site| **site as usize >= code.names.len())
    {
        return fault(*site as usize, "a site without name");
    }
    for (pc, instr) in code.instrs.iter().enumerate() {
        let next = code.instrs.get(pc + 1);
        let mut wrong = None;
        instr.operands(next, |operand| {
            let good = match operand {
                Operand::Read(reg) | Operand::Write(reg) | Operand::WriteOnJump(reg) => {
                    (reg as u32) < registers
                }
                Operand::ReadMany(base, count) | Operand::WriteMany(base, count) => {
                    base as u32 + count as u32 <= registers
                }
                Operand::Name(name) => (name as usize) < code.names.len(),
                Operand::Site(site) => (site as usize) < code.sites.len(),
                Operand::Const(index) => (index as usize) < code.consts.len(),
                Operand::Target(_) | Operand::Offset(_) => {
                    let target = instr.jump_target(pc as u32).unwrap_or(-1);
                    (0..count).contains(&target)
                        && !matches!(code.instrs[target as usize], Instr::Extend { .. })
                }
            };
            if !good {
                wrong = Some(operand);
            }
        });
        if let Some(operand) = wrong {
            return fault(pc, &format!("{operand:?} out of range"));
        }
        if instr.needs_extend() != matches!(next, Some(Instr::Extend { .. })) {
            return fault(pc, "an Extend missing or astray");
        }
        if next.is_none() && !instr.ends_flow() {
            return fault(pc, "the end is reached");
        }
        match instr {
            Instr::MakeFunction { index, .. } => match &code.consts[*index as usize] {
                Const::Code(inner) => {
                    if inner
                        .captures
                        .iter()
                        .any(|reg| *reg as usize >= code.varnames.len())
                    {
                        return fault(pc, "a capture that is no variable");
                    }
                    if inner
                        .captures
                        .iter()
                        .any(|reg| !code.cell_registers.contains(reg))
                    {
                        return fault(pc, "a capture that is no cell");
                    }
                }
                _ => return fault(pc, "a function without code"),
            },
            Instr::CallKw { argc, .. } | Instr::CallMethodKw { argc, .. } => {
                let names = match next {
                    Some(Instr::Extend { value }) => code.consts.get(*value as usize),
                    _ => None,
                };
                match names {
                    Some(Const::Tuple(names)) if names.len() <= *argc as usize => {}
                    _ => return fault(pc, "keywords without names"),
                }
            }
            _ => {}
        }
    }
    let mut end = 0;
    for range in &code.exception_table {
        if range.start < end || range.start >= range.end || range.end as i64 > count {
            return fault(range.start as usize, "an exception range out of order");
        }
        if range.handler as i64 >= count || range.exception as u32 >= registers {
            return fault(range.start as usize, "a handler out of range");
        }
        end = range.end;
    }
    if code.positions.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return fault(0, "positions out of order");
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            verify(inner)?;
        }
    }
    Ok(())
}
