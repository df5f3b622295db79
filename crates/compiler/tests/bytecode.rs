//! Source and bytecode together, for the constructs whose code matters.
//!
//! `UPDATE_EXPECT=1 cargo test -p airlock-compiler` writes what it finds.

use airlock_compiler::{Mode, Options, compile, disassemble};
use expect_test::{Expect, expect};

#[track_caller]
fn check(source: &str, expect: Expect) {
    check_in(Mode::Module, source, expect);
}

#[track_caller]
fn check_in(mode: Mode, source: &str, expect: Expect) {
    let code = match compile(source, "test.py", mode, Options::default()) {
        Ok(code) => code,
        Err(diagnostics) => panic!("{}", diagnostics[0]),
    };
    airlock_bytecode::verify(&code).expect("the code is well formed");
    let listing = disassemble(&code);
    // The module only defines what is looked at, mostly.
    let shown = match listing.split_once("\n\n") {
        Some((_, inner)) if mode == Mode::Module => inner,
        _ => &listing,
    };
    expect.assert_eq(shown);
}

#[test]
fn recursion_uses_parameters_in_place() {
    check(
        "def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)
",
        expect![[r#"
            fib registers=4 variables=[n]
               2    0 JumpUnlessCompareInt op=Lt a=0 value=2 offset=1 ; -> 2
               3    1 Return src=0
               4    2 LoadGlobal dst=1 site=0 ; fib
                    3 AddInt dst=2 a=0 value=-1
                    4 Call dst=1 base=1 argc=1
                    5 LoadGlobal dst=2 site=1 ; fib
                    6 AddInt dst=3 a=0 value=-2
                    7 Call dst=2 base=2 argc=1
                    8 Add dst=1 a=1 b=2
                    9 Return src=1
        "#]],
    );
}

#[test]
fn loop_has_its_test_at_the_bottom() {
    check(
        "def count(n):
    total = 0
    i = 0
    while i < n:
        if i % 3 == 0 or i % 5 == 0:
            total += i
        i += 1
    return total
",
        expect![[r#"
            count registers=4 variables=[n total i]
               2    0 LoadInt dst=1 value=0
               3    1 LoadInt dst=2 value=0
               4    2 Jump target=11
               5    3 LoadInt dst=3 value=3
                    4 Binary op=Mod dst=3 a=2 b=3
                    5 JumpIfCompareInt op=Eq a=3 value=0 offset=3 ; -> 9
                    6 LoadInt dst=3 value=5
                    7 Binary op=Mod dst=3 a=2 b=3
                    8 JumpUnlessCompareInt op=Eq a=3 value=0 offset=1 ; -> 10
               6    9 InPlace op=Add dst=1 a=1 b=2
               7   10 InPlaceInt dst=2 a=2 value=1
               4   11 JumpIfCompare op=Lt a=2 b=0 offset=-9 ; -> 3
               8   12 Return src=1
        "#]],
    );
}

#[test]
fn loop_over_pairs_unpacks_into_variables() {
    check(
        "def show(pairs):
    for key, value in pairs.items():
        print(key, value, sep=':')
",
        expect![[r#"
            show registers=9 variables=[pairs key value]
               2    0 LoadMethod dst=4 obj=0 site=0 ; items
                    1 CallMethod dst=3 base=4 argc=0
                    2 GetIter dst=3 src=3
                    3 Jump target=11
                    4 UnpackSequence src=4 base=1 count=2
               3    5 LoadGlobal dst=5 site=1 ; print
                    6 Move dst=6 src=1
                    7 Move dst=7 src=2
                    8 LoadConst dst=8 index=0 ; ':'
                    9 CallKw dst=5 base=5 argc=3 ; ('sep',)
                   10 Extend value=1
               2   11 ForNext iter=3 dst=4 offset=-8 ; -> 4
                   12 ReturnNone
        "#]],
    );
}

#[test]
fn check_remains_where_a_variable_may_be_unbound() {
    check(
        "def f(flag, x):
    if flag:
        y = x
    del x
    return y, x
",
        expect![[r#"
            f registers=5 variables=[flag x y]
               2    0 JumpIfFalse src=0 target=2
               3    1 Move dst=2 src=1
               4    2 DeleteLocal reg=1 name=1 ; x
                    3 AfterDelete temps=3
               5    4 CheckLocal src=2 name=2 ; y
                    5 Move dst=3 src=2
                    6 CheckLocal src=1 name=1 ; x
                    7 Move dst=4 src=1
                    8 BuildTuple dst=3 base=3 count=2
                    9 Return src=3
        "#]],
    );
}

#[test]
fn loop_variable_is_checked_after_the_loop() {
    check(
        "def last(items):
    for item in items:
        pass
    return item
",
        expect![[r#"
            last registers=3 variables=[items item]
               2    0 Move dst=2 src=0
                    1 GetIter dst=2 src=2
                    2 ForNext iter=2 dst=1 offset=-1 ; -> 2
               4    3 CheckLocal src=1 name=1 ; item
                    4 Return src=1
        "#]],
    );
}

#[test]
fn swap_reads_before_it_writes() {
    check(
        "def f(a, b):\n    a, b = b, a + b\n    return a\n",
        expect![[r#"
        f registers=3 variables=[a b]
           2    0 Add dst=2 a=0 b=1
                1 Move dst=0 src=1
                2 Move dst=1 src=2
           3    3 Return src=0
    "#]],
    );
}

#[test]
fn operand_assigned_later_is_copied() {
    check(
        "def f(x):\n    return x + (x := 2) * x\n",
        expect![[r#"
        f registers=4 variables=[x]
           2    0 Move dst=1 src=0
                1 LoadInt dst=2 value=2
                2 Move dst=0 src=2
                3 Move dst=3 src=0
                4 Mul dst=2 a=2 b=3
                5 Add dst=1 a=1 b=2
                6 Return src=1
    "#]],
    );
}

#[test]
fn variable_is_not_written_before_all_operands_are_read() {
    check(
        "def f(x, y):\n    x = y and x\n    x = [x, x, *y]\n    return x\n",
        expect![[r#"
        f registers=5 variables=[x y]
           2    0 Move dst=2 src=1
                1 JumpIfFalse src=2 target=3
                2 Move dst=2 src=0
                3 Move dst=0 src=2
           3    4 Move dst=3 src=0
                5 Move dst=4 src=0
                6 BuildList dst=2 base=3 count=2
                7 ListExtend list=2 iterable=1
                8 Move dst=0 src=2
           4    9 Return src=0
    "#]],
    );
}

#[test]
fn conditions_are_jumps() {
    check(
        "def f(a, b, c):
    if not (a is None or b == 1 and 0 < c <= 9) and c in (1, 2):
        return 1
    return a if b else c
",
        expect![[r#"
            f registers=5 variables=[a b c]
               2    0 JumpIfNone src=0 target=11
                    1 JumpUnlessCompareInt op=Eq a=1 value=1 offset=4 ; -> 6
                    2 LoadInt dst=3 value=0
                    3 JumpUnlessCompare op=Lt a=3 b=2 offset=2 ; -> 6
                    4 LoadInt dst=4 value=9
                    5 JumpIfCompare op=Le a=2 b=4 offset=5 ; -> 11
                    6 LoadConst dst=3 index=0 ; (1, 2)
                    7 Compare op=In dst=4 a=2 b=3
                    8 JumpIfFalse src=4 target=11
               3    9 LoadInt dst=3 value=1
                   10 Return src=3
               4   11 JumpIfFalse src=1 target=13
                   12 Return src=0
                   13 Return src=2
        "#]],
    );
}

#[test]
fn constants_are_folded() {
    check(
        "def f(x):
    y = 2 * 3 + 1 - x
    return -1, 2 ** 10, 'a' 'b' + 'c', (1, (2, 3)), x in {1, 2}, [1, 2, 3, 4], y
",
        expect![[r#"
            f registers=9 variables=[x y]
               2    0 LoadInt dst=2 value=7
                    1 Sub dst=1 a=2 b=0
               3    2 LoadInt dst=2 value=-1
                    3 LoadInt dst=3 value=1024
                    4 LoadConst dst=4 index=0 ; 'abc'
                    5 LoadConst dst=5 index=1 ; (1, (2, 3))
                    6 LoadConst dst=7 index=2 ; frozenset({1, 2})
                    7 Compare op=In dst=6 a=0 b=7
                    8 BuildList dst=7 base=8 count=0
                    9 LoadConst dst=8 index=3 ; (1, 2, 3, 4)
                   10 ListExtend list=7 iterable=8
                   11 Move dst=8 src=1
                   12 BuildTuple dst=2 base=2 count=7
                   13 Return src=2
        "#]],
    );
}

#[test]
fn method_calls_make_no_bound_method() {
    check(
        "def f(obj, x):\n    obj.method(x, key=1).other(*x)\n",
        expect![[r#"
        f registers=7 variables=[obj x]
           2    0 LoadMethod dst=3 obj=0 site=0 ; method
                1 Move dst=5 src=1
                2 LoadInt dst=6 value=1
                3 CallMethodKw dst=3 base=3 argc=2 ; ('key',)
                4 Extend value=0
                5 LoadAttr dst=2 obj=3 site=1 ; other
                6 BuildList dst=3 base=4 count=0
                7 ListExtend list=3 iterable=1
                8 LoadNone dst=4
                9 CallEx dst=2 base=2
               10 ReturnNone
    "#]],
    );
}

#[test]
fn super_makes_no_object() {
    check(
        "class C(B):
    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        self.__x = super().x
        return super(C, self).y
",
        expect![[r#"
            C registers=2 variables=[&__class__]
               1    0 MakeCell reg=0
                    1 LoadName dst=1 name=0 ; __name__
                    2 StoreName src=1 name=1 ; __module__
                    3 LoadConst dst=1 index=0 ; 'C'
                    4 StoreName src=1 name=2 ; __qualname__
                    5 LoadInt dst=1 value=1
                    6 StoreName src=1 name=3 ; __firstlineno__
               2    7 MakeFunction dst=1 index=1 ; <code C.__init__>
                    8 Extend value=4294967295
                    9 StoreName src=1 name=4 ; __init__
                   10 LoadConst dst=1 index=2 ; ('_C__x',)
                   11 StoreName src=1 name=5 ; __static_attributes__
                   12 StoreName src=0 name=6 ; __classcell__
                   13 Return src=0

            C.__init__ registers=8 variables=[self args kw &__class__] captures=[0]
               3    0 LoadGlobal dst=5 site=0 ; super
                    1 LoadCell dst=6 cell=3 name=1 ; __class__
                    2 Move dst=7 src=0
                    3 LoadSuperAttr dst=4 base=5 site=1 ; __init__
                    4 Move dst=5 src=1
                    5 BuildDict dst=6 base=7 count=0
                    6 DictMerge dict=6 mapping=2 func=4
                    7 CallEx dst=4 base=4
               4    8 LoadGlobal dst=4 site=2 ; super
                    9 LoadCell dst=5 cell=3 name=1 ; __class__
                   10 Move dst=6 src=0
                   11 LoadSuperAttr dst=4 base=4 site=3 ; x
                   12 StoreAttr obj=0 src=4 site=4 ; _C__x
               5   13 LoadGlobal dst=4 site=5 ; super
                   14 LoadGlobal dst=5 site=6 ; C
                   15 Move dst=6 src=0
                   16 LoadSuperAttr dst=4 base=4 site=7 ; y
                   17 Return src=4
        "#]],
    );
}

#[test]
fn closure_shares_a_cell() {
    check(
        "def counter():
    n = 0
    def bump(by=1):
        nonlocal n
        n += by
        return n
    return bump
",
        expect![[r#"
            counter registers=5 variables=[&n bump]
               1    0 MakeCell reg=0
               2    1 LoadInt dst=2 value=0
                    2 StoreCell cell=0 src=2
               3    3 LoadConst dst=2 index=0 ; (1,)
                    4 LoadNone dst=3
                    5 LoadNone dst=4
                    6 MakeFunction dst=1 index=1 ; <code counter.<locals>.bump>
                    7 Extend value=2
               7    8 Return src=1

            counter.<locals>.bump registers=3 variables=[by &n] captures=[0]
               5    0 LoadCell dst=2 cell=1 name=0 ; n
                    1 InPlace op=Add dst=2 a=2 b=0
                    2 StoreCell cell=1 src=2
               6    3 LoadCell dst=2 cell=1 name=0 ; n
                    4 Return src=2
        "#]],
    );
}

#[test]
fn comprehension_is_inlined_with_fresh_cells() {
    check(
        "def f(xs):\n    return [lambda: x for x in xs if x]\n",
        expect![[r#"
            f registers=6 variables=[xs &]
               2    0 GetIter dst=3 src=0
                    1 LoadNone dst=1
                    2 DeleteLocal reg=1 name=1 ; x
                    3 MakeCell reg=1
                    4 BuildList dst=2 base=4 count=0
                    5 Jump target=12
                    6 StoreCell cell=1 src=4
                    7 LoadCell dst=5 cell=1 name=1 ; x
                    8 JumpIfFalse src=5 target=12
                    9 MakeFunction dst=5 index=0 ; <code f.<locals>.<lambda>>
                   10 Extend value=4294967295
                   11 ListAppend list=2 item=5
                   12 ForNext iter=3 dst=4 offset=-7 ; -> 6
                   13 LetGo reg=1
                   14 Return src=2

            f.<locals>.<lambda> registers=2 variables=[&x] captures=[1]
               2    0 LoadCell dst=1 cell=0 name=0 ; x
                    1 Return src=1
        "#]],
    );
}

#[test]
fn generator_expression_is_a_function() {
    check(
        "def f(xs):\n    return sum(x * x for x in xs)\n",
        expect![[r#"
        f registers=5 variables=[xs]
           2    0 LoadGlobal dst=1 site=0 ; sum
                1 MakeFunction dst=3 index=0 ; <code f.<locals>.<genexpr>>
                2 Extend value=4294967295
                3 GetIter dst=4 src=0
                4 Call dst=2 base=3 argc=1
                5 Call dst=1 base=1 argc=1
                6 Return src=1

        f.<locals>.<genexpr> registers=3 variables=[.0 x]
           2    0 Jump target=3
                1 Mul dst=2 a=1 b=1
                2 Yield dst=2 src=2
                3 ForNext iter=0 dst=1 offset=-3 ; -> 1
                4 ReturnNone
    "#]],
    );
}

#[test]
fn finally_runs_on_every_way_out() {
    check(
        "def f(xs):
    for x in xs:
        try:
            if x:
                break
            return x
        finally:
            done(x)
",
        expect![[r#"
            f registers=8 variables=[xs x]
               2    0 Move dst=2 src=0
                    1 GetIter dst=2 src=2
                    2 Jump target=23
               4    3 JumpIfFalse src=1 target=9
               8    4 LoadGlobal dst=5 site=0 ; done
                    5 Move dst=6 src=1
                    6 Call dst=5 base=5 argc=1
               5    7 LetGo reg=2
                    8 Jump target=24
               6    9 Move dst=5 src=1
               8   10 LoadGlobal dst=6 site=1 ; done
                   11 Move dst=7 src=1
                   12 Call dst=6 base=6 argc=1
               6   13 LetGo reg=2
                   14 Return src=5
               8   15 PushHandled saved=3 exc=4
                   16 LoadGlobal dst=6 site=3 ; done
                   17 Move dst=7 src=1
                   18 Call dst=6 base=6 argc=1
                   19 PopHandled saved=3
                   20 Reraise exc=4
                   21 PopHandled saved=3
                   22 Reraise exc=5
               2   23 ForNext iter=2 dst=1 offset=-21 ; -> 3
                   24 ReturnNone
                 3..4 -> 15 r4
                 9..10 -> 15 r4
                 16..19 -> 21 r5
        "#]],
    );
}

#[test]
fn handler_name_goes_away() {
    check(
        "def f():
    try:
        g()
    except (A, B) as e:
        raise C from e
    except D:
        raise
    else:
        h()
",
        expect![[r#"
            f registers=6 variables=[e]
               3    0 LoadGlobal dst=3 site=0 ; g
                    1 Call dst=3 base=3 argc=0
               9    2 LoadGlobal dst=3 site=1 ; h
                    3 Call dst=3 base=3 argc=0
                    4 Jump target=24
               4    5 PushHandled saved=1 exc=2
                    6 LoadGlobal dst=4 site=2 ; A
                    7 LoadGlobal dst=5 site=3 ; B
                    8 BuildTuple dst=4 base=4 count=2
                    9 ExceptionMatches dst=4 exc=2 ty=4
                   10 JumpIfFalse src=4 target=17
                   11 Move dst=0 src=2
               5   12 LoadGlobal dst=5 site=4 ; C
                   13 RaiseFrom exc=5 cause=0
                   14 LoadNone dst=0
                   15 DeleteLocal reg=0 name=5 ; e
                   16 Reraise exc=4
               6   17 LoadGlobal dst=4 site=5 ; D
                   18 ExceptionMatches dst=4 exc=2 ty=4
                   19 JumpIfFalse src=4 target=21
               7   20 RaiseActive
               4   21 Reraise exc=2
                   22 PopHandled saved=1
                   23 Reraise exc=3
                   24 ReturnNone
                 0..2 -> 5 r2
                 6..12 -> 22 r3
                 12..14 -> 14 r4
                 14..22 -> 22 r3
        "#]],
    );
}

#[test]
fn except_star_splits_the_group() {
    check(
        "def f():
    try:
        g()
    except* A as e:
        h(e)
",
        expect![[r#"
            f registers=12 variables=[e]
               3    0 LoadGlobal dst=3 site=0 ; g
                    1 Call dst=3 base=3 argc=0
                    2 Jump target=35
               4    3 PushHandled saved=1 exc=2
                    4 BuildList dst=4 base=5 count=0
                    5 Move dst=6 src=2
                    6 LoadGlobal dst=7 site=1 ; A
                    7 JumpIfNone src=6 target=25
                    8 ExceptionGroupSplit dst=5 exc=6 ty=7
                    9 JumpIfNone src=5 target=25
                   10 PushHandled saved=7 exc=5
                   11 Move dst=0 src=5
               5   12 LoadGlobal dst=10 site=2 ; h
                   13 Move dst=11 src=0
                   14 Call dst=10 base=10 argc=1
                   15 LoadNone dst=0
                   16 DeleteLocal reg=0 name=3 ; e
                   17 Jump target=21
                   18 LoadNone dst=0
                   19 DeleteLocal reg=0 name=3 ; e
                   20 Reraise exc=9
                   21 PopHandled saved=7
                   22 Jump target=25
               4   23 PopHandled saved=7
                   24 ListAppend list=4 item=8
                   25 JumpIfNone src=6 target=27
                   26 ListAppend list=4 item=6
                   27 ExceptionGroupRejoin dst=7 raised=4 exc=2
                   28 JumpIfNotNone src=7 target=31
                   29 PopHandled saved=1
                   30 Jump target=35
                   31 PopHandled saved=1
                   32 Reraise exc=7
                   33 PopHandled saved=1
                   34 Reraise exc=3
                   35 ReturnNone
                 0..2 -> 3 r2
                 4..11 -> 33 r3
                 11..12 -> 23 r8
                 12..15 -> 18 r9
                 15..21 -> 23 r8
                 21..29 -> 33 r3
        "#]],
    );
}

#[test]
fn with_calls_exit_once() {
    check(
        "def f(m):\n    with m() as x:\n        return x\n",
        expect![[r#"
        f registers=10 variables=[m x]
           2    0 Move dst=3 src=0
                1 Call dst=3 base=3 argc=0
                2 LoadSpecial special=Exit dst=2 obj=3
                3 LoadSpecial special=Enter dst=3 obj=3
                4 Call dst=3 base=3 argc=0
                5 Move dst=1 src=3
                6 Move dst=5 src=2
                7 LoadNone dst=6
                8 LoadNone dst=7
                9 LoadNone dst=8
               10 Call dst=5 base=5 argc=3
           3   11 Return src=1
           2   12 PushHandled saved=3 exc=4
               13 Move dst=6 src=2
               14 ExceptionTriple base=7 exc=4
               15 Call dst=6 base=6 argc=3
               16 JumpIfTrue src=6 target=20
               17 Reraise exc=4
               18 PopHandled saved=3
               19 Reraise exc=5
               20 PopHandled saved=3
               21 ReturnNone
             5..6 -> 12 r4
             13..18 -> 18 r5
    "#]],
    );
}

#[test]
fn coroutine_awaits() {
    check(
        "async def f(xs):
    async with m() as lock:
        async for x in xs:
            await x
    return [y async for y in xs]
",
        expect![[r#"
            f registers=12 variables=[xs lock x ]
               2    0 LoadGlobal dst=5 site=0 ; m
                    1 Call dst=5 base=5 argc=0
                    2 LoadSpecial special=AsyncExit dst=4 obj=5
                    3 LoadSpecial special=AsyncEnter dst=5 obj=5
                    4 Call dst=5 base=5 argc=0
                    5 GetAwaitable context=1 dst=5 src=5
                    6 LoadNone dst=6
                    7 YieldFrom dst=5 iter=5 value=6
                    8 Move dst=1 src=5
               3    9 Move dst=7 src=0
                   10 GetAsyncIter dst=7 src=7
                   11 GetAsyncNext dst=9 iter=7
                   12 LoadNone dst=10
                   13 YieldFrom dst=2 iter=9 value=10
               4   14 GetAwaitable context=0 dst=9 src=2
                   15 LoadNone dst=10
                   16 YieldFrom dst=9 iter=9 value=10
               3   17 Jump target=11
                   18 EndAsyncFor exc=8
               2   19 Move dst=7 src=4
                   20 LoadNone dst=8
                   21 LoadNone dst=9
                   22 LoadNone dst=10
                   23 Call dst=7 base=7 argc=3
                   24 GetAwaitable context=2 dst=7 src=7
                   25 LoadNone dst=8
                   26 YieldFrom dst=7 iter=7 value=8
                   27 Jump target=40
                   28 PushHandled saved=5 exc=6
                   29 Move dst=8 src=4
                   30 ExceptionTriple base=9 exc=6
                   31 Call dst=8 base=8 argc=3
                   32 GetAwaitable context=2 dst=8 src=8
                   33 LoadNone dst=9
                   34 YieldFrom dst=8 iter=8 value=9
                   35 JumpIfTrue src=8 target=39
                   36 Reraise exc=6
                   37 PopHandled saved=5
                   38 Reraise exc=7
                   39 PopHandled saved=5
               5   40 GetAsyncIter dst=5 src=0
                   41 BuildList dst=4 base=6 count=0
                   42 GetAsyncNext dst=7 iter=5
                   43 LoadNone dst=8
                   44 YieldFrom dst=3 iter=7 value=8
                   45 ListAppend list=4 item=3
                   46 Jump target=42
                   47 EndAsyncFor exc=6
                   48 LetGo reg=3
                   49 Return src=4
                 8..11 -> 28 r6
                 11..14 -> 18 r8
                 14..19 -> 28 r6
                 29..37 -> 37 r7
                 42..45 -> 47 r6
        "#]],
    );
}

#[test]
fn match_binds_after_the_whole_pattern() {
    check(
        "def f(point):
    match point:
        case (0, y) | [y, *_]:
            return y
        case {'k': [a, *rest], **others} if a:
            return rest, others
        case Point(x=1, y=None):
            return 0
        case _:
            return -1
",
        expect![[r#"
            f registers=16 variables=[point y a rest others]
               2    0 Move dst=5 src=0
               3    1 MatchSequence dst=7 src=5
                    2 JumpIfFalse src=7 target=11
                    3 Length dst=7 src=5
                    4 JumpUnlessCompareInt op=Eq a=7 value=2 offset=6 ; -> 11
                    5 Move dst=8 src=5
                    6 UnpackSequence src=8 base=8 count=2
                    7 LoadInt dst=10 value=0
                    8 JumpUnlessCompare op=Eq a=8 b=10 offset=2 ; -> 11
                    9 Move dst=6 src=9
                   10 Jump target=18
                   11 MatchSequence dst=7 src=5
                   12 JumpIfFalse src=7 target=20
                   13 Length dst=7 src=5
                   14 JumpUnlessCompareInt op=Ge a=7 value=1 offset=5 ; -> 20
                   15 LoadInt dst=8 value=0
                   16 LoadSubscr dst=8 obj=5 key=8
                   17 Move dst=6 src=8
                   18 Move dst=1 src=6
               4   19 Return src=1
               5   20 MatchMapping dst=9 src=5
                   21 JumpIfFalse src=9 target=49
                   22 Length dst=9 src=5
                   23 JumpUnlessCompareInt op=Ge a=9 value=1 offset=25 ; -> 49
                   24 LoadConst dst=10 index=0 ; 'k'
                   25 BuildTuple dst=11 base=10 count=1
                   26 MatchKeys dst=11 src=5 keys=11
                   27 JumpIfNone src=11 target=49
                   28 UnpackSequence src=11 base=12 count=1
                   29 MatchSequence dst=13 src=12
                   30 JumpIfFalse src=13 target=49
                   31 Length dst=13 src=12
                   32 JumpUnlessCompareInt op=Ge a=13 value=1 offset=16 ; -> 49
                   33 Move dst=14 src=12
                   34 UnpackEx before=1 src=14 base=14 after=0
                   35 Move dst=6 src=14
                   36 Move dst=7 src=15
                   37 BuildDict dst=13 base=14 count=0
                   38 DictUpdate dict=13 mapping=5
                   39 DeleteSubscr obj=13 key=10
                   40 Move dst=8 src=13
                   41 Move dst=2 src=6
                   42 Move dst=3 src=7
                   43 Move dst=4 src=8
                   44 JumpIfFalse src=2 target=49
               6   45 Move dst=6 src=3
                   46 Move dst=7 src=4
                   47 BuildTuple dst=6 base=6 count=2
                   48 Return src=6
               7   49 LoadGlobal dst=6 site=0 ; Point
                   50 LoadConst dst=7 index=1 ; ('x', 'y')
                   51 MatchClass positional=0 dst=6 src=5 base=6
                   52 JumpIfNone src=6 target=59
                   53 UnpackSequence src=6 base=8 count=2
                   54 LoadInt dst=10 value=1
                   55 JumpUnlessCompare op=Eq a=8 b=10 offset=3 ; -> 59
                   56 JumpIfNotNone src=9 target=59
               8   57 LoadInt dst=6 value=0
                   58 Return src=6
              10   59 LoadInt dst=6 value=-1
                   60 Return src=6
        "#]],
    );
}

#[test]
fn f_strings_format_and_join() {
    check(
        "def f(x, w):\n    return f'{x!r:>{w}} and {x=}'\n",
        expect![[r#"
        f registers=7 variables=[x w]
           2    0 LoadConst dst=4 index=0 ; '>'
                1 LoadNone dst=6
                2 FormatValue conversion=0 dst=5 src=1 spec=6
                3 BuildString dst=3 base=4 count=2
                4 FormatValue conversion=114 dst=2 src=0 spec=3
                5 LoadConst dst=3 index=1 ; ' and x='
                6 LoadNone dst=5
                7 FormatValue conversion=114 dst=4 src=0 spec=5
                8 BuildString dst=2 base=2 count=3
                9 Return src=2
    "#]],
    );
}

#[test]
fn annotations_are_evaluated_on_demand() {
    check(
        "def f(x: int, *args: *Ts) -> 'str': ...\n",
        expect![[r#"
        f.__annotate__ registers=4 variables=[format]
           1    0 JumpUnlessCompareInt op=Gt a=0 value=2 offset=2 ; -> 3
                1 LoadGlobal dst=1 site=0 ; NotImplementedError
                2 Raise exc=1
                3 BuildDict dst=1 base=2 count=0
                4 LoadConst dst=2 index=0 ; 'x'
                5 LoadGlobal dst=3 site=1 ; int
                6 DictInsert dict=1 key=2 value=3
                7 LoadConst dst=2 index=1 ; 'args'
                8 LoadGlobal dst=3 site=2 ; Ts
                9 UnpackSequence src=3 base=3 count=1
               10 DictInsert dict=1 key=2 value=3
               11 LoadConst dst=2 index=2 ; 'return'
               12 LoadConst dst=3 index=3 ; 'str'
               13 DictInsert dict=1 key=2 value=3
               14 Return src=1

        f registers=2 variables=[x args]
           1    0 ReturnNone
    "#]],
    );
}

#[test]
fn type_parameters_have_a_scope() {
    check(
        "class C[T: int = bool](Base):\n    x: T\n",
        expect![[r#"
        <generic parameters of C> registers=10 variables=[&.type_params .generic_base &T]
           1    0 MakeCell reg=0
                1 MakeCell reg=2
                2 LoadConst dst=5 index=0 ; 'T'
                3 LoadConst dst=7 index=1 ; (1,)
                4 LoadNone dst=8
                5 LoadNone dst=9
                6 MakeFunction dst=6 index=2 ; <code T>
                7 Extend value=7
                8 Intrinsic op=TypeVar dst=4 a=5 b=6
                9 LoadConst dst=7 index=1 ; (1,)
               10 LoadNone dst=8
               11 LoadNone dst=9
               12 MakeFunction dst=6 index=3 ; <code T>
               13 Extend value=7
               14 Intrinsic op=SetTypeParamDefault dst=4 a=4 b=6
               15 StoreCell cell=2 src=4
               16 BuildTuple dst=3 base=4 count=1
               17 StoreCell cell=0 src=3
               18 Intrinsic op=GenericBase dst=4 a=3 b=3
               19 LoadBuildClass dst=5
               20 MakeFunction dst=6 index=4 ; <code C>
               21 Extend value=4294967295
               22 LoadConst dst=7 index=5 ; 'C'
               23 LoadGlobal dst=8 site=0 ; Base
               24 Move dst=9 src=4
               25 Call dst=5 base=5 argc=4
               26 Return src=5

        T registers=2 variables=[format]
           1    0 JumpUnlessCompareInt op=Gt a=0 value=2 offset=2 ; -> 3
                1 LoadGlobal dst=1 site=0 ; NotImplementedError
                2 Raise exc=1
                3 LoadGlobal dst=1 site=1 ; int
                4 Return src=1

        T registers=2 variables=[format]
           1    0 JumpUnlessCompareInt op=Gt a=0 value=2 offset=2 ; -> 3
                1 LoadGlobal dst=1 site=0 ; NotImplementedError
                2 Raise exc=1
                3 LoadGlobal dst=1 site=1 ; bool
                4 Return src=1

        C registers=5 variables=[&.type_params &T &__classdict__] captures=[0, 2]
           1    0 MakeCell reg=2
                1 LoadName dst=3 name=0 ; __name__
                2 StoreName src=3 name=1 ; __module__
                3 LoadConst dst=3 index=0 ; 'C'
                4 StoreName src=3 name=2 ; __qualname__
                5 LoadInt dst=3 value=1
                6 StoreName src=3 name=3 ; __firstlineno__
                7 LoadClassCell dst=3 cell=0 name=4 ; .type_params
                8 StoreName src=3 name=5 ; __type_params__
                9 LoadNamespace dst=3
               10 StoreCell cell=2 src=3
               11 MakeFunction dst=4 index=1 ; <code C.__annotate__>
               12 Extend value=4294967295
               13 StoreName src=4 name=6 ; __annotate_func__
               14 LoadConst dst=3 index=2 ; ()
               15 StoreName src=3 name=7 ; __static_attributes__
               16 StoreName src=2 name=8 ; __classdictcell__
               17 ReturnNone

        C.__annotate__ registers=6 variables=[format &T &__classdict__] captures=[1, 2]
           1    0 JumpUnlessCompareInt op=Gt a=0 value=2 offset=2 ; -> 3
                1 LoadGlobal dst=3 site=0 ; NotImplementedError
                2 Raise exc=3
                3 BuildDict dst=3 base=4 count=0
           2    4 LoadConst dst=4 index=0 ; 'x'
                5 LoadCell dst=5 cell=2 name=2 ; __classdict__
                6 LoadFromNamespaceOrCell dst=5 cell=1 name=1 ; T
                7 DictInsert dict=3 key=4 value=5
           1    8 Return src=3
    "#]],
    );
}

#[test]
fn exec_goes_through_the_namespace() {
    check_in(
        Mode::Exec,
        "x = y + 1\nglobal z\nz = 2\n",
        expect![[r#"
        <module> registers=1
           1    0 LoadName dst=0 name=0 ; y
                1 AddInt dst=0 a=0 value=1
                2 StoreName src=0 name=1 ; x
           3    3 LoadInt dst=0 value=2
                4 StoreGlobal src=0 name=2 ; z
                5 ReturnNone
    "#]],
    );
}

#[test]
fn eval_returns_its_value() {
    check_in(
        Mode::Eval,
        " a.b\n",
        expect![[r#"
        <module> registers=1
           1    0 LoadGlobal dst=0 site=0 ; a
                1 LoadAttr dst=0 obj=0 site=1 ; b
                2 Return src=0
    "#]],
    );
}

#[test]
fn module_annotations_exist_from_the_start() {
    check_in(
        Mode::Exec,
        "'doc'\nx: int = 1\n",
        expect![[r#"
        <module> registers=3
           1    0 BuildSet dst=0 base=1 count=0
                1 StoreName src=0 name=0 ; __conditional_annotations__
                2 Jump target=11
                3 LoadConst dst=0 index=0 ; 'doc'
                4 StoreName src=0 name=1 ; __doc__
           2    5 LoadInt dst=0 value=1
                6 StoreName src=0 name=2 ; x
                7 LoadName dst=1 name=0 ; __conditional_annotations__
                8 LoadInt dst=2 value=0
                9 SetAdd set=1 item=2
               10 ReturnNone
           1   11 MakeFunction dst=0 index=1 ; <code __annotate__>
               12 Extend value=4294967295
               13 StoreName src=0 name=3 ; __annotate__
               14 Jump target=3

        __annotate__ registers=6 variables=[format]
           1    0 JumpUnlessCompareInt op=Gt a=0 value=2 offset=2 ; -> 3
                1 LoadGlobal dst=1 site=0 ; NotImplementedError
                2 Raise exc=1
                3 BuildDict dst=1 base=2 count=0
           2    4 LoadInt dst=2 value=0
                5 LoadGlobal dst=3 site=1 ; __conditional_annotations__
                6 Compare op=In dst=4 a=2 b=3
                7 JumpIfFalse src=4 target=11
                8 LoadConst dst=4 index=0 ; 'x'
                9 LoadGlobal dst=5 site=2 ; int
               10 DictInsert dict=1 key=4 value=5
           1   11 Return src=1
    "#]],
    );
}

#[test]
fn far_jumps_go_by_way_of_a_jump() {
    let mut source = String::from("def f(xs):\n    for x in xs:\n");
    for _ in 0..12_000 {
        source.push_str("        g(x)\n");
    }
    let code = compile(&source, "test.py", Mode::Module, Options::default());
    airlock_bytecode::verify(&code.expect("it compiles")).expect("all offsets fit");
}
