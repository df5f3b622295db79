//! The page: two editors, a run of both programs, and what the adapter cost.
//!
//! No Python runs here. Each side has a Worker that holds the engine; the page
//! posts [`airlock_protocol::ToWorker`] and draws what comes back, so its own
//! wasm holds no VM and stays free to draw and to stop a run.
//!
//! Start reading at [`page`], which owns all state; the other modules are what
//! it is made of. What can be computed without a browser (texts, times, lanes)
//! is in [`format`], [`output`] and [`timeline::model`], with tests beside it.

mod compare;
mod cost;
mod editor;
mod format;
mod notices;
mod output;
mod packages;
mod page;
mod profiles;
mod settings;
mod share;
mod side;
mod storage;
mod timeline;
mod trace_table;
mod worker;

fn main() {
    yew::Renderer::<page::Page>::new().render();
}
