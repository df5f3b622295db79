//! What the run means: one sentence, two bars, one table.

use airlock_protocol::Ending;
use airlock_trace::{Cost, CrossingReport, Distribution, Ledger, SiteReport};
use yew::prelude::*;

use crate::format::{bytes, counted, duration, grouped, millis};
use crate::output::Place;

/// The dearest call sites; more make a table that nobody reads.
const SHOWN_SITES: usize = 30;

#[derive(Properties, PartialEq)]
pub struct CostProps {
    /// What the programs are about, shown until there are figures.
    pub about: Option<&'static str>,
    pub core: Option<Ledger>,
    pub shell: Option<Ledger>,
    /// How the core ended by itself.
    pub core_ending: Option<Ending>,
    /// How the shell ended, where its figures are there.
    pub ending: Option<Ending>,
    /// The shell's crossings by the lines that make them.
    pub crossings: Option<CrossingReport>,
    pub running: bool,
    /// Whether figures are measured or come from the cost profile.
    pub exact: bool,
    pub on_place: Callback<Place>,
}

#[component]
pub fn CostView(props: &CostProps) -> Html {
    let all_figures = use_state_eq(|| false);
    let (core, shell) = (props.core.as_ref(), props.shell.as_ref());
    if core.is_none() && shell.is_none() {
        return html! {
            <section class="cost" data-testid="cost" aria-label="Cost" aria-live="polite">
                <p class="verdict before">
                    if let Some(about) = props.about { <b>{ about }</b>{ " " } }
                    if props.running { { "Running both: the core alone, and the shell through its adapter." } }
                    else { { "Run shows what the shell pays for being synchronous." } }
                </p>
                if !props.running { { view_introduction() } }
            </section>
        };
    }
    let onclick = {
        let all_figures = all_figures.clone();
        Callback::from(move |_: MouseEvent| all_figures.set(!*all_figures))
    };
    html! {
        <section class="cost" data-testid="cost" aria-label="Cost" aria-live="polite">
            { view_verdict(core, shell, props.core_ending, props.ending) }
            { view_bars(core, shell) }
            { view_table(core, shell, props.exact, *all_figures) }
            <button type="button" class="all-figures" aria-expanded={all_figures.to_string()} {onclick}>
                { if *all_figures { "Fewer figures" } else { "All figures" } }
            </button>
            { props.crossings.as_ref().map(|crossings| view_sites(crossings, &props.on_place)) }
        </section>
    }
}

/// For those who see the page for the first time.
fn view_introduction() -> Html {
    html! {
        <ol class="introduction">
            <li><b>{ "core.py" }</b>{ " is written for an event loop. Run first times its main() by itself: that is what the work takes at best." }</li>
            <li><b>{ "shell.py" }</b>{ " is plain code, one line after another. It calls the same core through an adapter; each call is one crossing." }</li>
            <li><b>{ "The difference" }</b>{ " is what the adapter costs, and the concurrency that one call at a time gives up. Both runs appear here on one clock." }</li>
        </ol>
    }
}

fn view_verdict(
    core: Option<&Ledger>,
    shell: Option<&Ledger>,
    core_ending: Option<Ending>,
    ending: Option<Ending>,
) -> Html {
    let (Some(core), Some(shell)) = (core, shell) else {
        let (name, ledger) = if let Some(core) = core {
            ("core", core)
        } else {
            ("shell", shell.expect("one is there"))
        };
        return html! {
            <p class="verdict">{ format!("Only the {name} has run: it took ") }<b>{ millis(ledger.wall_ns) }</b>{ "." }</p>
        };
    };
    let cost = Cost::between(core, shell);
    let lost_at = cost.lost_at.first().filter(|lost| lost.line > 0);
    let verb = match ending {
        Some(Ending::Completed) | None => "took",
        Some(_) => "ran for",
    };
    html! {
        <p class="verdict">
            { format!("{}; the shell {verb} ", counted(shell.crossings, "crossing")) }<b>{ millis(shell.wall_ns) }</b>
            { match core_ending {
                Some(Ending::Completed) | None => " where the core alone takes ",
                Some(_) => " where the core alone, which did not reach its end, ran for ",
            } }<b>{ millis(core.wall_ns) }</b>{ ": " }
            <b class="of-adapter">{ format!("{} adapter", millis(cost.adapter_ns)) }</b>{ ", " }
            <b class="of-lost">{ format!("{} lost concurrency", millis(cost.lost_concurrency_ns)) }</b>
            { lost_at.map(|lost| format!(", most of it at {}, line {}", lost.file, lost.line)) }
            { match ending {
                Some(Ending::Stopped) => " (stopped before its end).",
                Some(Ending::Deadlocked) => " (it would never have ended).",
                Some(Ending::Completed) | None => ".",
                Some(_) => " (it did not reach its end).",
            } }
        </p>
    }
}

/// A part of a bar: style class, name, nanoseconds.
type Part = (&'static str, &'static str, u64);

fn view_bars(core: Option<&Ledger>, shell: Option<&Ledger>) -> Html {
    let longest = core
        .into_iter()
        .chain(shell)
        .map(|ledger| ledger.wall_ns)
        .max()
        .unwrap_or(0)
        .max(1);
    let lost = core.zip(shell).map_or(0, |(core, shell)| {
        Cost::between(core, shell).lost_concurrency_ns
    });
    let parts = |ledger: &Ledger, lost: u64| -> [Part; 4] {
        [
            ("python", "Python", ledger.python_ns),
            ("wait", "waiting", ledger.wait_ns.saturating_sub(lost)),
            ("adapter", "adapter", ledger.adapter_ns),
            ("lost", "lost concurrency", lost),
        ]
    };
    html! {
        <>
            <div class="bars">
                { core.map(|ledger| view_bar("core", &parts(ledger, 0), ledger.wall_ns, longest)) }
                { shell.map(|ledger| view_bar("shell", &parts(ledger, lost), ledger.wall_ns, longest)) }
            </div>
            <ul class="key">
                <li class="python">{ "Python" }</li>
                <li class="wait">{ "waiting" }</li>
                <li class="adapter">{ "adapter" }</li>
                <li class="lost">{ "lost concurrency" }</li>
            </ul>
        </>
    }
}

/// Drawn as SVG, whose widths are attributes: the page's policy forbids inline
/// styles.
fn view_bar(name: &'static str, parts: &[Part], wall_ns: u64, longest: u64) -> Html {
    let mut left = 0.0;
    let shapes = parts.iter().map(|&(class, title, nanos)| {
        let width = nanos as f64 / longest as f64 * 100.0;
        let x = left;
        left += width;
        html! {
            <rect class={class} x={format!("{x:.3}")} y="0" width={format!("{width:.3}")} height="10">
                <title>{ format!("{title}: {}", duration(nanos)) }</title>
            </rect>
        }
    });
    let shapes: Html = shapes.collect();
    let described: Vec<_> = parts
        .iter()
        .map(|(_, title, nanos)| format!("{title} {}", duration(*nanos)))
        .collect();
    html! {
        <>
            <span>{ name }</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={format!("{name}: {}", described.join(", "))}>
                { shapes }
            </svg>
            <span class="figure">{ duration(wall_ns) }</span>
        </>
    }
}

/// A column of the ledger: heading, what it means, and its figure.
type Column = (&'static str, &'static str, fn(&Ledger) -> String);

const COLUMNS: [Column; 17] = [
    ("Wall", "From start to end", |ledger| {
        duration(ledger.wall_ns)
    }),
    (
        "Python",
        "Instructions run, the loop's own work included",
        |ledger| duration(ledger.python_ns),
    ),
    ("Waiting", "Nothing was ready: timers, I/O", |ledger| {
        duration(ledger.wait_ns)
    }),
    (
        "Adapter",
        "What exists only because of the adapter",
        |ledger| duration(ledger.adapter_ns),
    ),
    (
        "Per crossing",
        "Adapter time divided by crossings",
        |ledger| duration(ledger.adapter_ns.checked_div(ledger.crossings).unwrap_or(0)),
    ),
    (
        "Loop stopped",
        "How long a loop that existed could not turn",
        |ledger| duration(ledger.blocked_ns),
    ),
    (
        "Lag p99",
        "How late others on the loop were served",
        |ledger| duration(ledger.lag_p99_ns),
    ),
    (
        "Crossings",
        "Passages from the shell into the core",
        |ledger| grouped(ledger.crossings),
    ),
    ("Loops", "Event loops created", |ledger| {
        grouped(ledger.loops)
    }),
    (
        "Iterations",
        "Passes of a loop over its ready queue",
        |ledger| grouped(ledger.iterations),
    ),
    ("Handles", "Callbacks that loops ran", |ledger| {
        grouped(ledger.handles)
    }),
    ("Tasks", "Tasks created", |ledger| grouped(ledger.tasks)),
    ("Switches", "Between tasks, fibers and threads", |ledger| {
        grouped(ledger.task_switches + ledger.fiber_switches + ledger.thread_switches)
    }),
    ("Peak tasks", "Tasks alive at once", |ledger| {
        grouped(ledger.peak_tasks)
    }),
    (
        "At once",
        "Most tasks waiting or running at the same time",
        |ledger| grouped(ledger.max_concurrency),
    ),
    (
        "Waiting call",
        "Bytes that a call holds while it waits, at the median",
        |ledger| bytes(ledger.waiting_call_bytes),
    ),
    ("Peak heap", "Live bytes at most", |ledger| {
        bytes(ledger.peak_heap_bytes)
    }),
];

/// Which lines cross, how dear that is, and how the crossings are spread.
fn view_sites(crossings: &CrossingReport, on_place: &Callback<Place>) -> Html {
    if crossings.sites.is_empty() {
        return Html::default();
    }
    let mut sites: Vec<&SiteReport> = crossings.sites.iter().collect();
    sites.sort_by_key(|site| std::cmp::Reverse(site.adapter.total_ns));
    let row = |report: &&SiteReport| {
        let place = Place {
            file: report.site.file.clone(),
            line: report.site.line,
        };
        let label = format!("{}, line {}", place.file, place.line);
        let onclick = on_place.reform(move |_: MouseEvent| place.clone());
        let (adapter, wall) = (&report.adapter, &report.wall);
        let times = [
            adapter.total_ns,
            adapter.min_ns,
            adapter.median_ns,
            adapter.p99_ns,
            adapter.max_ns,
            wall.median_ns,
        ];
        html! {
            <tr>
                <th scope="row"><button type="button" class="place" {onclick}>{ label }</button>{ format!(" {}()", report.site.name) }</th>
                <td>{ grouped(adapter.count) }</td>
                { for times.map(|nanos| html! { <td>{ duration(nanos) }</td> }) }
            </tr>
        }
    };
    html! {
        <details class="sites">
            <summary>{ format!("Crossings one by one: {}", counted(sites.len() as u64, "call site")) }</summary>
            <div class="wide" tabindex="0" role="region" aria-label="Crossings by line">
                <table data-testid="crossing-sites">
                    <thead><tr>
                        <th scope="col">{ "Called at" }</th><th scope="col">{ "Crossings" }</th>
                        <th scope="col">{ "Adapter in all" }</th><th scope="col">{ "least" }</th><th scope="col">{ "median" }</th>
                        <th scope="col">{ "p99" }</th><th scope="col">{ "most" }</th><th scope="col">{ "Wall, median" }</th>
                    </tr></thead>
                    <tbody>{ for sites.iter().take(SHOWN_SITES).map(row) }</tbody>
                </table>
            </div>
            { view_histogram(&crossings.adapter) }
        </details>
    }
}

/// How many crossings took the adapter how long: a bar for each doubling.
fn view_histogram(spread: &Distribution) -> Html {
    let buckets = &spread.histogram;
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return Html::default();
    };
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1);
    let count_below = |bound: u64| {
        let found = buckets.iter().find(|bucket| bucket.below_ns == bound);
        found.map_or(0, |bucket| bucket.count)
    };
    let bounds = std::iter::successors(Some(first.below_ns), |bound| bound.checked_mul(2))
        .take_while(|&bound| bound <= last.below_ns);
    let bar = |bound: u64| {
        let count = count_below(bound);
        let width = count as f64 / most as f64 * 100.0;
        html! {
            <>
                <span>{ format!("below {}", duration(bound)) }</span>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="adapter" x="0" y="0" width={format!("{width:.3}")} height="10"></rect>
                </svg>
                <span class="figure">{ grouped(count) }</span>
            </>
        }
    };
    html! {
        <>
            <h4>{ "How many crossings took the adapter how long" }</h4>
            <div class="bars histogram" data-testid="crossing-histogram">{ for bounds.map(bar) }</div>
        </>
    }
}

/// Where there is little room, only the columns before the counts are shown
/// until all are asked for.
const FIRST_COUNT: usize = 8;

fn view_table(
    core: Option<&Ledger>,
    shell: Option<&Ledger>,
    exact: bool,
    all_figures: bool,
) -> Html {
    let class = |index: usize| (index >= FIRST_COUNT).then_some("count");
    let row =
        |name: &str, ledger: &Ledger| {
            let cells = COLUMNS.iter().enumerate().map(|(index, (heading, _, figure))| {
            html! { <td class={class(index)} data-column={*heading}>{ figure(ledger) }</td> }
        });
            html! { <tr><th scope="row">{ name.to_owned() }</th>{ for cells }</tr> }
        };
    let headings = COLUMNS
        .iter()
        .enumerate()
        .map(|(index, (heading, meaning, _))| {
            html! { <th scope="col" class={class(index)} title={*meaning}>{ *heading }</th> }
        });
    let source = if exact {
        "computed, exact clock"
    } else {
        "measured, real clock"
    };
    html! {
        <div class="wide" tabindex="0" role="region" aria-label="Ledger">
            <table class={classes!("ledger", all_figures.then_some("all"))}>
                <thead><tr><th scope="col">{ source }</th>{ for headings }</tr></thead>
                <tbody>
                    { core.map(|ledger| row("core alone", ledger)) }
                    { shell.map(|ledger| row("shell", ledger)) }
                </tbody>
            </table>
        </div>
    }
}
