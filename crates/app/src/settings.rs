//! The menus: example, adapter, clock, cost profile.

use airlock_link::{Adapter, Clock, examples};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::page::Origin;

/// Values of the entries that are no examples.
const OWN: &str = "";
const LINK: &str = "link";

#[derive(Properties, PartialEq)]
pub struct MenuProps {
    pub testid: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub entries: Vec<Entry>,
    pub on_change: Callback<String>,
    #[prop_or_default]
    pub hidden: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub value: AttrValue,
    pub label: String,
    /// Why it cannot be chosen, if so.
    pub unavailable: Option<&'static str>,
    /// The heading it is under; entries of one heading follow each other.
    pub group: Option<&'static str>,
}

impl Entry {
    pub fn new(value: impl Into<AttrValue>, label: &str) -> Self {
        Self {
            value: value.into(),
            label: label.to_owned(),
            unavailable: None,
            group: None,
        }
    }
}

/// A `<select>` whose value is always the page's, whatever the browser
/// remembers of it.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.value.clone(), move |value| {
            if let Some(select) = node.cast::<HtmlSelectElement>() {
                select.set_value(value);
            }
        });
    }
    let onchange = {
        let shown = props.value.clone();
        props.on_change.reform(move |event: Event| {
            let select = event
                .target()
                .map(JsCast::unchecked_into::<HtmlSelectElement>);
            let chosen = select
                .as_ref()
                .map(HtmlSelectElement::value)
                .unwrap_or_default();
            // Not every choice becomes the value.
            if let Some(select) = select {
                select.set_value(&shown);
            }
            chosen
        })
    };
    let option = |entry: &Entry| {
        let label = match entry.unavailable {
            Some(reason) => format!("{} ({reason})", entry.label),
            None => entry.label.clone(),
        };
        html! {
            <option value={entry.value.clone()} disabled={entry.unavailable.is_some()} selected={entry.value == props.value}>{ label }</option>
        }
    };
    html! {
        <select ref={node} data-testid={props.testid.clone()} aria-label={props.label.clone()} title={props.label.clone()}
            hidden={props.hidden} {onchange}>
            { for props.entries.chunk_by(|one, next| one.group == next.group).map(|entries| match entries[0].group {
                Some(group) => html! { <optgroup label={group}>{ for entries.iter().map(option) }</optgroup> },
                None => entries.iter().map(option).collect(),
            }) }
        </select>
    }
}

/// The entry for programs of this origin.
pub fn example_value(origin: Origin) -> &'static str {
    match origin {
        Origin::Example(key) => key,
        Origin::Link => LINK,
        Origin::Own => OWN,
    }
}

/// `has_own`: there is something of the person's own to go back to.
pub fn example_entries(origin: Origin, has_own: bool) -> Vec<Entry> {
    let own = (has_own || origin == Origin::Own).then(|| Entry::new(OWN, "Your programs"));
    let link = (origin == Origin::Link).then(|| Entry::new(LINK, "Programs of the link"));
    let examples = examples::ALL.iter().map(|example| Entry {
        group: Some(match example.group {
            examples::Group::Cost => "What an adapter costs",
            examples::Group::Adapter => "Adapter by adapter",
            examples::Group::Failure => "What goes wrong",
        }),
        ..Entry::new(example.key, example.title)
    });
    own.into_iter().chain(link).chain(examples).collect()
}

pub fn adapter_entries(clock: Clock) -> Vec<Entry> {
    let entry = |adapter: Adapter| Entry {
        unavailable: unavailable(adapter, clock),
        ..Entry::new(adapter.key(), adapter_name(adapter))
    };
    Adapter::ALL.into_iter().map(entry).collect()
}

pub fn clock_entries() -> Vec<Entry> {
    vec![
        Entry::new("real", "Real: this browser's"),
        Entry::new("virtual", "Exact: computed"),
    ]
}

pub fn clock_key(clock: Clock) -> &'static str {
    match clock {
        Clock::Real => "real",
        Clock::Virtual => "virtual",
    }
}

pub fn clock_of_key(key: &str) -> Clock {
    if key == "virtual" {
        Clock::Virtual
    } else {
        Clock::Real
    }
}

pub fn adapter_name(adapter: Adapter) -> &'static str {
    match adapter {
        Adapter::Direct => "no adapter: main() on the loop",
        Adapter::Run => "asyncio.run per call",
        Adapter::Runner => "a persistent loop",
        Adapter::Nested => "a nested loop",
        Adapter::Thread => "a loop in its own thread",
        Adapter::Greenlet => "greenlets",
        Adapter::Pool => "a thread pool",
        Adapter::Process => "a process pool",
        Adapter::Jspi => "the browser's stack switching",
    }
}

/// Why an adapter is not offered. The page says so rather than hide what there
/// is to know of.
pub fn unavailable(adapter: Adapter, clock: Clock) -> Option<&'static str> {
    match adapter {
        Adapter::Jspi if !crate::worker::can_switch_stacks() => {
            Some("needs stack switching: Chrome or Edge from 137, Firefox from 153")
        }
        Adapter::Jspi if clock == Clock::Virtual => Some("on the real clock only"),
        Adapter::Jspi => None,
        Adapter::Process if clock == Clock::Real && !crate::worker::can_block() => {
            Some("needs a cross-origin isolated page, or the virtual clock")
        }
        _ => adapter.missing(),
    }
}
