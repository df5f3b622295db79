use proptest::prelude::*;

use super::*;
use crate::examples;

fn sample() -> Playground {
    Playground {
        core: "async def main():\n    print('π')\n".to_owned(),
        shell: "import airlock, core\n".to_owned(),
        adapter: Adapter::Greenlet,
        clock: Clock::Virtual,
        profile: "mine".to_owned(),
        seed: 7,
        limits: Limits {
            heap_bytes: 1 << 20,
            ..Limits::default()
        },
        playhead_nanos: Some(1_500_000),
    }
}

/// A link with a right check over any payload.
fn link_of_payload(payload: &[u8]) -> String {
    let text = format!("1d{}", URL_SAFE_NO_PAD.encode(payload));
    format!("#{text}{}", check_of(&text))
}

#[test]
fn everything_comes_back() {
    let link = encode(&sample()).unwrap();
    assert_eq!(decode(&link), Ok(sample()));
}

#[test]
fn whole_address_and_bare_fragment_are_read() {
    let link = encode(&sample()).unwrap();
    assert_eq!(
        decode(&format!("https://example.org/airlock/?embed=1{link}")),
        Ok(sample())
    );
    assert_eq!(decode(&link[1..]), Ok(sample()));
    assert_eq!(decode(&format!("  {link}\n")), Ok(sample()));
}

/// Links in the world outlive this code: this one was made by the first
/// release of format 1 and must always decode.
#[test]
fn first_link_still_decodes() {
    const FIRST: &str = "#1dAVUAqv8FAQRtaW5lB4CQ38BKgIBA6AeAgEDAmgwB4MZbImFzeW5jIGRlZiBtYWluKCk6CiAgICBwcmludCgnz4AnKQoVaW1wb3J0IGFpcmxvY2ssIGNvcmUKjewo";
    let expected = Playground {
        limits: Limits {
            instructions: 20_000_000_000,
            heap_bytes: 1 << 20,
            recursion: 1000,
            output_bytes: 1 << 20,
            trace_events: 200_000,
        },
        ..sample()
    };
    assert_eq!(decode(FIRST), Ok(expected));
}

#[test]
fn links_end_in_a_letter_or_digit() {
    for seed in 0..500 {
        let link = encode(&Playground { seed, ..sample() }).unwrap();
        assert!(
            link.ends_with(|last: char| last.is_ascii_alphanumeric()),
            "{link}"
        );
        assert!(
            link[1..]
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{link}"
        );
    }
}

#[test]
fn examples_fit_where_chats_cut() {
    for example in examples::ALL {
        let link = encode(&example.playground()).unwrap();
        assert!(link.len() <= 1_800, "{}: {}", example.key, link.len());
    }
}

#[test]
fn every_cut_is_recognised() {
    let link = encode(&sample()).unwrap();
    for length in 2..link.len() {
        assert_eq!(
            decode(&link[..length]),
            Err(DecodeError::Cut),
            "cut to {length} of {}",
            link.len()
        );
    }
}

#[test]
fn punctuation_of_the_text_around_a_link_is_no_part_of_it() {
    let link = encode(&sample()).unwrap();
    for around in [".", ")", ").", "=", "_", "\u{201d}", " ", "%3D"] {
        let decoded = decode(&format!("{link}{around}"));
        // Letters cannot be told from the link's own.
        let expected = if around == "%3D" {
            Err(DecodeError::Altered)
        } else {
            Ok(sample())
        };
        assert_eq!(decoded, expected, "{around:?}");
    }
}

#[test]
fn text_that_is_no_link_says_so() {
    for text in ["", "#", "#about", "#0dabcdef", "hello", "#1zabcdef", "#É"] {
        assert_eq!(decode(text), Err(DecodeError::NotALink), "{text:?}");
    }
}

#[test]
fn newer_version_is_named() {
    let link = encode(&sample()).unwrap().replacen("#1", "#7", 1);
    assert_eq!(
        decode(&link),
        Err(DecodeError::NewerVersion { version: '7' })
    );
}

#[test]
fn gigabyte_in_a_link_is_not_inflated() {
    // Deflate reaches about 1000:1, so 8 MB stand for the gigabyte here; the
    // limit is met after 256 KB either way.
    let bomb = compress_to_vec(&vec![0_u8; 8 << 20], 10);
    assert_eq!(decode(&link_of_payload(&bomb)), Err(DecodeError::TooLarge));
}

#[test]
fn checked_but_meaningless_payload_is_altered() {
    let unknown_adapter = compress_to_vec(&[99, 0, 0], 6);
    assert_eq!(
        decode(&link_of_payload(&unknown_adapter)),
        Err(DecodeError::Altered)
    );
    let mut longer = write_stream(&sample());
    longer.push(0);
    assert_eq!(
        decode(&link_of_payload(&compress_to_vec(&longer, 6))),
        Err(DecodeError::Altered)
    );
    assert_eq!(
        decode(&link_of_payload(b"\xff\xff\xff")),
        Err(DecodeError::Altered)
    );
    assert_eq!(decode(&link_of_payload(b"")), Err(DecodeError::Altered));
}

#[test]
fn program_of_a_megabyte_is_refused_with_its_size() {
    let playground = Playground {
        core: "#".repeat(1 << 20),
        ..sample()
    };
    assert!(matches!(encode(&playground), Err(EncodeError::TooLarge { bytes }) if bytes > 1 << 20));
}

#[test]
fn size_limit_is_exact() {
    let room = DECODED_LIMIT_BYTES - write_stream(&Playground::default()).len();
    // A program of this size needs two bytes more to write its length.
    let fits = Playground {
        core: "x".repeat(room - 2),
        ..Playground::default()
    };
    assert_eq!(write_stream(&fits).len(), DECODED_LIMIT_BYTES);
    assert_eq!(decode(&encode(&fits).unwrap()), Ok(fits));
    let larger = Playground {
        core: "x".repeat(room - 1),
        ..Playground::default()
    };
    assert!(encode(&larger).is_err());
}

prop_compose! {
    fn any_playground()(
        core in "(?s).{0,200}",
        shell in "(?s).{0,200}",
        adapter in prop::sample::select(&Adapter::ALL[..]),
        exact in any::<bool>(),
        profile in "[a-z0-9.-]{0,20}",
        seed in any::<u64>(),
        instructions in any::<u64>(),
        heap_bytes in any::<u64>(),
        recursion in any::<u32>(),
        output_bytes in any::<u64>(),
        trace_events in any::<u32>(),
        playhead_nanos in any::<Option<u64>>(),
    ) -> Playground {
        let clock = if exact { Clock::Virtual } else { Clock::Real };
        let limits = Limits { instructions, heap_bytes, recursion, output_bytes, trace_events };
        Playground { core, shell, adapter, clock, profile, seed, limits, playhead_nanos }
    }
}

proptest! {
    #[test]
    fn any_playground_comes_back(playground in any_playground()) {
        let link = encode(&playground).unwrap();
        prop_assert_eq!(decode(&link), Ok(playground));
    }

    #[test]
    fn any_text_is_read_without_panic(text in "(?s).{0,300}") {
        let _ = decode(&text);
    }

    #[test]
    fn any_payload_is_read_without_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&link_of_payload(&payload));
    }

    #[test]
    fn one_altered_character_never_passes(
        playground in any_playground(),
        place in any::<prop::sample::Index>(),
        character in prop::sample::select(&b"09AZaz-_.%"[..]),
    ) {
        let link = encode(&playground).unwrap();
        let place = 3 + place.index(link.len() - 3);
        prop_assume!(link.as_bytes()[place] != character);
        let mut bytes = link.into_bytes();
        bytes[place] = character;
        let altered = String::from_utf8(bytes).unwrap();
        prop_assert!(matches!(decode(&altered), Err(DecodeError::Altered | DecodeError::Cut | DecodeError::TooLarge)));
    }

    #[test]
    fn a_cut_link_is_called_cut(playground in any_playground(), keep in any::<prop::sample::Index>()) {
        let link = encode(&playground).unwrap();
        let keep = 3 + keep.index(link.len() - 3);
        prop_assert_eq!(decode(&link[..keep]), Err(DecodeError::Cut));
    }
}
