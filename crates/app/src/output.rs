//! What a side printed: kept within bounds, drawn with tracebacks to click.

use std::collections::VecDeque;

use yew::prelude::*;

/// Lines kept for drawing. A flood of prints costs the page no more than this.
const KEPT_LINES: usize = 400;
/// Characters of one line that are drawn.
const KEPT_LINE_CHARS: usize = 2_000;

/// The last lines that a side printed, and how many came before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    lines: VecDeque<Line>,
    dropped_lines: u64,
    /// Whether the last line has not had its newline yet.
    open: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    text: String,
    error: bool,
}

/// A place in one of the programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `core.py` or `shell.py`.
    pub file: String,
    pub line: u32,
}

impl Output {
    pub fn print(&mut self, error: bool, text: &str) {
        for piece in text.split_inclusive('\n') {
            let (content, ended) = match piece.strip_suffix('\n') {
                Some(content) => (content, true),
                None => (piece, false),
            };
            self.extend_line(error, content);
            self.open = !ended;
        }
    }

    fn extend_line(&mut self, error: bool, content: &str) {
        let open_line = self
            .lines
            .back_mut()
            .filter(|line| self.open && line.error == error);
        if let Some(line) = open_line {
            append_capped(&mut line.text, content);
            return;
        }
        let mut text = String::new();
        append_capped(&mut text, content);
        self.lines.push_back(Line { text, error });
        if self.lines.len() > KEPT_LINES {
            self.lines.pop_front();
            self.dropped_lines += 1;
        }
    }
}

fn append_capped(line: &mut String, content: &str) {
    let room = KEPT_LINE_CHARS.saturating_sub(line.len());
    match content.char_indices().nth(room) {
        None => line.push_str(content),
        Some((end, _)) if room > 0 => {
            line.push_str(&content[..end]);
            line.push('…');
        }
        Some(_) => {}
    }
}

/// Finds `File "core.py", line 3` in a line of a traceback: the text before
/// it, the place with its own text, and the rest.
fn split_at_place(text: &str) -> Option<(&str, &str, Place, &str)> {
    let start = text.find("File \"")?;
    let name_start = start + "File \"".len();
    let name_length = text[name_start..].find('"')?;
    let name = &text[name_start..name_start + name_length];
    let file = name.rsplit('/').next().unwrap_or(name);
    if file != "core.py" && file != "shell.py" {
        return None;
    }
    let after_name = &text[name_start + name_length..];
    let digits = after_name.strip_prefix("\", line ")?;
    let digits_length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let line = digits[..digits_length].parse().ok()?;
    let end = text.len() - digits.len() + digits_length;
    Some((
        &text[..start],
        &text[start..end],
        Place {
            file: file.to_owned(),
            line,
        },
        &text[end..],
    ))
}

#[derive(Properties, PartialEq)]
pub struct OutputViewProps {
    pub output: Output,
    pub testid: AttrValue,
    pub label: AttrValue,
    pub on_place: Callback<Place>,
}

/// The output as text; it follows its end unless the person scrolled away.
#[component]
pub fn OutputView(props: &OutputViewProps) -> Html {
    let node = use_node_ref();
    let follows = use_mut_ref(|| true);
    {
        let (node, follows) = (node.clone(), follows.clone());
        use_effect_with(props.output.clone(), move |_| {
            if let Some(element) = node
                .cast::<web_sys::Element>()
                .filter(|_| *follows.borrow())
            {
                element.set_scroll_top(element.scroll_height());
            }
        });
    }
    let onscroll = {
        let node = node.clone();
        Callback::from(move |_: Event| {
            if let Some(element) = node.cast::<web_sys::Element>() {
                let below =
                    element.scroll_height() - element.scroll_top() - element.client_height();
                *follows.borrow_mut() = below < 24;
            }
        })
    };
    let output = &props.output;
    let dropped = (output.dropped_lines > 0).then(|| {
        html! { <span class="quiet">{ format!("{} earlier, not shown\n", crate::format::counted(output.dropped_lines, "line")) }</span> }
    });
    html! {
        <pre ref={node} class="output" data-testid={props.testid.clone()} aria-label={props.label.clone()}
            tabindex="0" role="log" {onscroll}>
            { dropped }
            { for view_runs(output, &props.on_place) }
        </pre>
    }
}

/// Plain text in as few nodes as there are changes of stream; only the places
/// in tracebacks get a node of their own.
fn view_runs(output: &Output, on_place: &Callback<Place>) -> Vec<Html> {
    let mut runs = Vec::new();
    let mut text = String::new();
    let mut text_is_error = false;
    let flush = |runs: &mut Vec<Html>, text: &mut String, is_error: bool| {
        if !text.is_empty() {
            let class = if is_error { "error" } else { "printed" };
            runs.push(html! { <span {class}>{ std::mem::take(text) }</span> });
        }
    };
    for (index, line) in output.lines.iter().enumerate() {
        if line.error != text_is_error {
            flush(&mut runs, &mut text, text_is_error);
            text_is_error = line.error;
        }
        match split_at_place(&line.text).filter(|_| line.error) {
            Some((before, shown, place, after)) => {
                text.push_str(before);
                flush(&mut runs, &mut text, true);
                let onclick = on_place.reform(move |_: MouseEvent| place.clone());
                runs.push(html! { <button type="button" class="place" {onclick}>{ shown.to_owned() }</button> });
                text.push_str(after);
            }
            None => text.push_str(&line.text),
        }
        let is_last = index + 1 == output.lines.len();
        if !(is_last && output.open) {
            text.push('\n');
        }
    }
    flush(&mut runs, &mut text, text_is_error);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(output: &Output) -> Vec<&str> {
        output.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn pieces_of_a_line_are_joined() {
        let mut output = Output::default();
        for piece in ["a", "b\n", "", "c\nd", "\n", "\n"] {
            output.print(false, piece);
        }
        assert_eq!(texts(&output), ["ab", "c", "d", ""]);
    }

    #[test]
    fn streams_do_not_share_a_line() {
        let mut output = Output::default();
        output.print(false, "out");
        output.print(true, "err\n");
        assert_eq!(texts(&output), ["out", "err"]);
    }

    #[test]
    fn flood_keeps_only_the_last_lines() {
        let mut output = Output::default();
        for number in 0..KEPT_LINES + 5 {
            output.print(false, &format!("{number}\n"));
        }
        assert_eq!((output.lines.len(), output.dropped_lines), (KEPT_LINES, 5));
        assert_eq!(output.lines[0].text, "5");
    }

    #[test]
    fn endless_line_stops_growing() {
        let mut output = Output::default();
        for _ in 0..10_000 {
            output.print(false, "0123456789");
        }
        assert!(output.lines[0].text.len() <= KEPT_LINE_CHARS + '…'.len_utf8());
    }

    #[test]
    fn places_in_tracebacks_are_found() {
        let (before, shown, place, after) =
            split_at_place("  File \"core.py\", line 12, in main").unwrap();
        assert_eq!(
            (before, shown, after),
            ("  ", "File \"core.py\", line 12", ", in main")
        );
        assert_eq!(
            place,
            Place {
                file: "core.py".to_owned(),
                line: 12
            }
        );
    }

    #[test]
    fn places_outside_both_programs_are_plain_text() {
        assert_eq!(
            split_at_place("  File \"asyncio/tasks.py\", line 3, in x"),
            None
        );
        assert_eq!(split_at_place("File \"core.py\", line x"), None);
        assert_eq!(split_at_place("File \"core.py"), None);
    }
}
