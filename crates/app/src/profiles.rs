//! Cost profiles beyond the built-in one: what this browser was measured to
//! cost, and those that the person pasted.
//!
//! They are kept in the browser's storage. A link carries only the name of a
//! profile; where that is not known, the built-in one takes its place and the
//! page says so.

use airlock_link::{Adapter, Clock, DEFAULT_PROFILE, Playground};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::settings::Entry;
use crate::storage;

/// Name of the profile that is measured here.
pub const THIS_BROWSER: &str = "this-browser";
/// Value of the menu's entry that opens the panel.
pub const PASTE: &str = "paste";
/// How long the measurement may take.
const MEASURED_SECONDS: f64 = 0.6;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub name: String,
    /// As the engine reads it.
    pub text: String,
}

/// What the page is doing about profiles.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Doing {
    #[default]
    Nothing,
    /// The script that measures is on its way.
    Fetching,
    /// The script runs; what it has printed.
    Measuring(String),
    /// The engine reads this text.
    Reading(String),
}

#[derive(Default)]
pub struct Profiles {
    known: Vec<Known>,
    pub doing: Doing,
    /// The panel for pasting is open.
    pub panel: bool,
    /// What is wrong with what was pasted.
    pub problem: Option<String>,
}

impl Profiles {
    pub fn load() -> Self {
        Self {
            known: storage::load_profiles(),
            ..Self::default()
        }
    }

    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.known
            .iter()
            .find(|known| known.name == name)
            .map(|known| known.text.as_str())
    }

    /// Whether figures can be computed with it here.
    pub fn has(&self, name: &str) -> bool {
        name == DEFAULT_PROFILE || self.text_of(name).is_some()
    }

    pub fn add(&mut self, name: &str, text: String) {
        self.known.retain(|known| known.name != name);
        self.known.push(Known {
            name: name.to_owned(),
            text,
        });
        // Where it is not kept, it is there as long as the page is.
        let _ = storage::save_profiles(&self.known);
    }

    pub fn forget(&mut self, name: &str) {
        self.known.retain(|known| known.name != name);
        let _ = storage::save_profiles(&self.known);
    }

    /// Those that were pasted.
    fn own(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|known| known.name != THIS_BROWSER)
    }

    pub fn entries(&self, chosen: &str) -> Vec<Entry> {
        let mut entries = vec![
            Entry::new(DEFAULT_PROFILE, &profile_name(DEFAULT_PROFILE)),
            Entry::new(THIS_BROWSER, "This browser as measured"),
        ];
        entries.extend(
            self.own()
                .map(|known| Entry::new(known.name.clone(), &known.name)),
        );
        if !self.has(chosen) && chosen != THIS_BROWSER {
            let label = format!("{chosen} (not in this browser)");
            entries.push(Entry::new(chosen.to_owned(), &label));
        }
        entries.push(Entry::new(PASTE, "Your own: paste..."));
        entries
    }
}

/// How tables and menus call a profile.
pub fn profile_name(name: &str) -> String {
    match name {
        DEFAULT_PROFILE => "CPython 3.11".to_owned(),
        THIS_BROWSER => "this browser".to_owned(),
        own => own.to_owned(),
    }
}

/// What is wrong with a name that the engine accepts.
pub fn refused_name(name: &str) -> Option<String> {
    [DEFAULT_PROFILE, THIS_BROWSER, PASTE]
        .contains(&name)
        .then(|| format!("the name \"{name}\" is taken; give the profile another"))
}

/// The playground whose shell measures and prints a profile.
pub fn measurement(script: &str) -> Playground {
    Playground {
        shell: format!("SECONDS = {MEASURED_SECONDS}\n{script}"),
        adapter: Adapter::Runner,
        clock: Clock::Real,
        ..Playground::default()
    }
}

/// The address of the script that `airlock calibrate` prints.
pub fn script_address() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let meta = document
        .query_selector("meta[name=\"airlock-calibrate\"]")
        .ok()??;
    meta.get_attribute("content")
}

/// Fetches the script, then gives it or what went wrong.
pub fn fetch_script(then: Callback<Result<String, String>>) {
    spawn_local(async move {
        let fetched = async {
            let address = script_address()?;
            let window = web_sys::window()?;
            let response = JsFuture::from(window.fetch_with_str(&address)).await.ok()?;
            let response: web_sys::Response = response.dyn_into().ok()?;
            if !response.ok() {
                return None;
            }
            JsFuture::from(response.text().ok()?)
                .await
                .ok()?
                .as_string()
        };
        then.emit(
            fetched
                .await
                .ok_or_else(|| "the script that measures could not be loaded".to_owned()),
        );
    });
}

#[derive(Properties, PartialEq)]
pub struct PanelProps {
    pub own: Vec<String>,
    pub problem: Option<String>,
    pub busy: bool,
    pub on_paste: Callback<String>,
    pub on_forget: Callback<String>,
    pub on_close: Callback<()>,
}

/// Where a profile is pasted, and how one is made.
#[component]
pub fn ProfilePanel(props: &PanelProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(area) = node.cast::<HtmlTextAreaElement>() {
                let _ = area.focus();
            }
        });
    }
    let on_use = {
        let node = node.clone();
        props.on_paste.reform(move |_: MouseEvent| {
            node.cast::<HtmlTextAreaElement>()
                .map(|area| area.value())
                .unwrap_or_default()
        })
    };
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    let forget = |name: &String| {
        let (name, label) = (name.clone(), format!("Forget {name}"));
        let onclick = props.on_forget.reform(move |_: MouseEvent| name.clone());
        html! { <button type="button" {onclick}>{ label }</button> }
    };
    html! {
        <section class="profile" aria-label="A cost profile of your own">
            <p>
                { "What would this pair cost on your Python? Run " }
                <a href={script_address()} download="calibrate.py">{ "calibrate.py" }</a>
                { " with it (10 seconds) and paste what it prints. The profile stays in this browser; a link carries its name only." }
            </p>
            <textarea ref={node} rows="5" spellcheck="false" data-testid="profile-text" aria-label="Cost profile"
                placeholder={"{\n  \"name\": \"cpython-3.14.0\",\n  ..."} />
            if let Some(problem) = &props.problem { <p class="problem" role="alert" data-testid="profile-problem">{ problem }</p> }
            <div class="choices">
                <button type="button" class="primary" disabled={props.busy} data-testid="profile-use" onclick={on_use}>{ "Use it" }</button>
                { for props.own.iter().map(forget) }
                <button type="button" onclick={on_close}>{ "Close" }</button>
            </div>
        </section>
    }
}

impl Profiles {
    pub fn own_names(&self) -> Vec<String> {
        self.own().map(|known| known.name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_is_not_here_is_in_the_menu_by_its_name() {
        let mut profiles = Profiles::default();
        let values = |profiles: &Profiles, chosen| -> Vec<String> {
            profiles
                .entries(chosen)
                .iter()
                .map(|entry| entry.value.to_string())
                .collect()
        };
        let shared = ["cpython-3.11", "this-browser", "theirs", "paste"];
        assert_eq!(values(&profiles, "theirs"), shared);
        assert!(
            profiles.entries("theirs")[2]
                .label
                .contains("not in this browser")
        );
        profiles.known.push(Known {
            name: "theirs".to_owned(),
            text: String::new(),
        });
        assert_eq!(values(&profiles, DEFAULT_PROFILE), shared);
    }

    #[test]
    fn names_of_the_page_are_not_to_be_had() {
        assert!(refused_name(DEFAULT_PROFILE).is_some());
        assert_eq!(refused_name("cpython-3.14.0"), None);
    }
}
