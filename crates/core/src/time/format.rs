//! `strftime` in the C locale, as glibc does it.

use super::calendar::Fields;

const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The widest a field may be asked to be.
const WIDTH_LIMIT: usize = 1 << 16;

fn weekday(fields: &Fields) -> &'static str {
    WEEKDAYS
        .get(fields.weekday as usize)
        .copied()
        .unwrap_or("?")
}

fn month(fields: &Fields) -> &'static str {
    MONTHS.get(fields.month as usize).copied().unwrap_or("?")
}

/// `Sun Jun 20 23:21:05 1993`.
pub(super) fn ascii_time(fields: &Fields) -> String {
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        &weekday(fields)[..3],
        &month(fields)[..3],
        fields.day,
        fields.hour,
        fields.minute,
        fields.second,
        fields.year + 1900
    )
}

/// How a field is padded and cased: the flags between `%` and its letter.
#[derive(Clone, Copy, Default)]
struct Flags {
    /// `_` for blanks, `-` for nothing, `0` for zeros.
    pad: Option<char>,
    upper: bool,
    swap_case: bool,
    width: Option<usize>,
}

/// `None` if the result would be too large.
pub(super) fn format(pattern: &str, fields: &Fields, zone: &str, offset: i64) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let spec = &rest[at..];
        let mut flags = Flags::default();
        let chars = spec[1..].char_indices();
        let mut letter = None;
        for (index, c) in chars {
            match c {
                '_' | '-' => flags.pad = Some(c),
                '0' if flags.width.is_none() => flags.pad = Some(c),
                '^' => flags.upper = true,
                '#' => flags.swap_case = true,
                '0'..='9' => {
                    let digit = c as usize - '0' as usize;
                    let width = flags
                        .width
                        .unwrap_or(0)
                        .saturating_mul(10)
                        .saturating_add(digit);
                    if width > WIDTH_LIMIT {
                        return None;
                    }
                    flags.width = Some(width);
                }
                'E' | 'O' => {}
                _ => {
                    letter = Some((c, 1 + index + c.len_utf8()));
                    break;
                }
            }
        }
        let Some((letter, length)) = letter else {
            out.push_str(spec);
            return Some(out);
        };
        if !field(&mut out, letter, flags, fields, zone, offset) {
            out.push_str(&spec[..length]);
        }
        rest = &spec[length..];
    }
    out.push_str(rest);
    Some(out)
}

/// Writes one field; false if the letter means nothing.
fn field(
    out: &mut String,
    letter: char,
    flags: Flags,
    fields: &Fields,
    zone: &str,
    offset: i64,
) -> bool {
    let year = fields.year + 1900;
    let twelve = if fields.hour % 12 == 0 {
        12
    } else {
        fields.hour % 12
    };
    let mut number =
        |value: i64, width: usize, pad: char| push_number(out, value, width, pad, flags);
    match letter {
        'C' => number(year.div_euclid(100), 2, '0'),
        'd' => number(fields.day.into(), 2, '0'),
        'e' => number(fields.day.into(), 2, ' '),
        'g' => number(fields.iso_week().0.rem_euclid(100), 2, '0'),
        'G' => number(fields.iso_week().0, 0, '0'),
        'H' => number(fields.hour.into(), 2, '0'),
        'I' => number(twelve.into(), 2, '0'),
        'j' => number(i64::from(fields.year_day) + 1, 3, '0'),
        'k' => number(fields.hour.into(), 2, ' '),
        'l' => number(twelve.into(), 2, ' '),
        'm' => number(i64::from(fields.month) + 1, 2, '0'),
        'M' => number(fields.minute.into(), 2, '0'),
        's' => number(fields.unix_seconds(), 0, '0'),
        'S' => number(fields.second.into(), 2, '0'),
        'u' => number((i64::from(fields.weekday) + 6) % 7 + 1, 1, '0'),
        'U' => number(fields.week(0).into(), 2, '0'),
        'V' => number(fields.iso_week().1.into(), 2, '0'),
        'w' => number(fields.weekday.into(), 1, '0'),
        'W' => number(fields.week(1).into(), 2, '0'),
        'y' => number(year.rem_euclid(100), 2, '0'),
        'Y' => number(year, 0, '0'),
        _ => {
            let text = match letter {
                'a' => weekday(fields)[..3].to_owned(),
                'A' => weekday(fields).to_owned(),
                'b' | 'h' => month(fields)[..3].to_owned(),
                'B' => month(fields).to_owned(),
                'c' => ascii_time(fields),
                'D' | 'x' => format!(
                    "{:02}/{:02}/{:02}",
                    fields.month + 1,
                    fields.day,
                    year.rem_euclid(100)
                ),
                'F' => format!("{year}-{:02}-{:02}", fields.month + 1, fields.day),
                'n' => "\n".to_owned(),
                't' => "\t".to_owned(),
                'p' => (if fields.hour < 12 { "AM" } else { "PM" }).to_owned(),
                'P' => (if fields.hour < 12 { "am" } else { "pm" }).to_owned(),
                'r' => format!(
                    "{twelve:02}:{:02}:{:02} {}",
                    fields.minute,
                    fields.second,
                    if fields.hour < 12 { "AM" } else { "PM" }
                ),
                'R' => format!("{:02}:{:02}", fields.hour, fields.minute),
                'T' | 'X' => format!(
                    "{:02}:{:02}:{:02}",
                    fields.hour, fields.minute, fields.second
                ),
                'z' => {
                    let minutes = offset.abs() / 60;
                    let sign = if offset < 0 { '-' } else { '+' };
                    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
                }
                'Z' => zone.to_owned(),
                '%' => "%".to_owned(),
                _ => return false,
            };
            push_text(out, text, letter, flags);
        }
    }
    true
}

fn push_number(out: &mut String, value: i64, width: usize, pad: char, flags: Flags) {
    let pad = match flags.pad {
        Some('_') => ' ',
        Some('0') => '0',
        _ => pad,
    };
    let width = match (flags.width, flags.pad) {
        (Some(width), _) => width,
        (None, Some('-')) => 0,
        (None, _) => width,
    };
    let digits = value.unsigned_abs().to_string();
    let used = digits.len() + usize::from(value < 0);
    let padding = std::iter::repeat_n(pad, width.saturating_sub(used));
    if value < 0 && pad == '0' {
        out.push('-');
        out.extend(padding);
    } else {
        out.extend(padding);
        if value < 0 {
            out.push('-');
        }
    }
    out.push_str(&digits);
}

fn push_text(out: &mut String, text: String, letter: char, flags: Flags) {
    let text = match letter {
        'p' | 'Z' if flags.swap_case => text.to_lowercase(),
        _ if flags.upper || flags.swap_case => text.to_uppercase(),
        _ => text,
    };
    let pad = if flags.pad == Some('0') { '0' } else { ' ' };
    let missing = flags
        .width
        .unwrap_or(0)
        .saturating_sub(text.chars().count());
    out.extend(std::iter::repeat_n(pad, missing));
    out.push_str(&text);
}
