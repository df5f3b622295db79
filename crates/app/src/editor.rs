//! The `<py-editor>` element as seen from here: properties and methods of a
//! custom element that `web/src/editor.js` defines.

use airlock_protocol::Problem;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use yew::NodeRef;

/// The text of the program. A property set before the element is defined is
/// kept by the element, so there is no wrong time to call these.
pub fn value(editor: &NodeRef) -> String {
    editor
        .get()
        .and_then(|node| Reflect::get(&node, &"value".into()).ok())
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

pub fn set_value(editor: &NodeRef, text: &str) {
    set(editor, "value", &text.into());
}

pub fn set_problems(editor: &NodeRef, problems: &[Problem]) {
    let list: Array = problems.iter().map(problem_object).collect();
    set(editor, "problems", &list);
}

/// Highlights `line` as the playhead's; 0 for none.
pub fn mark_line(editor: &NodeRef, line: u32) {
    call(editor, "markLine", &[line.into()]);
}

pub fn jump_to(editor: &NodeRef, line: u32, column: u32) {
    call(editor, "jumpTo", &[line.into(), column.into()]);
}

fn problem_object(problem: &Problem) -> JsValue {
    let object = Object::new();
    let fields: [(&str, JsValue); 5] = [
        ("line", problem.line.into()),
        ("column", problem.column.into()),
        ("end_line", problem.end_line.into()),
        ("end_column", problem.end_column.into()),
        ("message", problem.message.as_str().into()),
    ];
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value).expect("a plain object takes any property");
    }
    object.into()
}

fn set(editor: &NodeRef, name: &str, value: &JsValue) {
    if let Some(node) = editor.get() {
        // Only a frozen element refuses, and there is none.
        let _ = Reflect::set(&node, &name.into(), value);
    }
}

/// Calls a method; one that is not there yet (the editor's script is still on
/// its way) has nothing to show either.
fn call(editor: &NodeRef, name: &str, arguments: &[JsValue]) {
    let Some(node) = editor.get() else { return };
    let Ok(method) = Reflect::get(&node, &name.into()) else {
        return;
    };
    if let Some(method) = method.dyn_ref::<Function>() {
        let arguments: Array = arguments.iter().cloned().collect();
        let _ = method.apply(&node, &arguments);
    }
}
