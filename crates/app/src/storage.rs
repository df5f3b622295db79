//! The browser's storage, which may be denied: every access can fail and the
//! page works on without it.

use airlock_link::Playground;

use crate::profiles::Known;

const DRAFT: &str = "airlock.draft";
const OWN: &str = "airlock.own";
const THEME: &str = "airlock.theme";
const PROFILES: &str = "airlock.profiles";

/// Whether the last access worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Kept,
    Denied,
}

pub fn is_available() -> bool {
    storage().is_some()
}

/// What is in the editors.
pub fn save_draft(playground: &Playground) -> Stored {
    save_playground(DRAFT, playground)
}

/// The draft of the last visit. One that cannot be read is no draft.
pub fn load_draft() -> Option<Playground> {
    serde_json::from_str(&load(DRAFT)?).ok()
}

/// What the person wrote, while an example or a link is in the editors.
pub fn save_own(playground: &Playground) -> Stored {
    save_playground(OWN, playground)
}

pub fn load_own() -> Option<Playground> {
    serde_json::from_str(&load(OWN)?).ok()
}

fn save_playground(key: &str, playground: &Playground) -> Stored {
    match serde_json::to_string(playground) {
        Ok(text) => save(key, &text),
        Err(_) => Stored::Denied,
    }
}

pub fn save_profiles(profiles: &[Known]) -> Stored {
    match serde_json::to_string(profiles) {
        Ok(text) => save(PROFILES, &text),
        Err(_) => Stored::Denied,
    }
}

pub fn load_profiles() -> Vec<Known> {
    load(PROFILES)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

pub fn save_theme(theme: &str) -> Stored {
    save(THEME, theme)
}

fn save(key: &str, text: &str) -> Stored {
    match storage().map(|storage| storage.set_item(key, text)) {
        Some(Ok(())) => Stored::Kept,
        _ => Stored::Denied,
    }
}

fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Reading the property itself raises where storage is denied.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
