//! The share link: `#1d<payload><check>`.
//!
//! `1` is the version of what the payload holds, `d` says that it is a raw
//! deflate stream, written in unpadded base64url. The check is four characters
//! computed from everything before it, so that a link which lost its end on
//! its way through a chat is recognised. Check characters are letters and
//! digits only, because programs that find links in text drop a trailing `_`.
//!
//! What the stream holds in version 1, in this order: `Settings` as written
//! by [`wire::Writer`], then both programs. A change of that order or meaning
//! is a new version; version 1 stays readable for ever.

mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use thiserror::Error;

use crate::{Adapter, Clock, Limits, Playground};

/// The most that a link may hold once inflated. Inflating stops there, so a
/// small link cannot fill the memory of whoever opens it.
pub const DECODED_LIMIT_BYTES: usize = 256 << 10;

const VERSION: char = '1';
const DEFLATE_RAW: char = 'd';
const CHECK_LENGTH: usize = 4;
const CHECK_ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Why a playground cannot become a link.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    #[error(
        "the programs are too large for a link: {bytes} bytes, and a link holds at most {DECODED_LIMIT_BYTES}"
    )]
    TooLarge { bytes: usize },
}

/// Why a link cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    #[error("this is not an Airlock link")]
    NotALink,
    #[error(
        "the link was made by a newer Airlock (format {version}, this one reads up to {VERSION})"
    )]
    NewerVersion { version: char },
    #[error("the end of the link is missing: it was cut on its way here")]
    Cut,
    #[error("the link was altered on its way here")]
    Altered,
    #[error("the link holds more than {DECODED_LIMIT_BYTES} bytes, which is the most that is read")]
    TooLarge,
}

/// The link for `playground`, from its `#` on.
pub fn encode(playground: &Playground) -> Result<String, EncodeError> {
    let stream = write_stream(playground);
    if stream.len() > DECODED_LIMIT_BYTES {
        return Err(EncodeError::TooLarge {
            bytes: stream.len(),
        });
    }
    Ok(link_of(&stream))
}

/// The link whose payload is `stream`, which need not be a playground: for
/// those who try what [`decode`] makes of any.
#[doc(hidden)]
pub fn link_of(stream: &[u8]) -> String {
    let mut link = format!("#{VERSION}{DEFLATE_RAW}");
    URL_SAFE_NO_PAD.encode_string(compress_to_vec(stream, 10), &mut link);
    link.push_str(&check_of(&link[1..]));
    link
}

/// The playground in `link`, which may be a whole address or only what
/// follows its `#`.
pub fn decode(link: &str) -> Result<Playground, DecodeError> {
    let fragment = link.rsplit('#').next().unwrap_or_default();
    // A link ends with letters or digits. What follows is the full stop or the
    // bracket of the text that it was in.
    let fragment = fragment.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let mut characters = fragment.chars();
    let version = characters.next().ok_or(DecodeError::NotALink)?;
    if !version.is_ascii_digit() || version == '0' {
        return Err(DecodeError::NotALink);
    }
    if version > VERSION {
        return Err(DecodeError::NewerVersion { version });
    }
    match characters.next() {
        Some(DEFLATE_RAW) => {}
        Some(_) => return Err(DecodeError::NotALink),
        None => return Err(DecodeError::Cut),
    }
    if !fragment.is_ascii() {
        return Err(DecodeError::Altered);
    }
    let Some(checked_length) = fragment
        .len()
        .checked_sub(CHECK_LENGTH)
        .filter(|&length| length >= 2)
    else {
        return Err(DecodeError::Cut);
    };
    let (checked, check) = fragment.split_at(checked_length);
    if check != check_of(checked) {
        return Err(why_check_fails(&fragment[2..]));
    }
    let stream = inflate(&checked[2..]).map_err(|error| match error {
        // The check holds, so nothing is missing: whoever made this link
        // made it wrong.
        DecodeError::Cut => DecodeError::Altered,
        other => other,
    })?;
    read_stream(&stream).ok_or(DecodeError::Altered)
}

/// Tells a cut link from an altered one: a deflate stream says where it ends,
/// so one that lost characters runs out before that. `text` is everything
/// after the two characters of format.
fn why_check_fails(text: &str) -> DecodeError {
    // A cut may leave a last character that stands for no whole byte.
    let whole = if text.len() % 4 == 1 {
        &text[..text.len() - 1]
    } else {
        text
    };
    let bytes = match lenient().decode(whole) {
        Ok(bytes) => bytes,
        Err(_) => return DecodeError::Altered,
    };
    match decompress_to_vec_with_limit(&bytes, DECODED_LIMIT_BYTES) {
        Err(error) if ran_out(error.status) => DecodeError::Cut,
        // All of the stream is there, but not all of the check.
        Ok(stream) if read_stream(&stream).is_some() && is_check_cut(text, &stream) => {
            DecodeError::Cut
        }
        Ok(_) | Err(_) => DecodeError::Altered,
    }
}

/// Whether `text` is the link of `stream` without the last characters of its
/// check.
fn is_check_cut(text: &str, stream: &[u8]) -> bool {
    read_stream(stream)
        .and_then(|playground| encode(&playground).ok())
        .is_some_and(|whole| whole[3..].starts_with(text))
}

/// Base64url that does not mind leftover bits, for text that is known to be
/// damaged.
fn lenient() -> base64::engine::GeneralPurpose {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&base64::alphabet::URL_SAFE, config)
}

fn inflate(payload: &str) -> Result<Vec<u8>, DecodeError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| DecodeError::Altered)?;
    decompress_to_vec_with_limit(&bytes, DECODED_LIMIT_BYTES).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => DecodeError::TooLarge,
        status if ran_out(status) => DecodeError::Cut,
        _ => DecodeError::Altered,
    })
}

fn ran_out(status: TINFLStatus) -> bool {
    matches!(
        status,
        TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress
    )
}

/// FNV-1a over the characters, folded into four letters or digits: one damaged
/// link in 14.8 million passes by chance.
fn check_of(checked: &str) -> String {
    let hash = checked
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let mut rest = hash ^ (hash >> 32);
    (0..CHECK_LENGTH)
        .map(|_| {
            let digit = usize::try_from(rest % 62).expect("below 62");
            rest /= 62;
            char::from(CHECK_ALPHABET[digit])
        })
        .collect()
}

fn write_stream(playground: &Playground) -> Vec<u8> {
    let mut writer = wire::Writer::default();
    writer.number(adapter_number(playground.adapter));
    writer.number(clock_number(playground.clock));
    writer.text(&playground.profile);
    writer.number(playground.seed);
    let limits = &playground.limits;
    writer.number(limits.instructions);
    writer.number(limits.heap_bytes);
    writer.number(u64::from(limits.recursion));
    writer.number(limits.output_bytes);
    writer.number(u64::from(limits.trace_events));
    writer.optional_number(playground.playhead_nanos);
    writer.text(&playground.core);
    writer.text(&playground.shell);
    writer.finish()
}

fn read_stream(stream: &[u8]) -> Option<Playground> {
    let mut reader = wire::Reader::new(stream);
    let adapter = adapter_of_number(reader.number()?)?;
    let clock = clock_of_number(reader.number()?)?;
    let profile = reader.text()?;
    let seed = reader.number()?;
    let limits = Limits {
        instructions: reader.number()?,
        heap_bytes: reader.number()?,
        recursion: reader.number()?.try_into().ok()?,
        output_bytes: reader.number()?,
        trace_events: reader.number()?.try_into().ok()?,
    };
    let playhead_nanos = reader.optional_number()?;
    let core = reader.text()?;
    let shell = reader.text()?;
    reader.is_at_end().then_some(Playground {
        core,
        shell,
        adapter,
        clock,
        profile,
        seed,
        limits,
        playhead_nanos,
    })
}

/// Numbers in links never change their meaning, whatever becomes of the enum.
const ADAPTER_NUMBERS: [(u64, Adapter); 9] = [
    (0, Adapter::Direct),
    (1, Adapter::Run),
    (2, Adapter::Runner),
    (3, Adapter::Nested),
    (4, Adapter::Thread),
    (5, Adapter::Greenlet),
    (6, Adapter::Pool),
    (7, Adapter::Process),
    (8, Adapter::Jspi),
];

fn adapter_number(adapter: Adapter) -> u64 {
    let row = ADAPTER_NUMBERS.iter().find(|(_, other)| *other == adapter);
    row.expect("every adapter has a number").0
}

fn adapter_of_number(number: u64) -> Option<Adapter> {
    ADAPTER_NUMBERS
        .iter()
        .find(|(other, _)| *other == number)
        .map(|(_, adapter)| *adapter)
}

fn clock_number(clock: Clock) -> u64 {
    match clock {
        Clock::Real => 0,
        Clock::Virtual => 1,
    }
}

fn clock_of_number(number: u64) -> Option<Clock> {
    match number {
        0 => Some(Clock::Real),
        1 => Some(Clock::Virtual),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
