//! One side's timeline as a component: canvas, playhead, keys and tooltip.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::draw::{Layout, draw};
use super::model::{Model, Rows, outcome_name, state_name};
use super::playhead::Step;
use crate::format;

/// The part of the run that both timelines show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub start_nanos: f64,
    pub end_nanos: f64,
}

impl Window {
    pub fn whole(end_nanos: u64) -> Self {
        Self {
            start_nanos: 0.0,
            end_nanos: (end_nanos as f64 * 1.01).max(1_000.0),
        }
    }

    pub fn length_nanos(&self) -> f64 {
        self.end_nanos - self.start_nanos
    }

    /// This window made `factor` times as long around `centre`, within `whole`.
    pub fn zoomed(&self, factor: f64, centre: f64, whole: Window) -> Self {
        let length = (self.length_nanos() * factor).clamp(1_000.0, whole.length_nanos());
        let share = ((centre - self.start_nanos) / self.length_nanos()).clamp(0.0, 1.0);
        let start = (centre - share * length).clamp(0.0, whole.end_nanos - length);
        Self {
            start_nanos: start,
            end_nanos: start + length,
        }
    }

    /// This window, later by `nanos` as far as there is a run.
    pub fn panned(&self, nanos: f64, whole: Window) -> Self {
        let length = self.length_nanos();
        let latest = (whole.end_nanos - length).max(0.0);
        let start = (self.start_nanos + nanos).clamp(0.0, latest);
        Self {
            start_nanos: start,
            end_nanos: start + length,
        }
    }

    /// This window, or one as long with `nanos` in its middle if it is not in
    /// this one.
    pub fn moved_to(&self, nanos: f64, whole: Window) -> Self {
        if (self.start_nanos..=self.end_nanos).contains(&nanos) {
            return *self;
        }
        let length = self.length_nanos();
        let start = (nanos - length / 2.0).clamp(0.0, (whole.end_nanos - length).max(0.0));
        Self {
            start_nanos: start,
            end_nanos: start + length,
        }
    }
}

/// A model that changes in place; `version` says when.
#[derive(Clone)]
pub struct SharedModel {
    pub model: Rc<RefCell<Model>>,
    pub version: u64,
}

impl PartialEq for SharedModel {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && Rc::ptr_eq(&self.model, &other.model)
    }
}

#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    pub shared: SharedModel,
    pub testid: AttrValue,
    pub title: AttrValue,
    pub window: Window,
    pub playhead_nanos: Option<u64>,
    /// Grows when the page's size or theme changed.
    pub appearance: u32,
    pub on_playhead: Callback<u64>,
    pub on_step: Callback<Step>,
    /// Factor and centre.
    pub on_zoom: Callback<(f64, f64)>,
    /// By how many nanoseconds.
    pub on_pan: Callback<f64>,
}

pub enum Msg {
    Hovered {
        x: f64,
        y: f64,
    },
    Left,
    Pressed {
        x: f64,
    },
    Zoomed {
        factor: f64,
        x: f64,
    },
    /// By this share of what is shown.
    Panned {
        share: f64,
    },
    Stepped(Step),
}

pub struct TimelineView {
    canvas: NodeRef,
    tip: NodeRef,
    hover: Option<(f64, f64)>,
    rows: Rows,
    layout: Option<Layout>,
}

impl Component for TimelineView {
    type Message = Msg;
    type Properties = TimelineProps;

    fn create(_ctx: &Context<Self>) -> Self {
        Self {
            canvas: NodeRef::default(),
            tip: NodeRef::default(),
            hover: None,
            rows: Rows::default(),
            layout: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Msg) -> bool {
        let nanos_at = |x: f64| self.layout.map_or(0.0, |layout| layout.nanos_at(x));
        match message {
            Msg::Hovered { x, y } => self.hover = Some((x, y)),
            Msg::Left => self.hover = None,
            Msg::Pressed { x } => ctx.props().on_playhead.emit(nanos_at(x) as u64),
            Msg::Zoomed { factor, x } => ctx.props().on_zoom.emit((factor, nanos_at(x))),
            Msg::Panned { share } => {
                let shown = ctx.props().window.length_nanos();
                ctx.props().on_pan.emit(share * shown);
            }
            Msg::Stepped(step) => ctx.props().on_step.emit(step),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let link = ctx.link();
        let model = props.shared.model.borrow();
        let playhead = props.playhead_nanos.unwrap_or(0);
        let onpointermove = link.callback(|event: PointerEvent| {
            if event.buttons() == 1 {
                Msg::Pressed {
                    x: f64::from(event.offset_x()),
                }
            } else {
                Msg::Hovered {
                    x: f64::from(event.offset_x()),
                    y: f64::from(event.offset_y()),
                }
            }
        });
        let onpointerdown = link.callback(|event: PointerEvent| Msg::Pressed {
            x: f64::from(event.offset_x()),
        });
        let onwheel = link.batch_callback(|event: WheelEvent| {
            // A plain turn of the wheel scrolls the page, as everywhere.
            if event.ctrl_key() || event.meta_key() {
                event.prevent_default();
                let factor = if event.delta_y() > 0.0 { 1.25 } else { 0.8 };
                return Some(Msg::Zoomed {
                    factor,
                    x: f64::from(event.offset_x()),
                });
            }
            (event.delta_x().abs() > event.delta_y().abs()).then(|| {
                event.prevent_default();
                Msg::Panned {
                    share: event.delta_x() / 1_000.0,
                }
            })
        });
        html! {
            <div class="timeline" data-testid={props.testid.clone()} tabindex="0" role="slider"
                aria-label={format!("Timeline of {}: arrow keys step over events, + and - zoom, Shift with an arrow key moves the part shown", props.title)}
                aria-valuemin="0" aria-valuemax={model.end_nanos().to_string()} aria-valuenow={playhead.to_string()}
                aria-valuetext={describe_playhead(&model, &self.rows, playhead)}
                data-events={model.events.len().to_string()}
                onkeydown={self.key_callback(ctx)}>
                <span class="side">{ props.title.clone() }</span>
                <canvas hidden={model.is_empty()} ref={self.canvas.clone()} {onpointermove} {onpointerdown} {onwheel}
                    onpointerleave={link.callback(|_| Msg::Left)}></canvas>
                if model.is_empty() {
                    <span class="empty">{ "Run draws here what each task, loop and fiber did, and when." }</span>
                }
                <div class="tip" role="tooltip" ref={self.tip.clone()} hidden={self.tip_text(&model).is_none()}>
                    { for self.tip_text(&model).unwrap_or_default().into_iter().map(|line| html! { <div>{ line }</div> }) }
                </div>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let props = ctx.props();
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else {
            return;
        };
        let Some(parent) = canvas.parent_element() else {
            return;
        };
        let model = props.shared.model.borrow();
        self.rows = model.rows();
        let has_foot = self.rows.hidden_lanes > 0 || !model.failures().is_empty();
        let layout = Layout::new(
            &self.rows,
            f64::from(parent.client_width()),
            props.window,
            has_foot,
        );
        draw(&canvas, &model, &self.rows, &layout, props.playhead_nanos);
        self.layout = Some(layout);
        self.place_tip(&layout);
    }
}

impl TimelineView {
    fn key_callback(&self, ctx: &Context<Self>) -> Callback<KeyboardEvent> {
        let width = self.layout.map_or(0.0, |layout| layout.width);
        let playhead_x = match (self.layout, ctx.props().playhead_nanos) {
            (Some(layout), Some(nanos)) => layout.x_of(nanos as f64),
            _ => width / 2.0,
        };
        ctx.link().batch_callback(move |event: KeyboardEvent| {
            let message = match event.key().as_str() {
                "ArrowLeft" if event.shift_key() => Msg::Panned { share: -0.25 },
                "ArrowRight" if event.shift_key() => Msg::Panned { share: 0.25 },
                "ArrowLeft" => Msg::Stepped(Step::Back),
                "ArrowRight" => Msg::Stepped(Step::Forward),
                "Home" => Msg::Stepped(Step::First),
                "End" => Msg::Stepped(Step::Last),
                "+" | "=" => Msg::Zoomed {
                    factor: 0.5,
                    x: playhead_x,
                },
                "-" => Msg::Zoomed {
                    factor: 2.0,
                    x: playhead_x,
                },
                _ => return None,
            };
            event.prevent_default();
            Some(message)
        })
    }

    /// What is under the pointer.
    fn tip_text(&self, model: &Model) -> Option<Vec<String>> {
        let ((x, y), layout) = (self.hover?, self.layout?);
        if x < layout.left {
            return None;
        }
        let row = layout.row_at(&self.rows, y)?;
        let nanos = layout.nanos_at(x) as u64;
        let row = &self.rows.rows[row];
        let lane = model
            .lanes_of(row)
            .rev()
            .find(|lane| lane.start_nanos <= nanos)?;
        let span_index = lane.span_at(nanos)?;
        let span = lane.spans[span_index];
        let length = lane
            .span_end(span_index, model.end_nanos())
            .saturating_sub(span.start_nanos);
        let mut lines = vec![format!(
            "{} {} for {}",
            lane.title(),
            state_name(span.state),
            format::duration(length)
        )];
        let line = if span.line > 0 {
            format!(", line {}", span.line)
        } else {
            String::new()
        };
        lines.push(format!("from {}{line}", format::duration(span.start_nanos)));
        if let (Some(outcome), Some(end)) = (lane.outcome, lane.end_nanos) {
            lines.push(format!(
                "{} at {}",
                outcome_name(outcome),
                format::duration(end)
            ));
        }
        let crossing = model.crossings().iter().find(|crossing| {
            crossing.lane == lane.id
                && crossing.start_nanos <= nanos
                && crossing.end_nanos.is_none_or(|end| end >= nanos)
        });
        if let Some(crossing) = crossing {
            let length = crossing.end_nanos.unwrap_or(model.end_nanos()) - crossing.start_nanos;
            lines.push(format!(
                "crossing into {} (line {}), {}",
                crossing.name,
                crossing.line,
                format::duration(length)
            ));
        }
        Some(lines)
    }

    /// By the style object, because the page's policy forbids style attributes.
    fn place_tip(&self, layout: &Layout) {
        let (Some((x, y)), Some(tip)) = (self.hover, self.tip.cast::<HtmlElement>()) else {
            return;
        };
        let width = f64::from(tip.unchecked_ref::<HtmlElement>().offset_width());
        let left = (x + 14.0).min(layout.width - width - 4.0).max(4.0);
        let _ = tip.style().set_property("left", &format!("{left}px"));
        let _ = tip.style().set_property("top", &format!("{}px", y + 18.0));
    }
}

/// The playhead in words, for those who cannot see the canvas.
fn describe_playhead(model: &Model, rows: &Rows, nanos: u64) -> String {
    let lanes = rows.rows.iter().take(4).flat_map(|row| model.lanes_of(row));
    let states = lanes
        .filter(|lane| lane.start_nanos <= nanos)
        .filter_map(|lane| {
            let span = lane.spans[lane.span_at(nanos)?];
            Some(format!("{} {}", lane.title(), state_name(span.state)))
        });
    std::iter::once(format!("at {}", format::duration(nanos)))
        .chain(states.take(4))
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Window = Window {
        start_nanos: 0.0,
        end_nanos: 1_000_000.0,
    };

    #[test]
    fn zooming_keeps_the_centre_in_place() {
        let zoomed = WHOLE.zoomed(0.5, 400_000.0, WHOLE);
        let share = (400_000.0 - zoomed.start_nanos) / zoomed.length_nanos();
        assert!((share - 0.4).abs() < 1e-9);
        assert_eq!(zoomed.length_nanos(), 500_000.0);
    }

    #[test]
    fn panning_stays_within_the_run() {
        let zoomed = WHOLE.zoomed(0.25, 0.0, WHOLE);
        assert_eq!(zoomed.panned(-1e9, WHOLE).start_nanos, 0.0);
        let last = zoomed.panned(1e9, WHOLE);
        assert_eq!((last.start_nanos, last.end_nanos), (750_000.0, 1_000_000.0));
    }

    #[test]
    fn zooming_out_ends_at_the_whole() {
        let zoomed = WHOLE.zoomed(0.1, 900_000.0, WHOLE);
        assert_eq!(zoomed.zoomed(1e6, 900_000.0, WHOLE), WHOLE);
    }
}
