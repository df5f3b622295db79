//! The command line's own answers: what is said and with which exit status.

use std::process::{Command, Output};

fn airlock(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args(args)
        .output()
        .expect("it starts")
}

#[test]
fn bad_arguments_end_with_status_two_and_the_usage() {
    for args in [
        &[][..],
        &["bogus"],
        &["run", "core.py"],
        &["link", "decode", "#1dabc"],
        &["py", "--clock", "sundial", "-c", ""],
    ] {
        let output = airlock(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with("airlock: "), "{args:?}: {said}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn version_names_the_python_that_is_meant() {
    let output = airlock(&["--version"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.ends_with("(Python 3.14)\n"),
        "{said}"
    );
}

#[test]
fn programs_may_import_airlock_under_py() {
    let code = "import airlock\nasync def f(): return 3\nprint(airlock.wrap(f)(), airlock.ledger()['crossings'])";
    let output = airlock(&["py", "-c", code]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "3 1\n");
}

#[test]
fn programs_read_what_is_typed_after_their_prompts() {
    use std::io::Write;
    use std::process::Stdio;
    let code = "import sys\nprint(input('name? '))\nprint(sys.stdin.readline(3), sys.stdin.read(4))\nprint(list(sys.stdin))\ntry: input()\nexcept EOFError: print('end')";
    let mut child = Command::new(env!("CARGO_BIN_EXE_airlock"))
        .args(["py", "-c", code])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("it was asked for");
    input
        .write_all(b"Ann\nfirst\nsecond\nthird")
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, "name? Ann\nfir st\ns\n['econd\\n', 'third']\nend\n");
}

#[test]
fn help_is_an_option_and_no_operand() {
    for args in [
        &["--help"][..],
        &["run", "core.py", "--json", "-h"],
        &["link", "--help"],
        &["calibrate", "--help"],
    ] {
        let output = airlock(args);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.starts_with("usage: "),
            "{args:?}: {said}"
        );
    }
    let of_program = airlock(&["py", "-c", "import sys; print(sys.argv)", "--help"]);
    let said = String::from_utf8_lossy(&of_program.stdout);
    assert_eq!(said, "['-c', '--help']\n");
    let of_file = airlock(&["run", "--", "core.py", "--help"]);
    assert_eq!(of_file.status.code(), Some(2));
}
