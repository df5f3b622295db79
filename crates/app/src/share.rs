//! The share link: made on request, copied, and its length judged.

use airlock_link::{Playground, encode};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// Chats cut or split longer links (Discord at 2,000 characters).
const COMFORTABLE_CHARS: usize = 1_900;

/// A link that was made, and what became of copying it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    pub address: String,
    /// What the link opens, but for the playhead.
    pub playground: Playground,
    pub copied: Copied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The browser has not answered yet.
    Pending,
    Done,
    /// No clipboard here, or no permission.
    Refused,
}

/// The address that opens `playground` on this page.
pub fn address_of(playground: &Playground) -> Result<String, String> {
    let link = encode(playground).map_err(|error| error.to_string())?;
    let location = web_sys::window().map(|window| window.location());
    let page =
        location.and_then(|location| Some(location.origin().ok()? + &location.pathname().ok()?));
    Ok(page.unwrap_or_default() + &link)
}

/// Copies `text`, then tells whether that worked.
pub fn copy(text: String, then: Callback<Copied>) {
    spawn_local(async move {
        // Where the page is not secure there is no clipboard at all, and
        // reaching for it would raise.
        let window = web_sys::window().filter(web_sys::Window::is_secure_context);
        let written = match window {
            Some(window) => JsFuture::from(window.navigator().clipboard().write_text(&text))
                .await
                .is_ok(),
            None => false,
        };
        then.emit(if written {
            Copied::Done
        } else {
            Copied::Refused
        });
    });
}

#[derive(Properties, PartialEq)]
pub struct SharedProps {
    pub shared: Shared,
    /// What the link does not carry.
    pub packages: Vec<String>,
    pub on_close: Callback<()>,
}

#[component]
pub fn SharedView(props: &SharedProps) -> Html {
    let node = use_node_ref();
    let address = props.shared.address.clone();
    {
        let node = node.clone();
        use_effect_with(address.clone(), move |address| {
            if let Some(area) = node.cast::<web_sys::HtmlTextAreaElement>() {
                area.set_text_content(Some(address));
                area.set_value(address);
                area.select();
            }
        });
    }
    let length = address.chars().count();
    let copied = match props.shared.copied {
        Copied::Pending => "",
        Copied::Done => "Link copied. ",
        Copied::Refused => "Copy it from here: ",
    };
    let is_long = length > COMFORTABLE_CHARS;
    let advice = if is_long {
        ": some chats cut links this long"
    } else {
        ""
    };
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <div class="shared" role="status">
            <span class={classes!(is_long.then_some("warning"))} data-testid="share-length">
                { format!("{copied}{} characters{advice}", crate::format::grouped(length as u64)) }
            </span>
            <textarea ref={node} data-testid="share-url" aria-label="Share link" readonly=true rows="1" />
            <button type="button" onclick={on_close}>{ "Close" }</button>
            if !props.packages.is_empty() {
                <span class="warning" data-testid="share-packages">
                    { format!("Not in the link: {}. Whoever opens it has to add the same under Packages.", props.packages.join(", ")) }
                </span>
            }
        </div>
    }
}
