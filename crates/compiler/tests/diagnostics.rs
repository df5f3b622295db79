//! What is refused, where, and in which words.

use airlock_compiler::{Mode, Options, compile};
use expect_test::{Expect, expect};

/// Shows each source with what is wrong with it.
#[track_caller]
fn check(sources: &[&str], expect: Expect) {
    let mut shown = String::new();
    for source in sources {
        shown.push_str(&format!("{source:?}\n"));
        match compile(source, "test.py", Mode::Module, Options::default()) {
            Ok(_) => shown.push_str("    fine\n"),
            Err(diagnostics) => {
                for d in diagnostics {
                    let (line, column) = (d.line, d.column);
                    let (end_line, end_column) = (d.end_line, d.end_column);
                    shown.push_str(&format!(
                        "    {line}:{column}-{end_line}:{end_column} {:?}: {}\n",
                        d.kind, d.message
                    ));
                }
            }
        }
    }
    expect.assert_eq(&shown);
}

#[test]
fn brackets_and_strings_left_open() {
    check(
        &[
            "print((1, 2)\nx = 1\n",
            "x = [1, 2\n",
            "x = (1]\n",
            "x = (\n1]\n",
            "x = 1)\n",
            "x = 'abc\ny = 2\n",
            "x = 'abc\\'\n",
            "x = '''abc\n\n",
            "f'{x'\n",
            "f'{x!z}'\n",
            "f'{}'\n",
            "f'{a b}'\n",
            "f'}'\n",
        ],
        expect![[r#"
            "print((1, 2)\nx = 1\n"
                1:6-1:7 SyntaxError: '(' was never closed
            "x = [1, 2\n"
                1:5-1:6 SyntaxError: '[' was never closed
            "x = (1]\n"
                1:7-1:8 SyntaxError: closing parenthesis ']' does not match opening parenthesis '('
            "x = (\n1]\n"
                2:2-2:3 SyntaxError: closing parenthesis ']' does not match opening parenthesis '(' on line 1
            "x = 1)\n"
                1:6-1:7 SyntaxError: unmatched ')'
            "x = 'abc\ny = 2\n"
                1:5-1:6 SyntaxError: unterminated string literal (detected at line 1)
            "x = 'abc\\'\n"
                1:5-1:6 SyntaxError: unterminated string literal (detected at line 1); perhaps you escaped the end quote?
            "x = '''abc\n\n"
                1:5-1:6 SyntaxError: unterminated triple-quoted string literal (detected at line 2)
            "f'{x'\n"
                1:5-1:6 SyntaxError: f-string: expecting '}'
            "f'{x!z}'\n"
                1:6-1:7 SyntaxError: f-string: invalid conversion character 'z': expected 's', 'r', or 'a'
            "f'{}'\n"
                1:4-1:5 SyntaxError: f-string: valid expression required before '}'
            "f'{a b}'\n"
                1:4-1:9 SyntaxError: invalid syntax. Perhaps you forgot a comma?
            "f'}'\n"
                1:3-1:4 SyntaxError: f-string: single '}' is not allowed
        "#]],
    );
}

#[test]
fn indentation() {
    check(
        &[
            "  x = 1\n",
            "if x:\ny = 1\n",
            "def f():\n    x\n  y\n",
            "if x:\n\ty\n        z\n",
            "class A:\n",
            "while x:\n",
            "try:\n    x\nexcept A:\ny\n",
        ],
        expect![[r#"
            "  x = 1\n"
                1:2-1:3 IndentationError: unexpected indent
            "if x:\ny = 1\n"
                2:1-2:2 IndentationError: expected an indented block after 'if' statement on line 1
            "def f():\n    x\n  y\n"
                3:1-3:4 IndentationError: unindent does not match any outer indentation level
            "if x:\n\ty\n        z\n"
                3:1-3:10 TabError: inconsistent use of tabs and spaces in indentation
            "class A:\n"
                1:9-2:1 IndentationError: expected an indented block after class definition on line 1
            "while x:\n"
                1:9-2:1 IndentationError: expected an indented block after 'while' statement on line 1
            "try:\n    x\nexcept A:\ny\n"
                4:1-4:2 IndentationError: expected an indented block after 'except' statement on line 3
        "#]],
    );
}

#[test]
fn missing_and_misplaced_tokens() {
    check(
        &[
            "if x\n    y\n",
            "def f()\n    y\n",
            "class A\n    y\n",
            "for x in y\n    z\n",
            "else:\n    z\n",
            "print 'x'\n",
            "x = (a b)\n",
            "x = [1 2]\n",
            "x = 1 +\n",
            "x = a if b\n",
            "import a.b from c\n",
            "def f:\n    pass\n",
            "try:\n    x\ny\n",
            "x = y = \n",
            "x $ y\n",
            "x = 5 ~ 3\n",
            "a = ±1\n",
            "x\u{a0}= 1\n",
            "x = 1 \\ \n",
        ],
        expect![[r#"
            "if x\n    y\n"
                1:5-2:1 SyntaxError: expected ':'
            "def f()\n    y\n"
                1:8-2:1 SyntaxError: expected ':'
            "class A\n    y\n"
                1:8-2:1 SyntaxError: expected ':'
            "for x in y\n    z\n"
                1:11-2:1 SyntaxError: expected ':'
            "else:\n    z\n"
                1:1-1:5 SyntaxError: invalid syntax
            "print 'x'\n"
                1:1-1:10 SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
            "x = (a b)\n"
                1:6-1:9 SyntaxError: invalid syntax. Perhaps you forgot a comma?
            "x = [1 2]\n"
                1:6-1:9 SyntaxError: invalid syntax. Perhaps you forgot a comma?
            "x = 1 +\n"
                1:8-2:1 SyntaxError: invalid syntax
            "x = a if b\n"
                1:5-1:11 SyntaxError: expected 'else' after 'if' expression
            "import a.b from c\n"
                1:1-1:18 SyntaxError: Did you mean to use 'from ... import ...' instead?
            "def f:\n    pass\n"
                1:6-1:7 SyntaxError: expected '('
            "try:\n    x\ny\n"
                3:1-3:2 SyntaxError: expected 'except' or 'finally' block
            "x = y = \n"
                1:9-2:1 SyntaxError: invalid syntax
            "x $ y\n"
                1:3-1:4 SyntaxError: invalid syntax
            "x = 5 ~ 3\n"
                1:7-1:8 SyntaxError: invalid syntax
            "a = ±1\n"
                1:5-1:6 SyntaxError: invalid character '±' (U+00B1)
            "x\u{a0}= 1\n"
                1:2-1:3 SyntaxError: invalid non-printable character U+00A0
            "x = 1 \\ \n"
                1:8-1:9 SyntaxError: unexpected character after line continuation character
        "#]],
    );
}

#[test]
fn numbers() {
    check(
        &[
            "1abc\n",
            "0x\n",
            "0b12\n",
            "08\n",
            "1__0\n",
            "1e\n",
            "1.5abc\n",
            "0o8\n",
            "1if x else y\n",
        ],
        expect![[r#"
            "1abc\n"
                1:1-1:2 SyntaxError: invalid decimal literal
            "0x\n"
                1:2-1:3 SyntaxError: invalid hexadecimal literal
            "0b12\n"
                1:4-1:5 SyntaxError: invalid digit '2' in binary literal
            "08\n"
                1:1-1:2 SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
            "1__0\n"
                1:2-1:3 SyntaxError: invalid decimal literal
            "1e\n"
                1:1-1:2 SyntaxError: invalid decimal literal
            "1.5abc\n"
                1:3-1:4 SyntaxError: invalid decimal literal
            "0o8\n"
                1:3-1:4 SyntaxError: invalid digit '8' in octal literal
            "1if x else y\n"
                fine
        "#]],
    );
}

#[test]
fn assignment_targets() {
    check(
        &[
            "f() = 1\n",
            "x + 1 = 2\n",
            "None = 1\n",
            "(a, 'b') = 1\n",
            "x = f() = 3\n",
            "if x = 3: pass\n",
            "if x.y = 3: pass\n",
            "f(x.y=1)\n",
            "f(True=1)\n",
            "del f()\n",
            "f() += 1\n",
            "(x, y): int\n",
            "for f() in x: pass\n",
            "with a as f(): pass\n",
            "(f() := 1)\n",
            "__debug__ = 1\n",
            "*a = 1\n",
            "a, *b, *c = d\n",
            "[x for x() in y]\n",
            "yield = 1\n",
        ],
        expect![[r#"
            "f() = 1\n"
                1:1-1:4 SyntaxError: cannot assign to function call here. Maybe you meant '==' instead of '='?
            "x + 1 = 2\n"
                1:1-1:6 SyntaxError: cannot assign to expression here. Maybe you meant '==' instead of '='?
            "None = 1\n"
                1:1-1:5 SyntaxError: cannot assign to None
            "(a, 'b') = 1\n"
                1:5-1:8 SyntaxError: cannot assign to literal
            "x = f() = 3\n"
                1:5-1:8 SyntaxError: cannot assign to function call
            "if x = 3: pass\n"
                1:4-1:9 SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?
            "if x.y = 3: pass\n"
                1:4-1:7 SyntaxError: cannot assign to attribute here. Maybe you meant '==' instead of '='?
            "f(x.y=1)\n"
                1:3-1:7 SyntaxError: expression cannot contain assignment, perhaps you meant "=="?
            "f(True=1)\n"
                1:3-1:8 SyntaxError: cannot assign to True
            "del f()\n"
                1:5-1:8 SyntaxError: cannot delete function call
            "f() += 1\n"
                1:1-1:4 SyntaxError: 'function call' is an illegal expression for augmented assignment
            "(x, y): int\n"
                1:1-1:7 SyntaxError: only single target (not tuple) can be annotated
            "for f() in x: pass\n"
                1:5-1:8 SyntaxError: cannot assign to function call
            "with a as f(): pass\n"
                1:11-1:14 SyntaxError: cannot assign to function call
            "(f() := 1)\n"
                1:2-1:5 SyntaxError: cannot use assignment expressions with function call
            "__debug__ = 1\n"
                1:1-1:10 SyntaxError: cannot assign to __debug__
            "*a = 1\n"
                1:1-1:3 SyntaxError: starred assignment target must be in a list or tuple
            "a, *b, *c = d\n"
                1:1-1:10 SyntaxError: multiple starred expressions in assignment
            "[x for x() in y]\n"
                1:8-1:11 SyntaxError: cannot assign to function call
            "yield = 1\n"
                1:1-1:6 SyntaxError: assignment to yield expression not possible
        "#]],
    );
}

#[test]
fn functions_and_scopes() {
    check(
        &[
            "return 1\n",
            "yield 1\n",
            "await x\n",
            "def f(): await x\n",
            "async with x: pass\n",
            "def f(): [x async for x in y]\n",
            "async def f():\n    yield 1\n    return 2\n",
            "async def f(): yield from x\n",
            "break\n",
            "continue\n",
            "def f(a, a): pass\n",
            "def f(a=1, b): pass\n",
            "def f(*): pass\n",
            "f(a=1, a=2)\n",
            "f(a=1, 2)\n",
            "f(**a, *b)\n",
            "f(x for x in y, 1)\n",
            "def f(x):\n    global x\n",
            "def f():\n    x = 1\n    global x\n",
            "def f():\n    print(x)\n    nonlocal x\n",
            "nonlocal x\n",
            "def f():\n    nonlocal x\n",
            "def f():\n    from a import *\n",
            "class A:\n    return 1\n",
            "[i := 0 for i in x]\n",
            "[x for x in (y := z)]\n",
            "class A:\n    [y := x for x in z]\n",
            "def f(): [(yield x) for x in y]\n",
            "x: (yield)\n",
            "def f[T, T](): pass\n",
            "from __future__ import braces\n",
            "from __future__ import nothing\n",
            "x = 1\nfrom __future__ import annotations\n",
        ],
        expect![[r#"
            "return 1\n"
                1:1-1:9 SyntaxError: 'return' outside function
            "yield 1\n"
                1:1-1:8 SyntaxError: 'yield' outside function
            "await x\n"
                1:1-1:8 SyntaxError: 'await' outside function
            "def f(): await x\n"
                1:10-1:17 SyntaxError: 'await' outside async function
            "async with x: pass\n"
                1:1-1:19 SyntaxError: 'async with' outside async function
            "def f(): [x async for x in y]\n"
                1:10-1:30 SyntaxError: asynchronous comprehension outside of an asynchronous function
            "async def f():\n    yield 1\n    return 2\n"
                3:5-3:13 SyntaxError: 'return' with value in async generator
            "async def f(): yield from x\n"
                1:16-1:28 SyntaxError: 'yield from' inside async function
            "break\n"
                1:1-1:6 SyntaxError: 'break' outside loop
            "continue\n"
                1:1-1:9 SyntaxError: 'continue' not properly in loop
            "def f(a, a): pass\n"
                1:10-1:11 SyntaxError: duplicate argument 'a' in function definition
            "def f(a=1, b): pass\n"
                1:12-1:13 SyntaxError: parameter without a default follows parameter with a default
            "def f(*): pass\n"
                1:7-1:8 SyntaxError: named arguments must follow bare *
            "f(a=1, a=2)\n"
                1:8-1:11 SyntaxError: keyword argument repeated: a
            "f(a=1, 2)\n"
                1:8-1:9 SyntaxError: positional argument follows keyword argument
            "f(**a, *b)\n"
                1:8-1:10 SyntaxError: iterable argument unpacking follows keyword argument unpacking
            "f(x for x in y, 1)\n"
                1:3-1:15 SyntaxError: Generator expression must be parenthesized
            "def f(x):\n    global x\n"
                2:5-2:13 SyntaxError: name 'x' is parameter and global
            "def f():\n    x = 1\n    global x\n"
                3:5-3:13 SyntaxError: name 'x' is assigned to before global declaration
            "def f():\n    print(x)\n    nonlocal x\n"
                3:5-3:15 SyntaxError: name 'x' is used prior to nonlocal declaration
            "nonlocal x\n"
                1:1-1:11 SyntaxError: nonlocal declaration not allowed at module level
            "def f():\n    nonlocal x\n"
                2:5-2:15 SyntaxError: no binding for nonlocal 'x' found
            "def f():\n    from a import *\n"
                2:5-2:20 SyntaxError: import * only allowed at module level
            "class A:\n    return 1\n"
                2:5-2:13 SyntaxError: 'return' outside function
            "[i := 0 for i in x]\n"
                1:2-1:3 SyntaxError: assignment expression cannot rebind comprehension iteration variable 'i'
            "[x for x in (y := z)]\n"
                1:14-1:20 SyntaxError: assignment expression cannot be used in a comprehension iterable expression
            "class A:\n    [y := x for x in z]\n"
                2:6-2:7 SyntaxError: assignment expression within a comprehension cannot be used in a class body
            "def f(): [(yield x) for x in y]\n"
                1:12-1:19 SyntaxError: 'yield' inside list comprehension
            "x: (yield)\n"
                1:5-1:10 SyntaxError: yield expression cannot be used within an annotation
            "def f[T, T](): pass\n"
                1:10-1:11 SyntaxError: duplicate type parameter 'T'
            "from __future__ import braces\n"
                1:1-1:30 SyntaxError: not a chance
            "from __future__ import nothing\n"
                1:1-1:31 SyntaxError: future feature nothing is not defined
            "x = 1\nfrom __future__ import annotations\n"
                2:1-2:35 SyntaxError: from __future__ imports must occur at the beginning of the file
        "#]],
    );
}

#[test]
fn handlers_and_patterns() {
    check(
        &[
            "try: pass\nexcept: pass\nexcept A: pass\n",
            "try: pass\nexcept A: pass\nexcept* B: pass\n",
            "try: pass\nexcept A, B as c: pass\n",
            "try: pass\nexcept A, B: pass\n",
            "for x in y:\n    try: pass\n    except* A: break\n",
            "match x:\n    case a: pass\n    case b: pass\n",
            "match x:\n    case _: pass\n    case 1: pass\n",
            "match x:\n    case a | [b]: pass\n",
            "match x:\n    case [a] | [b]: pass\n",
            "match x:\n    case [a, a]: pass\n",
            "match x:\n    case [*a, *b]: pass\n",
            "match x:\n    case {1: a, 1.0: b}: pass\n",
            "match x:\n    case A(b=1, b=2): pass\n",
            "match x:\n    case A(b=1, 2): pass\n",
        ],
        expect![[r#"
            "try: pass\nexcept: pass\nexcept A: pass\n"
                2:1-2:13 SyntaxError: default 'except:' must be last
            "try: pass\nexcept A: pass\nexcept* B: pass\n"
                3:1-3:16 SyntaxError: cannot have both 'except' and 'except*' on the same 'try'
            "try: pass\nexcept A, B as c: pass\n"
                2:8-2:12 SyntaxError: multiple exception types must be parenthesized when using 'as'
            "try: pass\nexcept A, B: pass\n"
                fine
            "for x in y:\n    try: pass\n    except* A: break\n"
                3:16-3:21 SyntaxError: 'break', 'continue' and 'return' cannot appear in an except* block
            "match x:\n    case a: pass\n    case b: pass\n"
                2:10-2:11 SyntaxError: name capture 'a' makes remaining patterns unreachable
            "match x:\n    case _: pass\n    case 1: pass\n"
                2:10-2:11 SyntaxError: wildcard makes remaining patterns unreachable
            "match x:\n    case a | [b]: pass\n"
                2:10-2:11 SyntaxError: name capture 'a' makes remaining patterns unreachable
                2:10-2:17 SyntaxError: alternative patterns bind different names
            "match x:\n    case [a] | [b]: pass\n"
                2:10-2:19 SyntaxError: alternative patterns bind different names
            "match x:\n    case [a, a]: pass\n"
                2:14-2:15 SyntaxError: multiple assignments to name 'a' in pattern
            "match x:\n    case [*a, *b]: pass\n"
                2:10-2:18 SyntaxError: multiple starred names in sequence pattern
            "match x:\n    case {1: a, 1.0: b}: pass\n"
                2:10-2:24 SyntaxError: mapping pattern checks duplicate key (1.0)
            "match x:\n    case A(b=1, b=2): pass\n"
                2:19-2:20 SyntaxError: attribute name repeated in class pattern: b
            "match x:\n    case A(b=1, 2): pass\n"
                2:17-2:18 SyntaxError: positional patterns follow keyword patterns
        "#]],
    );
}

#[test]
fn each_line_with_an_error_is_reported() {
    check(
        &[
            "x = (1\ny = 2\n",
            "x = 1 1\ny = 2 2\n\nz = 3\n",
            "return 1\nbreak\nawait x\n",
        ],
        expect![[r#"
            "x = (1\ny = 2\n"
                1:5-1:6 SyntaxError: '(' was never closed
            "x = 1 1\ny = 2 2\n\nz = 3\n"
                1:7-1:8 SyntaxError: invalid syntax
                2:7-2:8 SyntaxError: invalid syntax
            "return 1\nbreak\nawait x\n"
                1:1-1:9 SyntaxError: 'return' outside function
                2:1-2:6 SyntaxError: 'break' outside loop
                3:1-3:8 SyntaxError: 'await' outside function
        "#]],
    );
}

#[test]
fn positions_count_characters() {
    check(
        &["é = 'ü' + f() = 1\n", "x = 'ü' é ß\n"],
        expect![[r#"
        "é = 'ü' + f() = 1\n"
            1:5-1:14 SyntaxError: cannot assign to expression
        "x = 'ü' é ß\n"
            1:9-1:10 SyntaxError: invalid syntax
    "#]],
    );
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let deep = [
        format!("{}x{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}x", "-".repeat(10_000)),
        format!("{}x", "not ".repeat(10_000)),
        format!("{}x", "lambda: ".repeat(10_000)),
        format!("x{}", ".a".repeat(10_000)),
        format!("x{}", "()".repeat(10_000)),
        format!("{}x", "x + ".repeat(10_000)),
        format!("{}x", "x ** ".repeat(10_000)),
        format!("{}x", "y if z else ".repeat(10_000)),
    ];
    let mut messages = Vec::new();
    for source in deep {
        let refused = compile(&source, "test.py", Mode::Module, Options::default());
        messages.push(refused.expect_err("too deep").remove(0).message);
    }
    messages.dedup();
    expect![[r#"
        [
            "an expression nested this deeply is not supported",
        ]
    "#]]
    .assert_debug_eq(&messages);
}

#[test]
fn what_is_long_but_flat_is_fine() {
    let long = [
        format!("x = [{}]", "f(1), ".repeat(20_000)),
        format!("x = {}", "a or ".repeat(4_000) + "b"),
        format!("x = {}", "'a' ".repeat(4_000)),
        format!("x = {}", "a + ".repeat(2_000) + "b"),
        "x.y = f(1)\n".repeat(20_000),
        format!("if a: pass\n{}", "elif b: pass\n".repeat(2_000)),
        format!("f({})", "a, ".repeat(5_000)),
    ];
    for source in long {
        let code = compile(&source, "test.py", Mode::Module, Options::default());
        airlock_bytecode::verify(&code.expect("it compiles")).expect("it is well formed");
    }
}
