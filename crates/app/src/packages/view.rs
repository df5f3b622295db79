//! The panel in which packages are added and removed.

use airlock_protocol::packages::PackageFile;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{Listed, read};
use crate::format::{counted, grouped};

#[derive(Properties, PartialEq)]
pub struct PanelProps {
    pub listed: Vec<Listed>,
    pub problems: Vec<String>,
    /// What runs has what it has.
    pub running: bool,
    pub on_read: Callback<Result<Vec<PackageFile>, String>>,
    pub on_remove: Callback<String>,
    pub on_close: Callback<()>,
}

#[component]
pub fn PackagesPanel(props: &PanelProps) -> Html {
    let onchange = {
        let on_read = props.on_read.clone();
        move |event: Event| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else {
                return;
            };
            if let Some(files) = input.files() {
                read(&files, on_read.clone());
            }
            // So that the same file, changed since, can be chosen again.
            input.set_value("");
        }
    };
    // A browser opens what is dropped where nobody takes it.
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    let ondrop = {
        let (on_read, running) = (props.on_read.clone(), props.running);
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            let dropped = event
                .data_transfer()
                .map_or(JsValue::NULL, JsCast::unchecked_into);
            if !running && !dropped.is_null() {
                read(&dropped, on_read.clone());
            }
        })
    };
    let line = |package: &Listed| {
        let name = package.name.clone();
        let onclick = props.on_remove.reform(move |_: MouseEvent| name.clone());
        let size = format!(
            "{}, {} KB",
            counted(package.files as u64, "file"),
            grouped((package.bytes as u64).div_ceil(1024))
        );
        html! {
            <li key={package.name.clone()}>
                <b>{ &package.name }</b><span class="quiet">{ size }</span>
                <button type="button" data-testid="package-remove" aria-label={format!("Remove {}", package.name)}
                    disabled={props.running} {onclick}>{ "Remove" }</button>
            </li>
        }
    };
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <section class="profile packages" aria-label="Packages of your own" data-testid="packages-panel" {ondragover} {ondrop}>
            <p>
                { "Pure-Python packages for both programs to import: wheels from PyPI, zips, folders or single files, chosen or \
                   dropped here. They stay until the page is left, in this browser only; no link carries them." }
            </p>
            if !props.listed.is_empty() {
                <ul data-testid="package-list">{ for props.listed.iter().map(line) }</ul>
            }
            { for props.problems.iter().map(|problem| html! {
                <p class="problem" role="alert" data-testid="package-problem">{ problem }</p>
            }) }
            <div class="choices">
                <label class="button">{ "Add wheels or files" }
                    <input type="file" multiple=true accept=".whl,.zip,.py" data-testid="package-file" disabled={props.running}
                        onchange={onchange.clone()} />
                </label>
                <label class="button">{ "Add a folder" }
                    <input type="file" webkitdirectory={true} data-testid="package-folder" disabled={props.running} {onchange} />
                </label>
                <button type="button" onclick={on_close}>{ "Close" }</button>
            </div>
        </section>
    }
}
