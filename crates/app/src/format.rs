//! Numbers as people read them.

/// A duration with about three digits, in the unit that suits it.
pub fn duration(nanos: u64) -> String {
    let value = nanos as f64;
    match nanos {
        0 => "0".to_owned(),
        1..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{} µs", three_digits(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", three_digits(value / 1e6)),
        _ => format!("{} s", three_digits(value / 1e9)),
    }
}

/// A duration in milliseconds whatever its size, so that several in one
/// sentence compare at a glance.
pub fn millis(nanos: u64) -> String {
    let millis = nanos as f64 / 1e6;
    let text = if millis >= 0.1 || nanos == 0 {
        format!("{millis:.1}")
    } else if millis >= 0.01 {
        format!("{millis:.2}")
    } else {
        format!("{millis:.3}")
    };
    format!("{} ms", if nanos == 0 { "0" } else { &text })
}

/// A time since the run's start, to the microsecond, so that events that are
/// close together show it.
pub fn moment(nanos: u64) -> String {
    format!("{:.3} ms", nanos as f64 / 1e6)
}

/// A count with its noun: `1 crossing`, `10 crossings`.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Digits in groups of three, set apart by a thin space.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{} KB", three_digits(value / 1_024.0)),
        _ => format!("{} MB", three_digits(value / 1_048_576.0)),
    }
}

fn three_digits(value: f64) -> String {
    if value >= 99.95 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_choose_their_unit() {
        let texts: Vec<_> = [
            0,
            850,
            3_200,
            38_000,
            999_949,
            52_300_000,
            184_400_000,
            1_240_000_000,
        ]
        .map(duration)
        .to_vec();
        assert_eq!(
            texts,
            [
                "0", "850 ns", "3.2 µs", "38.0 µs", "1000 µs", "52.3 ms", "184 ms", "1.2 s"
            ]
        );
    }

    #[test]
    fn millis_keep_one_unit() {
        let texts: Vec<_> = [0, 1_200, 38_000, 96_000, 104_000, 52_300_000]
            .map(millis)
            .to_vec();
        assert_eq!(
            texts,
            [
                "0 ms", "0.001 ms", "0.04 ms", "0.10 ms", "0.1 ms", "52.3 ms"
            ]
        );
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(counted(1, "crossing"), "1 crossing");
        assert_eq!(counted(0, "crossing"), "0 crossings");
        assert_eq!(counted(12_345, "event"), "12\u{202f}345 events");
    }
}
