//! What an instruction reads and writes, for whoever looks at code without
//! running it: the compiler's last stage, the verifier, the disassembler.

use crate::{Instr, Reg};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Read(Reg),
    /// `count` registers from `base` on.
    ReadMany(Reg, u16),
    Write(Reg),
    WriteMany(Reg, u16),
    /// Written if the instruction jumps, and not if it falls through.
    WriteOnJump(Reg),
    Name(u16),
    Site(u16),
    Const(u32),
    Target(u32),
    Offset(i16),
}

impl Instr {
    /// Names each operand, reads before writes. `next` is the instruction
    /// that follows: it may be the `Extend` of this one.
    pub fn operands(&self, next: Option<&Instr>, mut visit: impl FnMut(Operand)) {
        use Operand::*;
        let extend = match next {
            Some(Instr::Extend { value }) => *value,
            _ => u32::MAX,
        };
        match *self {
            Instr::Nop | Instr::Extend { .. } | Instr::ReturnNone | Instr::RaiseActive => {}
            Instr::LoadConst { dst, index } => {
                visit(Const(index));
                visit(Write(dst));
            }
            Instr::LoadInt { dst, .. }
            | Instr::LoadNone { dst }
            | Instr::LoadBool { dst, .. }
            | Instr::LoadNamespace { dst }
            | Instr::LoadBuildClass { dst }
            | Instr::LoadAssertionError { dst } => visit(Write(dst)),
            Instr::Move { dst, src }
            | Instr::Not { dst, src }
            | Instr::Negative { dst, src }
            | Instr::Positive { dst, src }
            | Instr::Invert { dst, src }
            | Instr::GetIter { dst, src }
            | Instr::GetAsyncIter { dst, src }
            | Instr::ListToTuple { dst, src }
            | Instr::Yield { dst, src }
            | Instr::GetYieldFromIter { dst, src }
            | Instr::GetAwaitable { dst, src, .. }
            | Instr::MatchSequence { dst, src }
            | Instr::MatchMapping { dst, src }
            | Instr::Length { dst, src } => {
                visit(Read(src));
                visit(Write(dst));
            }
            Instr::CheckLocal { src, name } => {
                visit(Read(src));
                visit(Name(name));
            }
            Instr::LetGo { reg } => {
                visit(Read(reg));
                visit(Write(reg));
            }
            Instr::DeleteLocal { reg, name } => {
                visit(Read(reg));
                visit(Name(name));
            }
            Instr::LoadGlobal { dst, site } => {
                visit(Site(site));
                visit(Write(dst));
            }
            Instr::StoreGlobal { src, name } | Instr::StoreName { src, name } => {
                visit(Read(src));
                visit(Name(name));
            }
            Instr::DeleteGlobal { name } | Instr::DeleteName { name } => visit(Name(name)),
            Instr::LoadName { dst, name } => {
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::MakeCell { reg } => {
                visit(Read(reg));
                visit(Write(reg));
            }
            Instr::LoadCell { dst, cell, name } | Instr::LoadClassCell { dst, cell, name } => {
                visit(Read(cell));
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::LoadFromNamespaceOrCell { dst, cell, name } => {
                visit(Read(dst));
                visit(Read(cell));
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::StoreCell { cell, src } => {
                visit(Read(cell));
                visit(Read(src));
            }
            Instr::DeleteCell { cell, name } => {
                visit(Read(cell));
                visit(Name(name));
            }
            Instr::AfterDelete { .. } => {}
            Instr::LoadFromNamespaceOrGlobal {
                dst,
                namespace,
                name,
            } => {
                visit(Read(namespace));
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::LoadAttr { dst, obj, site } => {
                visit(Read(obj));
                visit(Site(site));
                visit(Write(dst));
            }
            Instr::StoreAttr { obj, src, site } => {
                visit(Read(obj));
                visit(Read(src));
                visit(Site(site));
            }
            Instr::DeleteAttr { obj, site } => {
                visit(Read(obj));
                visit(Site(site));
            }
            Instr::LoadSuperAttr { dst, base, site } => {
                visit(ReadMany(base, 3));
                visit(Site(site));
                visit(Write(dst));
            }
            Instr::LoadSubscr { dst, obj, key } => {
                visit(Read(obj));
                visit(Read(key));
                visit(Write(dst));
            }
            Instr::StoreSubscr { obj, key, src } => {
                visit(Read(obj));
                visit(Read(key));
                visit(Read(src));
            }
            Instr::DeleteSubscr { obj, key } => {
                visit(Read(obj));
                visit(Read(key));
            }
            Instr::BuildSlice { dst, base } => {
                visit(ReadMany(base, 3));
                visit(Write(dst));
            }
            Instr::Add { dst, a, b }
            | Instr::Sub { dst, a, b }
            | Instr::Mul { dst, a, b }
            | Instr::Binary { dst, a, b, .. }
            | Instr::InPlace { dst, a, b, .. }
            | Instr::Compare { dst, a, b, .. }
            | Instr::Intrinsic { dst, a, b, .. } => {
                visit(Read(a));
                visit(Read(b));
                visit(Write(dst));
            }
            Instr::AddInt { dst, a, .. } | Instr::InPlaceInt { dst, a, .. } => {
                visit(Read(a));
                visit(Write(dst));
            }
            Instr::Jump { target } => visit(Target(target)),
            Instr::JumpIfTrue { src, target }
            | Instr::JumpIfFalse { src, target }
            | Instr::JumpIfNone { src, target }
            | Instr::JumpIfNotNone { src, target } => {
                visit(Read(src));
                visit(Target(target));
            }
            Instr::JumpIfCompare { a, b, offset, .. }
            | Instr::JumpUnlessCompare { a, b, offset, .. } => {
                visit(Read(a));
                visit(Read(b));
                visit(Offset(offset));
            }
            Instr::JumpIfCompareInt { a, offset, .. }
            | Instr::JumpUnlessCompareInt { a, offset, .. } => {
                visit(Read(a));
                visit(Offset(offset));
            }
            Instr::ForNext { iter, dst, offset } => {
                visit(Read(iter));
                visit(Offset(offset));
                visit(WriteOnJump(dst));
            }
            Instr::GetAsyncNext { dst, iter } => {
                visit(Read(iter));
                visit(Write(dst));
            }
            Instr::EndAsyncFor { exc } | Instr::Raise { exc } | Instr::Reraise { exc } => {
                visit(Read(exc));
            }
            Instr::UnpackSequence { src, base, count } => {
                visit(Read(src));
                visit(WriteMany(base, count));
            }
            Instr::UnpackEx {
                before,
                src,
                base,
                after,
            } => {
                visit(Read(src));
                visit(WriteMany(base, before as u16 + 1 + after));
            }
            Instr::Call { dst, base, argc } => {
                visit(ReadMany(base, argc.saturating_add(1)));
                visit(Write(dst));
            }
            Instr::CallKw { dst, base, argc } => {
                visit(ReadMany(base, argc.saturating_add(1)));
                visit(Const(extend));
                visit(Write(dst));
            }
            Instr::LoadMethod { dst, obj, site } => {
                visit(Read(obj));
                visit(Site(site));
                visit(WriteMany(dst, 2));
            }
            Instr::CallMethod { dst, base, argc } => {
                visit(ReadMany(base, argc.saturating_add(2)));
                visit(Write(dst));
            }
            Instr::CallMethodKw { dst, base, argc } => {
                visit(ReadMany(base, argc.saturating_add(2)));
                visit(Const(extend));
                visit(Write(dst));
            }
            Instr::CallEx { dst, base } => {
                visit(ReadMany(base, 3));
                visit(Write(dst));
            }
            Instr::Return { src } => visit(Read(src)),
            Instr::BuildTuple { dst, base, count }
            | Instr::BuildList { dst, base, count }
            | Instr::BuildSet { dst, base, count }
            | Instr::BuildString { dst, base, count } => {
                visit(ReadMany(base, count));
                visit(Write(dst));
            }
            Instr::BuildDict { dst, base, count } => {
                visit(ReadMany(base, count.saturating_mul(2)));
                visit(Write(dst));
            }
            Instr::ListAppend { list, item } => {
                visit(Read(list));
                visit(Read(item));
            }
            Instr::ListExtend { list, iterable } => {
                visit(Read(list));
                visit(Read(iterable));
            }
            Instr::SetAdd { set, item } => {
                visit(Read(set));
                visit(Read(item));
            }
            Instr::SetUpdate { set, iterable } => {
                visit(Read(set));
                visit(Read(iterable));
            }
            Instr::DictInsert { dict, key, value } => {
                visit(Read(dict));
                visit(Read(key));
                visit(Read(value));
            }
            Instr::DictUpdate { dict, mapping } => {
                visit(Read(dict));
                visit(Read(mapping));
            }
            Instr::DictMerge {
                dict,
                mapping,
                func,
            } => {
                visit(Read(dict));
                visit(Read(mapping));
                visit(Read(func));
            }
            Instr::FormatValue { dst, src, spec, .. } => {
                visit(Read(src));
                visit(Read(spec));
                visit(Write(dst));
            }
            Instr::MakeFunction { dst, index } => {
                visit(Const(index));
                if let Ok(base) = Reg::try_from(extend) {
                    visit(ReadMany(base, 3));
                }
                visit(Write(dst));
            }
            Instr::ImportName { dst, name, base } => {
                visit(ReadMany(base, 2));
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::ImportFrom { dst, module, name } => {
                visit(Read(module));
                visit(Name(name));
                visit(Write(dst));
            }
            Instr::ImportStar { module } => visit(Read(module)),
            Instr::RaiseFrom { exc, cause } => {
                visit(Read(exc));
                visit(Read(cause));
            }
            Instr::PushHandled { saved, exc } => {
                visit(Read(exc));
                visit(Write(saved));
            }
            Instr::PopHandled { saved } => visit(Read(saved)),
            Instr::ExceptionMatches { dst, exc, ty } => {
                visit(Read(exc));
                visit(Read(ty));
                visit(Write(dst));
            }
            Instr::ExceptionGroupSplit { dst, exc, ty } => {
                visit(Read(exc));
                visit(Read(ty));
                visit(WriteMany(dst, 2));
            }
            Instr::ExceptionGroupRejoin { dst, raised, exc } => {
                visit(Read(raised));
                visit(Read(exc));
                visit(Write(dst));
            }
            Instr::LoadSpecial { dst, obj, .. } => {
                visit(Read(obj));
                visit(Write(dst));
            }
            Instr::ExceptionTriple { base, exc } => {
                visit(Read(exc));
                visit(WriteMany(base, 3));
            }
            Instr::YieldFrom { dst, iter, value } => {
                visit(Read(iter));
                visit(Read(value));
                visit(Write(value));
                visit(Write(dst));
            }
            Instr::MatchKeys { dst, src, keys } => {
                visit(Read(src));
                visit(Read(keys));
                visit(Write(dst));
            }
            Instr::MatchClass { dst, src, base, .. } => {
                visit(Read(src));
                visit(ReadMany(base, 2));
                visit(Write(dst));
            }
        }
    }

    /// Whether an `Extend` must follow.
    pub fn needs_extend(&self) -> bool {
        matches!(
            self,
            Instr::CallKw { .. } | Instr::CallMethodKw { .. } | Instr::MakeFunction { .. }
        )
    }

    /// Whether the next instruction is never reached from this one.
    pub fn ends_flow(&self) -> bool {
        matches!(
            self,
            Instr::Jump { .. }
                | Instr::Return { .. }
                | Instr::ReturnNone
                | Instr::Raise { .. }
                | Instr::RaiseFrom { .. }
                | Instr::RaiseActive
                | Instr::Reraise { .. }
        )
    }

    /// Where a jump goes that stands at `pc`.
    pub fn jump_target(&self, pc: u32) -> Option<i64> {
        match *self {
            Instr::Jump { target }
            | Instr::JumpIfTrue { target, .. }
            | Instr::JumpIfFalse { target, .. }
            | Instr::JumpIfNone { target, .. }
            | Instr::JumpIfNotNone { target, .. } => Some(target as i64),
            Instr::JumpIfCompare { offset, .. }
            | Instr::JumpUnlessCompare { offset, .. }
            | Instr::JumpIfCompareInt { offset, .. }
            | Instr::JumpUnlessCompareInt { offset, .. }
            | Instr::ForNext { offset, .. } => Some(pc as i64 + 1 + offset as i64),
            _ => None,
        }
    }
}
