//! Statements with bodies: `if`, loops, `with`, `try`.

use airlock_bytecode::{Instr, Reg, Special};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::unwind::Block;
use crate::assemble::{HandlerId, Label};
use crate::constants;

/// An exception of a `try` that its handlers look at.
#[derive(Clone, Copy)]
struct Caught {
    exception: Reg,
    /// What was being handled before.
    saved: Reg,
    /// The handler of what surrounds the `try`.
    outside: HandlerId,
    /// Behind the `try`.
    done: Label,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn if_(&mut self, e: &'a ast::StmtIf) {
        let end = self.new_label();
        let mut clauses = Vec::with_capacity(1 + e.elif_else_clauses.len());
        clauses.push((Some(&*e.test), &e.body[..]));
        clauses.extend(
            e.elif_else_clauses
                .iter()
                .map(|c| (c.test.as_ref(), &c.body[..])),
        );
        let count = clauses.len();
        for (index, (test, body)) in clauses.into_iter().enumerate() {
            let next = self.new_label();
            if let Some(test) = test {
                self.jump_if(test, false, next);
            }
            self.conditional_stmts(body);
            if index + 1 < count {
                let range = self.here();
                self.jump(end, range);
            }
            self.place_label(next);
        }
        self.place_label(end);
    }

    pub(super) fn while_(&mut self, e: &'a ast::StmtWhile) {
        let body = self.new_label();
        let test = self.new_label();
        let end = self.new_label();
        let constant = self.fold(&e.test).map(|value| constants::truthy(&value));
        if constant != Some(true) {
            self.jump(test, e.test.range());
        }
        self.place_label(body);
        self.push_block(
            Block::Loop {
                continue_: test,
                break_: end,
                iter: None,
            },
            e.range,
        );
        self.conditional_stmts(&e.body);
        self.pop_block();
        self.place_label(test);
        self.jump_if(&e.test, true, body);
        self.conditional_stmts(&e.orelse);
        self.place_label(end);
    }

    pub(super) fn for_(&mut self, e: &'a ast::StmtFor) {
        if e.is_async {
            self.async_for(e);
            return;
        }
        let body = self.new_label();
        let next = self.new_label();
        let end = self.new_label();
        let iter = self.alloc();
        let src = self.expr(&e.iter, Some(iter));
        self.free_to(iter as u32 + 1);
        self.emit(Instr::GetIter { dst: iter, src }, e.iter.range());
        self.jump(next, e.iter.range());
        self.place_label(body);
        let (item, is_direct) = self.loop_item(&e.target);
        if !is_direct {
            self.store(&e.target, item);
        }
        self.push_block(
            Block::Loop {
                continue_: next,
                break_: end,
                iter: Some(iter),
            },
            e.range,
        );
        self.conditional_stmts(&e.body);
        self.pop_block();
        self.place_label(next);
        self.emit_jump(
            Instr::ForNext {
                iter,
                dst: item,
                offset: 0,
            },
            body,
            e.iter.range(),
        );
        self.conditional_stmts(&e.orelse);
        self.place_label(end);
    }

    fn async_for(&mut self, e: &'a ast::StmtFor) {
        if !self.allows_await() {
            let message = "'async for' outside async function";
            self.report.syntax(e, message);
        }
        let next = self.new_label();
        let end = self.new_label();
        let iter = self.alloc();
        let src = self.expr(&e.iter, Some(iter));
        self.free_to(iter as u32 + 1);
        self.emit(Instr::GetAsyncIter { dst: iter, src }, e.iter.range());
        self.place_label(next);
        let exhausted = self.async_next(&e.target, iter, e.iter.range());
        self.push_block(
            Block::Loop {
                continue_: next,
                break_: end,
                iter: Some(iter),
            },
            e.range,
        );
        self.conditional_stmts(&e.body);
        self.pop_block();
        let range = e.iter.range();
        self.jump(next, range);
        self.end_async_for(exhausted, range);
        self.conditional_stmts(&e.orelse);
        self.place_label(end);
    }

    /// Awaits the next item of `iter` and stores it; where the end leads to.
    pub(super) fn async_next(
        &mut self,
        target: &'a Expr,
        iter: Reg,
        range: TextRange,
    ) -> (Label, Reg) {
        let exception = self.alloc();
        let (handler, exhausted) = self.new_handler(exception);
        let outside = std::mem::replace(&mut self.unit.handler, handler);
        let (item, is_direct) = self.loop_item(target);
        let mark = self.mark();
        let awaitable = self.alloc();
        self.emit(
            Instr::GetAsyncNext {
                dst: awaitable,
                iter,
            },
            range,
        );
        self.drive(awaitable, mark, Some(item), range);
        self.unit.handler = outside;
        if !is_direct {
            self.store(target, item);
        }
        self.free_to(exception as u32 + 1);
        (exhausted, exception)
    }

    pub(super) fn end_async_for(&mut self, (exhausted, exception): (Label, Reg), range: TextRange) {
        self.place_label(exhausted);
        self.emit(Instr::EndAsyncFor { exc: exception }, range);
    }

    // `with`.

    pub(super) fn with(&mut self, e: &'a ast::StmtWith) {
        if e.is_async && !self.allows_await() {
            self.report.syntax(e, "'async with' outside async function");
        }
        self.unit.conditional += 1;
        self.with_items(e, &e.items);
        self.unit.conditional -= 1;
    }

    fn with_items(&mut self, e: &'a ast::StmtWith, items: &'a [ast::WithItem]) {
        let Some((item, rest)) = items.split_first() else {
            self.stmts(&e.body);
            return;
        };
        let range = item.context_expr.range();
        let mark = self.mark();
        let exit = self.alloc();
        let obj = self.expr(&item.context_expr, None);
        let (enter_special, exit_special) = if e.is_async {
            (Special::AsyncEnter, Special::AsyncExit)
        } else {
            (Special::Enter, Special::Exit)
        };
        self.emit(
            Instr::LoadSpecial {
                special: exit_special,
                dst: exit,
                obj,
            },
            range,
        );
        self.free_to(exit as u32 + 1);
        let enter = self.alloc();
        self.emit(
            Instr::LoadSpecial {
                special: enter_special,
                dst: enter,
                obj,
            },
            range,
        );
        self.emit(
            Instr::Call {
                dst: enter,
                base: enter,
                argc: 0,
            },
            range,
        );
        if e.is_async {
            self.emit(
                Instr::GetAwaitable {
                    context: 1,
                    dst: enter,
                    src: enter,
                },
                range,
            );
            let inner = enter as u32;
            self.drive(enter, inner, Some(enter), range);
        }
        self.free_to(exit as u32 + 1);

        let saved = self.alloc();
        let exception = self.alloc();
        let (handler, caught) = self.new_handler(exception);
        let outside = self.unit.handler;
        self.push_block(
            Block::With {
                exit,
                is_async: e.is_async,
                range,
            },
            e.range,
        );
        self.unit.handler = handler;
        // The value of `__enter__` is still where `saved` is now: that one is
        // not written before an exception.
        if let Some(target) = item.optional_vars.as_deref() {
            self.store(target, enter);
        }
        self.with_items(e, rest);
        self.pop_block();
        self.unit.handler = outside;
        let done = self.new_label();
        let inner = self.mark();
        self.call_exit_normally(exit, e.is_async, range);
        self.free_to(inner);
        self.jump(done, range);

        self.place_label(caught);
        self.with_exception(exit, saved, exception, e.is_async, range);
        self.place_label(done);
        self.free_to(mark);
    }

    /// `__exit__(None, None, None)`; leaves temporaries to the caller.
    pub(super) fn call_exit_normally(&mut self, exit: Reg, is_async: bool, range: TextRange) {
        let base = self.alloc_many(4);
        self.emit(
            Instr::Move {
                dst: base,
                src: exit,
            },
            range,
        );
        for offset in 1..4 {
            self.emit(Instr::LoadNone { dst: base + offset }, range);
        }
        self.emit(
            Instr::Call {
                dst: base,
                base,
                argc: 3,
            },
            range,
        );
        if is_async {
            self.emit(
                Instr::GetAwaitable {
                    context: 2,
                    dst: base,
                    src: base,
                },
                range,
            );
            self.free_to(base as u32 + 1);
            self.drive(base, base as u32, Some(base), range);
        }
    }

    fn with_exception(
        &mut self,
        exit: Reg,
        saved: Reg,
        exception: Reg,
        is_async: bool,
        range: TextRange,
    ) {
        let outside = self.unit.handler;
        let (cleanup, failed) = self.begin_handling(saved, exception, range);
        let mark = self.mark();
        let base = self.alloc_many(4);
        self.emit(
            Instr::Move {
                dst: base,
                src: exit,
            },
            range,
        );
        self.emit(
            Instr::ExceptionTriple {
                base: base + 1,
                exc: exception,
            },
            range,
        );
        self.emit(
            Instr::Call {
                dst: base,
                base,
                argc: 3,
            },
            range,
        );
        if is_async {
            self.emit(
                Instr::GetAwaitable {
                    context: 2,
                    dst: base,
                    src: base,
                },
                range,
            );
            self.free_to(base as u32 + 1);
            self.drive(base, base as u32, Some(base), range);
        }
        let suppressed = self.new_label();
        self.emit_jump(
            Instr::JumpIfTrue {
                src: base,
                target: 0,
            },
            suppressed,
            range,
        );
        self.emit(Instr::Reraise { exc: exception }, range);
        self.free_to(mark);
        self.unit.handler = outside;
        self.end_handling(cleanup, failed, saved, range);
        self.place_label(suppressed);
        self.emit(Instr::PopHandled { saved }, range);
    }

    // Handlers.

    /// `exception` is being handled from here on; an exception raised
    /// meanwhile goes through [`Self::end_handling`] first.
    fn begin_handling(&mut self, saved: Reg, exception: Reg, range: TextRange) -> (Reg, Label) {
        self.emit(
            Instr::PushHandled {
                saved,
                exc: exception,
            },
            range,
        );
        let raised = self.alloc();
        let (handler, failed) = self.new_handler(raised);
        self.unit.handler = handler;
        (raised, failed)
    }

    /// Where an exception raised while handling another goes: the other is no
    /// longer being handled. The current handler must be that of the outside.
    fn end_handling(&mut self, raised: Reg, failed: Label, saved: Reg, range: TextRange) {
        self.place_label(failed);
        self.emit(Instr::PopHandled { saved }, range);
        self.emit(Instr::Reraise { exc: raised }, range);
    }

    // `try`.

    pub(super) fn try_(&mut self, e: &'a ast::StmtTry) {
        self.unit.conditional += 1;
        if e.finalbody.is_empty() {
            self.try_except(e);
        } else {
            self.try_finally(e);
        }
        self.unit.conditional -= 1;
    }

    fn try_finally(&mut self, e: &'a ast::StmtTry) {
        let mark = self.mark();
        let saved = self.alloc();
        let exception = self.alloc();
        let (handler, caught) = self.new_handler(exception);
        let outside = self.unit.handler;
        let done = self.new_label();
        self.push_block(Block::Finally { body: &e.finalbody }, e.range);
        self.unit.handler = handler;
        if e.handlers.is_empty() {
            self.stmts(&e.body);
            self.stmts(&e.orelse);
        } else {
            self.try_except(e);
        }
        self.pop_block();
        self.unit.handler = outside;
        self.stmts(&e.finalbody);
        let range = self.here();
        self.jump(done, range);

        self.place_label(caught);
        let range = e.finalbody.first().map_or(e.range, |stmt| stmt.range());
        let (raised, failed) = self.begin_handling(saved, exception, range);
        self.push_block_outside(Block::Handling { saved }, outside, range);
        self.stmts(&e.finalbody);
        self.pop_block();
        self.unit.handler = outside;
        self.emit(Instr::PopHandled { saved }, range);
        self.emit(Instr::Reraise { exc: exception }, range);
        self.end_handling(raised, failed, saved, range);
        self.place_label(done);
        self.free_to(mark);
    }

    fn try_except(&mut self, e: &'a ast::StmtTry) {
        let mark = self.mark();
        let saved = self.alloc();
        let exception = self.alloc();
        let (handler, caught) = self.new_handler(exception);
        let outside = self.unit.handler;
        let done = self.new_label();
        self.push_block(Block::Try, e.range);
        self.unit.handler = handler;
        self.stmts(&e.body);
        self.pop_block();
        self.unit.handler = outside;
        self.stmts(&e.orelse);
        let range = self.here();
        self.jump(done, range);

        self.place_label(caught);
        let first = e
            .handlers
            .first()
            .map_or(e.range, |handler| handler.range());
        let first = TextRange::at(first.start(), "except".len().try_into().unwrap_or_default());
        let (raised, failed) = self.begin_handling(saved, exception, first);
        self.push_block_outside(Block::Handling { saved }, outside, first);
        let caught = Caught {
            exception,
            saved,
            outside,
            done,
        };
        if e.is_star {
            self.except_star_handlers(e, caught, first);
        } else {
            self.except_handlers(e, caught, first);
        }
        self.end_handling(raised, failed, saved, first);
        self.place_label(done);
        self.free_to(mark);
    }

    fn except_handlers(&mut self, e: &'a ast::StmtTry, caught: Caught, range: TextRange) {
        for (index, handler) in e.handlers.iter().enumerate() {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            if handler.type_.is_none() && index + 1 < e.handlers.len() {
                self.report
                    .syntax(handler, "default 'except:' must be last");
            }
            self.except_handler(handler, caught);
        }
        let exc = caught.exception;
        self.emit(Instr::Reraise { exc }, range);
        self.pop_block();
        self.unit.handler = caught.outside;
    }

    fn except_handler(&mut self, e: &'a ast::ExceptHandlerExceptHandler, caught: Caught) {
        let next = self.new_label();
        if let Some(ty) = e.type_.as_deref() {
            let mark = self.mark();
            let dst = self.unit.next_temp as Reg;
            let range = ty.range();
            let ty = self.expr(ty, None);
            self.free_to(mark);
            self.alloc();
            self.emit(
                Instr::ExceptionMatches {
                    dst,
                    exc: caught.exception,
                    ty,
                },
                range,
            );
            self.emit_jump(
                Instr::JumpIfFalse {
                    src: dst,
                    target: 0,
                },
                next,
                range,
            );
            self.free_to(mark);
        }
        self.handler_body(e, caught.exception);
        let range = self.here();
        let inside = std::mem::replace(&mut self.unit.handler, caught.outside);
        let saved = caught.saved;
        self.emit(Instr::PopHandled { saved }, range);
        self.jump(caught.done, range);
        self.unit.handler = inside;
        self.place_label(next);
    }

    /// The body, with the exception bound to the handler's name meanwhile.
    fn handler_body(&mut self, e: &'a ast::ExceptHandlerExceptHandler, exception: Reg) {
        let Some(name) = &e.name else {
            self.stmts(&e.body);
            return;
        };
        self.store_name(name, exception, name.range);
        let mark = self.mark();
        let raised = self.alloc();
        let (handler, failed) = self.new_handler(raised);
        let outside = self.unit.handler;
        self.push_block(
            Block::HandlerName {
                name: name.as_str(),
            },
            e.range,
        );
        self.unit.handler = handler;
        self.stmts(&e.body);
        self.pop_block();
        self.unit.handler = outside;
        // No line of its own: debuggers would stop there.
        let range = self.here();
        self.unbind_handler_name(name, range);
        let done = self.new_label();
        self.jump(done, range);
        self.place_label(failed);
        self.unbind_handler_name(name, range);
        self.emit(Instr::Reraise { exc: raised }, range);
        self.place_label(done);
        self.free_to(mark);
    }

    fn except_star_handlers(&mut self, e: &'a ast::StmtTry, caught: Caught, first: TextRange) {
        let Caught {
            exception, saved, ..
        } = caught;
        let raised = self.alloc();
        let base = self.unit.next_temp as Reg;
        self.emit(
            Instr::BuildList {
                dst: raised,
                base,
                count: 0,
            },
            first,
        );
        // What is left to handle; the matching part goes before it.
        let matching = self.alloc_many(2);
        let rest = matching + 1;
        self.emit(
            Instr::Move {
                dst: rest,
                src: exception,
            },
            first,
        );
        for handler in &e.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.except_star_handler(handler, matching, raised);
        }
        let none_left = self.new_label();
        self.emit_jump(
            Instr::JumpIfNone {
                src: rest,
                target: 0,
            },
            none_left,
            first,
        );
        self.emit(
            Instr::ListAppend {
                list: raised,
                item: rest,
            },
            first,
        );
        self.place_label(none_left);
        let result = self.alloc();
        self.emit(
            Instr::ExceptionGroupRejoin {
                dst: result,
                raised,
                exc: exception,
            },
            first,
        );
        let go_on = self.new_label();
        self.emit_jump(
            Instr::JumpIfNotNone {
                src: result,
                target: 0,
            },
            go_on,
            first,
        );
        self.pop_block();
        self.unit.handler = caught.outside;
        self.emit(Instr::PopHandled { saved }, first);
        self.jump(caught.done, first);
        self.place_label(go_on);
        self.emit(Instr::PopHandled { saved }, first);
        self.emit(Instr::Reraise { exc: result }, first);
    }

    fn except_star_handler(
        &mut self,
        e: &'a ast::ExceptHandlerExceptHandler,
        matching: Reg,
        raised: Reg,
    ) {
        let Some(ty) = e.type_.as_deref() else {
            self.report
                .syntax(e, "expected one or more exception types");
            return;
        };
        let rest = matching + 1;
        let next = self.new_label();
        let range = ty.range();
        let mark = self.mark();
        let none_left = Instr::JumpIfNone {
            src: rest,
            target: 0,
        };
        let ty = self.expr(ty, None);
        self.emit_jump(none_left, next, range);
        self.emit(
            Instr::ExceptionGroupSplit {
                dst: matching,
                exc: rest,
                ty,
            },
            range,
        );
        self.free_to(mark);
        self.emit_jump(
            Instr::JumpIfNone {
                src: matching,
                target: 0,
            },
            next,
            range,
        );

        let inner_saved = self.alloc();
        let failure = self.alloc();
        let (handler, failed) = self.new_handler(failure);
        let outside = self.unit.handler;
        self.push_block(Block::ExceptStar, e.range);
        self.emit(
            Instr::PushHandled {
                saved: inner_saved,
                exc: matching,
            },
            range,
        );
        self.unit.handler = handler;
        self.handler_body(e, matching);
        self.unit.handler = outside;
        self.pop_block();
        let end = self.here();
        self.emit(Instr::PopHandled { saved: inner_saved }, end);
        self.jump(next, end);
        self.place_label(failed);
        self.emit(Instr::PopHandled { saved: inner_saved }, range);
        self.emit(
            Instr::ListAppend {
                list: raised,
                item: failure,
            },
            range,
        );
        self.free_to(mark);
        self.place_label(next);
    }
}
