//! What is wrong, in one list: bad links, refused programs, proven deadlocks,
//! a Worker that failed, storage that is denied.

use yew::prelude::*;

use crate::output::Place;

/// More say nothing new: after a syntax error there may be thousands.
const SHOWN: usize = 20;

/// One message, with its place if it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub weight: Weight,
    pub place: Option<Place>,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Error,
    /// Good to know; nothing failed.
    Hint,
}

impl Notice {
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            weight: Weight::Error,
            place: None,
            text: text.into(),
        }
    }

    pub fn hint(text: impl Into<String>) -> Self {
        Self {
            weight: Weight::Hint,
            place: None,
            text: text.into(),
        }
    }

    pub fn at(mut self, file: &str, line: u32) -> Self {
        self.place = (line > 0).then(|| Place {
            file: file.to_owned(),
            line,
        });
        self
    }
}

#[derive(Properties, PartialEq)]
pub struct NoticesProps {
    pub notices: Vec<Notice>,
    pub on_place: Callback<Place>,
}

#[component]
pub fn NoticesView(props: &NoticesProps) -> Html {
    let item = |notice: &Notice| {
        let class = match notice.weight {
            Weight::Error => "notice error",
            Weight::Hint => "notice",
        };
        let place = notice.place.clone().map(|place| {
            let text = format!("{}, line {}", place.file, place.line);
            let onclick = props.on_place.reform(move |_: MouseEvent| place.clone());
            html! { <><button type="button" class="place" {onclick}>{ text }</button>{ ": " }</> }
        });
        html! { <li {class}>{ place }{ notice.text.clone() }</li> }
    };
    html! {
        <ul class="notices" data-testid="problems" role="status" aria-label="Problems">
            { for props.notices.iter().take(SHOWN).map(item) }
            if let Some(more @ 1..) = props.notices.len().checked_sub(SHOWN) {
                <li class="quiet">{ format!("and {} more", more) }</li>
            }
        </ul>
    }
}
