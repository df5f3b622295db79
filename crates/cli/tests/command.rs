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
