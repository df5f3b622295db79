//! Puts rows on a canvas.
//!
//! States are told apart by shape as well as by colour: Python and the adapter
//! fill the row, waiting is a thin band, being ready a thinner line, and a
//! blocked loop is hatched.

use airlock_trace::{LaneKind, LaneState};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::model::{Lane, Model, Row, Rows};
use super::view::Window;
use crate::format;

const AXIS_HEIGHT: f64 = 20.0;
const GAP: f64 = 4.0;
const RIGHT_MARGIN: f64 = 12.0;
/// Spans looked at to decide what one column of pixels shows.
const SAMPLES_PER_COLUMN: usize = 64;

/// Where things are on the canvas, in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub window: Window,
    task_height: f64,
}

impl Layout {
    /// `has_foot` leaves a line for text below the rows.
    pub fn new(rows: &Rows, width: f64, window: Window, has_foot: bool) -> Self {
        let left = if width < 560.0 { 74.0 } else { 116.0 };
        let tasks = rows
            .rows
            .iter()
            .filter(|row| row.kind == LaneKind::Task)
            .count();
        let task_height = if tasks > 16 {
            4.0
        } else if tasks > 4 {
            7.0
        } else {
            12.0
        };
        let mut layout = Self {
            width,
            height: 0.0,
            left,
            window,
            task_height,
        };
        let foot = if has_foot { 16.0 } else { 0.0 };
        layout.height = layout.top_of(rows, rows.rows.len()) + foot + 4.0;
        layout
    }

    pub fn x_of(&self, nanos: f64) -> f64 {
        let share = (nanos - self.window.start_nanos) / self.window.length_nanos();
        self.left + share * self.plot_width()
    }

    pub fn nanos_at(&self, x: f64) -> f64 {
        let share = ((x - self.left) / self.plot_width()).clamp(0.0, 1.0);
        self.window.start_nanos + share * self.window.length_nanos()
    }

    pub fn row_at(&self, rows: &Rows, y: f64) -> Option<usize> {
        (0..rows.rows.len()).find(|&index| {
            let top = self.top_of(rows, index);
            y >= top - GAP / 2.0 && y < top + self.height_of(&rows.rows[index]) + GAP / 2.0
        })
    }

    fn plot_width(&self) -> f64 {
        (self.width - self.left - RIGHT_MARGIN).max(1.0)
    }

    fn height_of(&self, row: &Row) -> f64 {
        if row.kind == LaneKind::Task {
            self.task_height
        } else {
            14.0
        }
    }

    fn top_of(&self, rows: &Rows, index: usize) -> f64 {
        let above: f64 = rows.rows[..index]
            .iter()
            .map(|row| self.height_of(row) + self.gap_after(row))
            .sum();
        AXIS_HEIGHT + 4.0 + above
    }

    fn gap_after(&self, row: &Row) -> f64 {
        if row.kind == LaneKind::Task && self.task_height < 6.0 {
            1.0
        } else {
            GAP
        }
    }
}

/// The page's colours, read from its style sheet.
struct Palette {
    quiet: String,
    line: String,
    accent: String,
    python: String,
    wait: String,
    adapter: String,
    blocked: String,
    font: String,
}

impl Palette {
    fn of(canvas: &HtmlCanvasElement) -> Self {
        let style =
            web_sys::window().and_then(|window| window.get_computed_style(canvas).ok().flatten());
        let read = |name: &str| {
            let value = style
                .as_ref()
                .and_then(|style| style.get_property_value(name).ok());
            value
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        Self {
            quiet: read("--quiet"),
            line: read("--line"),
            accent: read("--accent"),
            python: read("--python"),
            wait: read("--wait"),
            adapter: read("--adapter"),
            blocked: read("--stopped"),
            font: format!("11px {}", read("--sans")),
        }
    }
}

/// Draws the whole canvas. `width` is in CSS pixels.
pub fn draw(
    canvas: &HtmlCanvasElement,
    model: &Model,
    rows: &Rows,
    layout: &Layout,
    playhead_nanos: Option<u64>,
) {
    let Some(context) = context_of(canvas) else {
        return;
    };
    let scale = web_sys::window()
        .map_or(1.0, |window| window.device_pixel_ratio())
        .max(1.0);
    canvas.set_width((layout.width * scale) as u32);
    canvas.set_height((layout.height * scale) as u32);
    let _ = canvas
        .style()
        .set_property("height", &format!("{}px", layout.height));
    let _ = context.scale(scale, scale);
    let painter = Painter {
        context: &context,
        palette: Palette::of(canvas),
        layout,
        model,
    };
    painter.draw_axis();
    for (index, row) in rows.rows.iter().enumerate() {
        painter.draw_row(row, layout.top_of(rows, index));
    }
    painter.draw_crossings(rows);
    painter.draw_failures();
    painter.draw_hidden(rows);
    if let Some(nanos) = playhead_nanos {
        painter.draw_playhead(nanos as f64);
    }
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

struct Painter<'a> {
    context: &'a CanvasRenderingContext2d,
    palette: Palette,
    layout: &'a Layout,
    model: &'a Model,
}

impl Painter<'_> {
    fn draw_axis(&self) {
        let layout = self.layout;
        self.context.set_font(&self.palette.font);
        let step = tick_nanos(layout.window.length_nanos(), layout.plot_width() / 90.0);
        let mut tick = (layout.window.start_nanos / step).ceil() * step;
        while tick <= layout.window.end_nanos {
            let x = layout.x_of(tick).round() + 0.5;
            self.fill(
                &self.palette.line,
                x - 0.5,
                AXIS_HEIGHT - 4.0,
                1.0,
                layout.height,
            );
            self.context.set_fill_style_str(&self.palette.quiet);
            let label = if tick == 0.0 {
                "0 ms".to_owned()
            } else {
                format::duration(tick as u64).replace(".0 ", " ")
            };
            if x + 46.0 < layout.width {
                let _ = self.context.fill_text(&label, x + 3.0, 12.0);
            }
            tick += step;
        }
    }

    fn draw_row(&self, row: &Row, top: f64) {
        let height = self.layout.height_of(row);
        if !row.label.is_empty() {
            self.context.set_fill_style_str(&self.palette.quiet);
            let shown = shortened(&row.label, if self.layout.left < 100.0 { 11 } else { 17 });
            // In the middle of a row whatever its height.
            let _ = self
                .context
                .fill_text(&shown, 10.0, top + height / 2.0 + 4.0);
        }
        for &lane in &row.lanes {
            self.draw_lane(self.model.lane(lane), top, height);
        }
    }

    /// One column of pixels at a time where spans are narrower than that, and
    /// span by span where they are not.
    fn draw_lane(&self, lane: &Lane, top: f64, height: f64) {
        let window = self.layout.window;
        let end_nanos = self.model.end_nanos();
        if (lane.end_nanos.unwrap_or(end_nanos) as f64) < window.start_nanos {
            return;
        }
        let mut index = lane
            .span_at(window.start_nanos.max(0.0) as u64)
            .unwrap_or(0);
        let mut drawn_until = f64::MIN;
        while index < lane.spans.len() {
            let span = lane.spans[index];
            if span.start_nanos as f64 > window.end_nanos {
                break;
            }
            let left = self
                .layout
                .x_of((span.start_nanos as f64).max(window.start_nanos))
                .max(drawn_until);
            let right = self
                .layout
                .x_of((lane.span_end(index, end_nanos) as f64).min(window.end_nanos));
            if right - left >= 1.0 {
                self.draw_state(span.state, left, right - left, top, height);
                drawn_until = right;
                index += 1;
                continue;
            }
            let column_end = self.layout.nanos_at(left + 1.0) as u64;
            let next = lane
                .spans
                .partition_point(|span| span.start_nanos < column_end)
                .max(index + 1);
            self.draw_state(
                dominant(lane, index, next, end_nanos),
                left,
                1.0,
                top,
                height,
            );
            drawn_until = left + 1.0;
            // The last span may reach past this column.
            index = if lane.span_end(next - 1, end_nanos) > column_end && next - 1 > index {
                next - 1
            } else {
                next
            };
        }
    }

    fn draw_state(&self, state: LaneState, left: f64, width: f64, top: f64, height: f64) {
        let palette = &self.palette;
        match state {
            LaneState::Python => self.fill(&palette.python, left, top, width, height),
            LaneState::Adapter => self.fill(&palette.adapter, left, top, width, height),
            LaneState::Waiting => self.fill(
                &palette.wait,
                left,
                top + height * 0.25,
                width,
                height * 0.5,
            ),
            LaneState::Ready => {
                self.fill(&palette.python, left, top + height * 0.5 - 0.5, width, 1.0)
            }
            LaneState::Blocked => {
                self.context.set_global_alpha(0.22);
                self.fill(&palette.blocked, left, top, width, height);
                self.context.set_global_alpha(1.0);
                self.draw_hatch(left, width, top, height);
            }
        }
    }

    fn draw_hatch(&self, left: f64, width: f64, top: f64, height: f64) {
        let context = self.context;
        context.save();
        context.begin_path();
        context.rect(left, top, width, height);
        context.clip();
        context.set_stroke_style_str(&self.palette.blocked);
        context.set_global_alpha(0.55);
        context.begin_path();
        // Hatches start at whole steps of the canvas, so that neighbours meet.
        let mut x = (left / 6.0).floor() * 6.0 - height;
        while x < left + width {
            context.move_to(x, top + height);
            context.line_to(x + height, top);
            x += 6.0;
        }
        context.stroke();
        context.restore();
    }

    /// A bracket over the row of the caller, from the passage in to the
    /// passage back.
    fn draw_crossings(&self, rows: &Rows) {
        let window = self.layout.window;
        let end_nanos = self.model.end_nanos();
        let mut last_x = f64::MIN;
        for crossing in self.model.crossings() {
            let end = crossing.end_nanos.unwrap_or(end_nanos);
            if (end as f64) < window.start_nanos || crossing.start_nanos as f64 > window.end_nanos {
                continue;
            }
            let start_x = self
                .layout
                .x_of((crossing.start_nanos as f64).max(window.start_nanos));
            let end_x = self.layout.x_of((end as f64).min(window.end_nanos));
            // Thousands of crossings in one column draw as one.
            if end_x < last_x + 1.0 {
                continue;
            }
            last_x = end_x;
            let top = self
                .row_top_of_lane(rows, crossing.lane)
                .unwrap_or(AXIS_HEIGHT + 4.0);
            self.fill(
                &self.palette.adapter,
                start_x,
                top - 2.0,
                (end_x - start_x).max(1.0),
                2.0,
            );
            self.fill(&self.palette.adapter, start_x, top - 2.0, 1.5, 8.0);
            if crossing.end_nanos.is_some() {
                self.fill(&self.palette.adapter, end_x - 1.5, top - 2.0, 1.5, 8.0);
            }
        }
    }

    fn row_top_of_lane(&self, rows: &Rows, lane: u32) -> Option<f64> {
        // Crossings leave from main nearly always, and that is row 0.
        let index = rows.rows.iter().position(|row| {
            row.lanes
                .iter()
                .any(|&index| self.model.lane(index).id == lane)
        })?;
        Some(self.layout.top_of(rows, index))
    }

    fn draw_hidden(&self, rows: &Rows) {
        if rows.hidden_lanes > 0 {
            self.context.set_fill_style_str(&self.palette.quiet);
            let text = format!(
                "and {} not drawn",
                format::counted(rows.hidden_lanes as u64, "more lane")
            );
            let _ = self
                .context
                .fill_text(&text, 10.0, self.layout.height - 6.0);
        }
    }

    /// A line through all rows, with the failure's name at its foot.
    fn draw_failures(&self) {
        let window = self.layout.window;
        for failure in self.model.failures() {
            let nanos = failure.at_nanos as f64;
            if nanos < window.start_nanos || nanos > window.end_nanos {
                continue;
            }
            let x = self.layout.x_of(nanos);
            let width = self
                .context
                .measure_text(&failure.name)
                .map_or(0.0, |metrics| metrics.width());
            let fits = x + width + 8.0 < self.layout.width;
            let text_x = if fits { x + 5.0 } else { x - width - 5.0 };
            self.fill(
                &self.palette.blocked,
                x - 1.0,
                AXIS_HEIGHT,
                2.0,
                self.layout.height,
            );
            let _ = self
                .context
                .fill_text(&failure.name, text_x, self.layout.height - 6.0);
        }
    }

    fn draw_playhead(&self, nanos: f64) {
        let window = self.layout.window;
        if nanos < window.start_nanos || nanos > window.end_nanos {
            return;
        }
        let x = self.layout.x_of(nanos);
        self.fill(&self.palette.accent, x - 0.75, 6.0, 1.5, self.layout.height);
        self.context.begin_path();
        self.context.move_to(x - 5.0, 0.0);
        self.context.line_to(x + 5.0, 0.0);
        self.context.line_to(x, 7.0);
        self.context.fill();
    }

    fn fill(&self, colour: &str, left: f64, top: f64, width: f64, height: f64) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(left, top, width, height);
    }
}

/// The state that fills most of a column which `spans[first..next]` share.
fn dominant(lane: &Lane, first: usize, next: usize, end_nanos: u64) -> LaneState {
    let mut longest = (0, lane.spans[first].state);
    let mut total: Vec<(LaneState, u64)> = Vec::new();
    for index in (first..next).take(SAMPLES_PER_COLUMN) {
        let span = lane.spans[index];
        let length = lane
            .span_end(index, end_nanos)
            .saturating_sub(span.start_nanos);
        match total.iter_mut().find(|(state, _)| *state == span.state) {
            Some((_, sum)) => *sum += length,
            None => total.push((span.state, length)),
        }
    }
    for (state, sum) in total {
        if sum > longest.0 {
            longest = (sum, state);
        }
    }
    longest.1
}

/// A round distance between ticks, so that about `count` fit in `length`.
fn tick_nanos(length: f64, count: f64) -> f64 {
    let rough = (length / count.max(1.0)).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= rough)
        .unwrap_or(10.0 * power)
}

fn shortened(label: &str, length: usize) -> String {
    if label.chars().count() <= length {
        return label.to_owned();
    }
    label.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(tick_nanos(52_300_000.0, 10.0), 10_000_000.0);
        assert_eq!(tick_nanos(52_300_000.0, 4.0), 20_000_000.0);
        assert_eq!(tick_nanos(900.0, 10.0), 100.0);
        assert_eq!(tick_nanos(0.0, 10.0), 1.0);
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(shortened("Task-1", 9), "Task-1");
        assert_eq!(shortened("fetch_everything", 9), "fetch_ev…");
    }
}
