//! Compare: the shell once through each adapter, one table.
//!
//! The runs come one after another, so that none slows another. On the real
//! clock each adapter also runs on the exact clock, for what the cost profile
//! predicts. [`Comparison`] says what to run next; the page runs it.

use std::collections::VecDeque;

use airlock_link::{Adapter, Clock, Playground};
use airlock_protocol::{Ending, SideReport};
use airlock_trace::{Compared, Cost, Ledger, advice};
use yew::prelude::*;

use crate::format::{bytes, duration, grouped};
use crate::profiles::profile_name;
use crate::settings::{adapter_name, unavailable};

/// One run to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    pub adapter: Adapter,
    pub clock: Clock,
}

/// How a trial went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Ended(Box<SideReport>),
    /// There is no report: the engine failed, or had to be terminated.
    Lost(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub adapter: Adapter,
    /// On the clock that was chosen.
    pub outcome: Outcome,
    /// On the exact clock, where that is not the one chosen.
    pub predicted: Option<Outcome>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The programs as they were when the comparison began.
    pub playground: Playground,
    pub rows: Vec<Row>,
    waiting: VecDeque<Trial>,
    /// The trial that runs now.
    pub current: Option<Trial>,
    pub stopped: bool,
    trials: usize,
}

impl Comparison {
    /// Every adapter that can be had, the core alone first.
    pub fn new(playground: Playground) -> Self {
        let adapters = Adapter::ALL
            .into_iter()
            .filter(|&adapter| unavailable(adapter, playground.clock).is_none());
        let clocks: &[Clock] = match playground.clock {
            Clock::Real => &[Clock::Real, Clock::Virtual],
            Clock::Virtual => &[Clock::Virtual],
        };
        let waiting: VecDeque<_> = adapters
            .flat_map(|adapter| clocks.iter().map(move |&clock| Trial { adapter, clock }))
            .filter(|trial| unavailable(trial.adapter, trial.clock).is_none())
            .collect();
        Self {
            trials: waiting.len(),
            playground,
            rows: Vec::new(),
            waiting,
            current: None,
            stopped: false,
        }
    }

    /// The next trial and what to run for it; `None` once all have run.
    pub fn begin_next(&mut self) -> Option<Playground> {
        self.current = self.waiting.pop_front();
        let trial = self.current?;
        Some(Playground {
            adapter: trial.adapter,
            clock: trial.clock,
            ..self.playground.clone()
        })
    }

    pub fn handle_outcome(&mut self, outcome: Outcome) {
        let Some(trial) = self.current.take() else {
            return;
        };
        match self
            .rows
            .iter_mut()
            .find(|row| row.adapter == trial.adapter)
        {
            Some(row) => row.predicted = Some(outcome),
            None => self.rows.push(Row {
                adapter: trial.adapter,
                outcome,
                predicted: None,
            }),
        }
    }

    /// Whoever stops it wants no further runs either.
    pub fn stop(&mut self) {
        self.waiting.clear();
        self.stopped = true;
    }

    pub fn is_running(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    fn progress(&self) -> String {
        let done = self.trials - self.waiting.len();
        match self.current {
            Some(trial) => format!(
                "Running {done} of {}: {}, {}",
                self.trials,
                adapter_name(trial.adapter),
                clock_name(trial.clock)
            ),
            None if self.stopped => "Stopped before all had run.".to_owned(),
            None => String::new(),
        }
    }

    /// The core by itself: what lost concurrency is measured against.
    fn baseline(&self) -> Option<&Ledger> {
        self.rows
            .iter()
            .find(|row| row.adapter == Adapter::Direct)
            .and_then(|row| row.outcome.completed())
    }

    /// What follows from the table, in a sentence.
    fn advice(&self) -> Option<String> {
        if self.is_running() || self.rows.is_empty() {
            return None;
        }
        let nothing = Ledger::default();
        let core = self.baseline().unwrap_or(&nothing);
        let costs: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                row.outcome
                    .completed()
                    .map(|shell| Cost::between(core, shell))
            })
            .collect();
        let failed = Cost::default();
        let compared: Vec<_> = self
            .rows
            .iter()
            .zip(&costs)
            .map(|(row, cost)| Compared {
                adapter: row.adapter.key(),
                core_wall_ns: core.wall_ns,
                cost: cost.as_ref().unwrap_or(&failed),
                ended_well: cost.is_some(),
            })
            .collect();
        let text = advice(&compared);
        let mut letters = text.chars();
        letters
            .next()
            .map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
    }
}

impl Outcome {
    /// The ledger of a run that came to its end.
    fn completed(&self) -> Option<&Ledger> {
        match self {
            Outcome::Ended(report) if report.ending == Ending::Completed => Some(&report.ledger),
            _ => None,
        }
    }

    /// What is to be said of a run that did not.
    fn failure(&self) -> String {
        match self {
            Outcome::Lost(message) => message.clone(),
            Outcome::Ended(report) => match report.ending {
                Ending::Completed => report
                    .failures
                    .iter()
                    .map(|failure| failure.kind.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                Ending::Stopped => "stopped".to_owned(),
                Ending::Deadlocked => "deadlock".to_owned(),
                Ending::Raised | Ending::LimitReached | Ending::Refused => {
                    report.explanation.clone()
                }
            },
        }
    }
}

fn clock_name(clock: Clock) -> &'static str {
    match clock {
        Clock::Real => "real clock",
        Clock::Virtual => "exact clock",
    }
}

/// What a column shows: a quantity to sort by and its text.
type Figure = (u64, String);

/// A column: heading, what it means, and its figure in a row.
struct Column {
    heading: &'static str,
    meaning: &'static str,
    figure: fn(&Row, Option<&Ledger>) -> Option<Figure>,
}

fn time(nanos: u64) -> Option<Figure> {
    Some((nanos, duration(nanos)))
}

const COLUMNS: [Column; 9] = [
    Column {
        heading: "Wall",
        meaning: "From start to end",
        figure: |row, _| time(row.outcome.completed()?.wall_ns),
    },
    Column {
        heading: "Adapter cost",
        meaning: "What exists only because of the adapter",
        figure: |row, _| time(row.outcome.completed()?.adapter_ns),
    },
    Column {
        heading: "Crossings",
        meaning: "Passages from the shell into the core",
        figure: |row, _| {
            let crossings = row.outcome.completed()?.crossings;
            Some((crossings, grouped(crossings)))
        },
    },
    Column {
        heading: "Per crossing",
        meaning: "Adapter cost divided by crossings",
        figure: |row, _| {
            let ledger = row.outcome.completed()?;
            time(ledger.adapter_ns.checked_div(ledger.crossings).unwrap_or(0))
        },
    },
    Column {
        heading: "Lost concurrency",
        meaning: "Waiting that the core alone overlaps",
        figure: |row, core| {
            time(Cost::between(core?, row.outcome.completed()?).lost_concurrency_ns)
        },
    },
    Column {
        heading: "Loop stopped",
        meaning: "How long a loop that existed could not turn",
        figure: |row, _| time(row.outcome.completed()?.blocked_ns),
    },
    Column {
        heading: "Lag p99",
        meaning: "How late others on the loop were served",
        figure: |row, _| time(row.outcome.completed()?.lag_p99_ns),
    },
    Column {
        heading: "Waiting call",
        meaning: "Bytes that a call holds while it waits, at the median",
        figure: |row, _| {
            let held = row.outcome.completed()?.waiting_call_bytes;
            Some((held, bytes(held)))
        },
    },
    Column {
        heading: "Peak heap",
        meaning: "Live bytes at most",
        figure: |row, _| {
            let peak = row.outcome.completed()?.peak_heap_bytes;
            Some((peak, bytes(peak)))
        },
    },
];

const PREDICTED: Column = Column {
    heading: "Predicted",
    meaning: "Wall time on the exact clock, by the cost profile",
    figure: |row, _| time(row.predicted.as_ref()?.completed()?.wall_ns),
};

fn columns(clock: Clock) -> impl Iterator<Item = &'static Column> {
    let predicted = (clock == Clock::Real).then_some(&PREDICTED);
    COLUMNS.iter().chain(predicted)
}

/// What a column is called; the predicted one by its profile.
fn heading(column: &Column, playground: &Playground) -> String {
    if column.heading == PREDICTED.heading {
        format!("On {}", profile_name(&playground.profile))
    } else {
        column.heading.to_owned()
    }
}

/// The table as Markdown, for an issue or a post.
fn markdown(comparison: &Comparison) -> String {
    let clock = comparison.playground.clock;
    let headings: Vec<_> = columns(clock)
        .map(|column| heading(column, &comparison.playground))
        .collect();
    let mut text = format!(
        "| Adapter | {} | Failure |\n|---|{}---|\n",
        headings.join(" | "),
        "--:|".repeat(headings.len())
    );
    for row in &comparison.rows {
        let figures: Vec<_> = columns(clock)
            .map(|column| {
                (column.figure)(row, comparison.baseline()).map_or("-".to_owned(), |(_, text)| text)
            })
            .collect();
        let failure = row.outcome.failure().replace('|', "\\|").replace('\n', " ");
        text.push_str(&format!(
            "| {} | {} | {failure} |\n",
            adapter_name(row.adapter),
            figures.join(" | ")
        ));
    }
    if let Some(advice) = comparison.advice() {
        text.push_str(&format!("\n{advice}\n"));
    }
    text
}

/// By which column, and whether the largest come first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Order {
    column: usize,
    descending: bool,
}

#[derive(Properties, PartialEq)]
pub struct CompareProps {
    pub comparison: Comparison,
    /// The adapter chosen on the page.
    pub adapter: Adapter,
    pub on_adapter: Callback<Adapter>,
    pub on_close: Callback<()>,
}

#[component]
pub fn CompareView(props: &CompareProps) -> Html {
    let comparison = &props.comparison;
    let clock = comparison.playground.clock;
    let order = use_state_eq(|| None::<Order>);
    let copied = use_state_eq(|| None::<crate::share::Copied>);
    let baseline = comparison.baseline();
    let mut rows: Vec<&Row> = comparison.rows.iter().collect();
    if let Some(Order { column, descending }) = *order
        && let Some(column) = columns(clock).nth(column)
    {
        let quantity = |row: &Row| (column.figure)(row, baseline).map(|(quantity, _)| quantity);
        // Rows without a figure stay last either way.
        rows.sort_by_key(|row| match quantity(row) {
            Some(quantity) if descending => (false, u64::MAX - quantity),
            Some(quantity) => (false, quantity),
            None => (true, 0),
        });
    }
    let view_heading = |(index, column): (usize, &'static Column)| {
        let direction = match *order {
            Some(order) if order.column == index => Some(if order.descending {
                "descending"
            } else {
                "ascending"
            }),
            _ => None,
        };
        let onclick = {
            let order = order.clone();
            Callback::from(move |_: MouseEvent| {
                order.set(match *order {
                    Some(now) if now.column == index && now.descending => None,
                    Some(now) if now.column == index => Some(Order {
                        column: index,
                        descending: true,
                    }),
                    _ => Some(Order {
                        column: index,
                        descending: false,
                    }),
                });
            })
        };
        html! {
            <th scope="col" title={column.meaning} aria-sort={direction}>
                <button type="button" {onclick}>{ heading(column, &comparison.playground) }</button>
            </th>
        }
    };
    let on_copy = {
        let (copied, text) = (copied.clone(), markdown(comparison));
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            crate::share::copy(
                text.clone(),
                Callback::from(move |answer| copied.set(Some(answer))),
            );
        })
    };
    let copy_label = match *copied {
        Some(crate::share::Copied::Done) => "Copied",
        Some(crate::share::Copied::Refused) => "Copying was refused",
        _ => "Copy as Markdown",
    };
    let busy = comparison.is_running();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(busy, move |&busy| {
            if let Some(section) = node.cast::<web_sys::Element>().filter(|_| busy) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                section.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }
    let on_close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <section class="compare" ref={node} aria-label="Adapters compared">
            <h2>{ "The same shell through every adapter" }<em role="status">{ comparison.progress() }</em>
                <span class="grow"></span>
                <button type="button" onclick={on_copy} disabled={busy} data-testid="compare-copy">{ copy_label }</button>
                <button type="button" onclick={on_close} disabled={busy}>{ "Close" }</button>
            </h2>
            if let Some(advice) = comparison.advice() { <p class="advice" data-testid="advice">{ advice }</p> }
            <div class="wide" tabindex="0" role="region" aria-label="Table of adapters">
                <table data-testid="compare-table" aria-busy={busy.to_string()}>
                    <thead><tr>
                        <th scope="col">{ format!("one run each, {}", clock_name(clock)) }</th>
                        { for columns(clock).enumerate().map(view_heading) }
                        <th scope="col">{ "Failure" }</th>
                    </tr></thead>
                    <tbody>
                        { for rows.into_iter().map(|row| view_row(row, baseline, clock, props)) }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn view_row(row: &Row, baseline: Option<&Ledger>, clock: Clock, props: &CompareProps) -> Html {
    let adapter = row.adapter;
    let is_chosen = adapter == props.adapter;
    let onclick = props.on_adapter.reform(move |_: MouseEvent| adapter);
    let cell = |column: &'static Column| {
        let text = (column.figure)(row, baseline).map_or_else(|| "-".to_owned(), |(_, text)| text);
        html! { <td data-column={column.heading}>{ text }</td> }
    };
    html! {
        <tr class={classes!(is_chosen.then_some("now"))} data-adapter={adapter.key()}>
            <th scope="row"><button type="button" class="place" title="Choose this adapter" {onclick}>{ adapter_name(adapter) }</button></th>
            { for columns(clock).map(cell) }
            <td class="failure">{ row.outcome.failure() }</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use airlock_protocol::Side;
    use airlock_trace::LineWaits;

    use super::*;

    fn report(ending: Ending, ledger: Ledger) -> Outcome {
        Outcome::Ended(Box::new(SideReport {
            side: Side::Shell,
            ending,
            explanation: "ValueError: no".to_owned(),
            problem: None,
            ledger,
            failures: Vec::new(),
            crossings: Default::default(),
            dropped_events: 0,
            trace_hash: String::new(),
        }))
    }

    fn ledger(wall_ms: u64, wait_ms: u64, adapter_ms: u64) -> Ledger {
        Ledger {
            wall_ns: wall_ms * 1_000_000,
            wait_ns: wait_ms * 1_000_000,
            adapter_ns: adapter_ms * 1_000_000,
            crossings: 10,
            ..Ledger::default()
        }
    }

    fn comparison(clock: Clock, mut outcome_of: impl FnMut(Trial) -> Outcome) -> Comparison {
        let mut comparison = Comparison::new(Playground {
            clock,
            ..Playground::default()
        });
        while comparison.begin_next().is_some() {
            let trial = comparison.current.unwrap();
            comparison.handle_outcome(outcome_of(trial));
        }
        comparison
    }

    #[test]
    fn every_adapter_runs_on_both_clocks_and_fills_one_row() {
        let mut trials = Vec::new();
        let done = comparison(Clock::Real, |trial| {
            trials.push(trial);
            report(Ending::Completed, ledger(1, 1, 0))
        });
        assert_eq!(trials.len(), 2 * done.rows.len());
        assert_eq!(trials[0].adapter, Adapter::Direct);
        assert!(done.rows.iter().all(|row| row.predicted.is_some()));
        assert!(!done.is_running());
    }

    #[test]
    fn the_exact_clock_needs_no_prediction() {
        let done = comparison(Clock::Virtual, |_| {
            report(Ending::Completed, ledger(1, 1, 0))
        });
        assert!(done.rows.iter().all(|row| row.predicted.is_none()));
        assert!(!markdown(&done).contains("On CPython"));
    }

    #[test]
    fn lost_concurrency_leads_to_the_advice_to_fan_out_inside() {
        let done = comparison(Clock::Virtual, |trial| match trial.adapter {
            Adapter::Direct => report(
                Ending::Completed,
                Ledger {
                    overlapped_ns: 45_000_000,
                    waits: vec![LineWaits {
                        file: "core.py".to_owned(),
                        line: 5,
                        count: 10,
                        sum_ns: 50_000_000,
                        beside: vec![(0, 45_000_000)],
                    }],
                    ..ledger(5, 5, 0)
                },
            ),
            _ => report(Ending::Completed, ledger(53, 50, 2)),
        });
        let advice = done.advice().unwrap();
        assert!(
            advice.starts_with("Fan out inside the core and cross once: 5.2 ms"),
            "{advice}"
        );
    }

    #[test]
    fn failed_runs_have_no_figures_but_a_reason() {
        let done = comparison(Clock::Virtual, |_| report(Ending::Raised, ledger(5, 5, 0)));
        assert!(
            done.advice()
                .unwrap()
                .starts_with("No adapter brings this shell to its end")
        );
        let table = markdown(&done);
        assert!(
            table.contains("| - |") && table.contains("ValueError: no"),
            "{table}"
        );
        assert!(!table.contains("5.0 ms"), "{table}");
    }

    #[test]
    fn stopping_runs_nothing_further() {
        let mut comparison = Comparison::new(Playground::default());
        comparison.begin_next();
        comparison.stop();
        comparison.handle_outcome(report(Ending::Stopped, ledger(1, 1, 0)));
        assert!(!comparison.is_running());
        assert_eq!(comparison.begin_next(), None);
        assert_eq!(comparison.rows.len(), 1);
        assert_eq!(comparison.progress(), "Stopped before all had run.");
    }
}
