//! Any text is a link or is refused, and so is any payload; what is decoded
//! encodes to the same again.

#![no_main]

use airlock_link::{decode, encode, link_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check(&String::from_utf8_lossy(data));
    check(&link_of(data));
});

fn check(link: &str) {
    if let Ok(playground) = decode(link) {
        let link = encode(&playground).expect("what a link held fits a link");
        assert_eq!(decode(&link).ok(), Some(playground));
    }
}
