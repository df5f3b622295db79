//! The `<py-editor>` element as seen from here: properties and methods of a
//! custom element that `web/src/editor.js` defines.

use airlock_protocol::Problem;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use yew::NodeRef;

use crate::notices::Weight;

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

/// Something to mark in an editor. A mark that ends at line 0 is of a whole
/// line.
pub struct Mark<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    severity: &'static str,
    message: &'a str,
}

impl<'a> Mark<'a> {
    pub fn of(problem: &'a Problem) -> Self {
        Self {
            line: problem.line,
            column: problem.column,
            end_line: problem.end_line,
            end_column: problem.end_column,
            severity: "error",
            message: &problem.message,
        }
    }

    pub fn line(line: u32, weight: Weight, message: &'a str) -> Self {
        Self {
            line,
            column: 1,
            end_line: 0,
            end_column: 0,
            severity: match weight {
                Weight::Error => "error",
                Weight::Warning => "warning",
                Weight::Hint => "info",
            },
            message,
        }
    }
}

pub fn set_problems(editor: &NodeRef, marks: &[Mark]) {
    let list: Array = marks.iter().map(mark_object).collect();
    set(editor, "problems", &list);
}

/// Highlights `line` as the playhead's; 0 for none.
pub fn mark_line(editor: &NodeRef, line: u32) {
    call(editor, "markLine", &[line.into()]);
}

pub fn jump_to(editor: &NodeRef, line: u32, column: u32) {
    call(editor, "jumpTo", &[line.into(), column.into()]);
}

fn mark_object(mark: &Mark) -> JsValue {
    let object = Object::new();
    let fields: [(&str, JsValue); 6] = [
        ("line", mark.line.into()),
        ("column", mark.column.into()),
        ("end_line", mark.end_line.into()),
        ("end_column", mark.end_column.into()),
        ("severity", mark.severity.into()),
        ("message", mark.message.into()),
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
