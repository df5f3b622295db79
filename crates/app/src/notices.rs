//! What is wrong, in one list: bad links, refused programs, proven deadlocks,
//! a Worker that failed, storage that is denied.

use airlock_protocol::Waits;
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
    /// Who waits for whom, where that is what is wrong.
    pub waits: Vec<Waits>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Error,
    /// The run went on, but something went wrong in it.
    Warning,
    /// Good to know; nothing failed.
    Hint,
}

impl Notice {
    pub fn new(weight: Weight, text: impl Into<String>) -> Self {
        Self {
            weight,
            place: None,
            text: text.into(),
            waits: Vec::new(),
        }
    }

    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Weight::Error, text)
    }

    pub fn hint(text: impl Into<String>) -> Self {
        Self::new(Weight::Hint, text)
    }

    pub fn at(mut self, file: &str, line: u32) -> Self {
        self.place = (line > 0).then(|| Place {
            file: file.to_owned(),
            line,
        });
        self
    }
}

/// Each line waits for the next; where they form a cycle, the last for the
/// first.
fn view_waits(waits: &[Waits]) -> Html {
    if waits.is_empty() {
        return Html::default();
    }
    let line = |waits: &Waits| {
        let line = if waits.line > 0 {
            format!(" (line {})", waits.line)
        } else {
            String::new()
        };
        html! { <li><b>{ waits.who.clone() }</b>{ " waits for " }<b>{ waits.what.clone() }</b>{ line }</li> }
    };
    html! { <ol class="waits" aria-label="Who waits for whom">{ for waits.iter().map(line) }</ol> }
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
            Weight::Warning => "notice warning",
            Weight::Hint => "notice",
        };
        let place = notice.place.clone().map(|place| {
            let text = format!("{}, line {}", place.file, place.line);
            let onclick = props.on_place.reform(move |_: MouseEvent| place.clone());
            html! { <><button type="button" class="place" {onclick}>{ text }</button>{ ": " }</> }
        });
        html! { <li {class}>{ place }{ notice.text.clone() }{ view_waits(&notice.waits) }</li> }
    };
    html! {
        <div data-testid="problems" role="status" aria-label="Problems">
            if !props.notices.is_empty() {
                <ul class="notices">
                    { for props.notices.iter().take(SHOWN).map(item) }
                    if let Some(more @ 1..) = props.notices.len().checked_sub(SHOWN) {
                        <li class="quiet">{ format!("and {} more", more) }</li>
                    }
                </ul>
            }
        </div>
    }
}
