//! Code as text, for tests and for people.

use std::fmt::Write;

use airlock_bytecode::{Code, Const, Instr, Operand};

use crate::constants;

/// One line for each instruction, with the names its operands stand for, and
/// the code objects inside after it. Meant to be read, not parsed.
pub fn disassemble(code: &Code) -> String {
    let mut text = String::new();
    write_code(&mut text, code);
    text
}

fn write_code(text: &mut String, code: &Code) {
    let _ = write!(text, "{}", code.qualname);
    let _ = write!(text, " registers={}", code.registers);
    if !code.varnames.is_empty() {
        let names: Vec<String> = code
            .varnames
            .iter()
            .enumerate()
            .map(|(reg, name)| {
                let mark = if code.cell_registers.contains(&(reg as u16)) {
                    "&"
                } else {
                    ""
                };
                format!("{mark}{name}")
            })
            .collect();
        let _ = write!(text, " variables=[{}]", names.join(" "));
    }
    if !code.captures.is_empty() {
        let _ = write!(text, " captures={:?}", code.captures);
    }
    text.push('\n');
    let mut line = 0;
    for (pc, instr) in code.instrs.iter().enumerate() {
        let position = code.position(pc as u32);
        if position.line != line {
            line = position.line;
            let _ = write!(text, "{line:>4}");
        } else {
            text.push_str("    ");
        }
        let _ = write!(text, " {pc:>4} ");
        write_instr(text, code, pc, instr);
        text.push('\n');
    }
    for range in &code.exception_table {
        let _ = writeln!(
            text,
            "     {}..{} -> {} r{}",
            range.start, range.end, range.handler, range.exception
        );
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            text.push('\n');
            write_code(text, inner);
        }
    }
}

fn write_instr(text: &mut String, code: &Code, pc: usize, instr: &Instr) {
    let shown = format!("{instr:?}");
    let compact = shown
        .replace(" { ", " ")
        .replace(" }", "")
        .replace(": ", "=")
        .replace(", ", " ");
    text.push_str(&compact);
    instr.operands(code.instrs.get(pc + 1), |operand| {
        let _ = match operand {
            Operand::Name(name) => write!(text, " ; {}", name_of(code, name)),
            Operand::Site(site) => {
                let name = code.sites.get(site as usize).copied().unwrap_or(u16::MAX);
                write!(text, " ; {}", name_of(code, name))
            }
            Operand::Const(index) => match code.consts.get(index as usize) {
                Some(constant) => write!(text, " ; {}", constants::repr(constant)),
                None => Ok(()),
            },
            Operand::Offset(_) => {
                write!(text, " ; -> {}", instr.jump_target(pc as u32).unwrap_or(-1))
            }
            _ => Ok(()),
        };
    });
}

fn name_of(code: &Code, name: u16) -> &str {
    code.names.get(name as usize).map_or("?", |name| name)
}
