//! The running state of each hash.

use blake2b_simd::State as Blake2b;
use blake2s_simd::State as Blake2s;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::digest::{Digest, ExtendableOutput, Update, XofReader};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256};

macro_rules! hashes {
    ($($name:ident $text:literal $digest_bytes:literal $block_bytes:literal $start:expr),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Algorithm {
            $($name),*
        }

        /// What has been hashed so far.
        #[derive(Clone)]
        pub enum State {
            $($name($name)),*
        }

        impl Algorithm {
            pub const COUNT: usize = [$(Algorithm::$name),*].len();

            /// As `hash.name` says it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Algorithm::$name => $text),*
                }
            }

            /// 0 for those that give as many as are asked for.
            pub fn digest_bytes(self) -> usize {
                match self {
                    $(Algorithm::$name => $digest_bytes),*
                }
            }

            pub fn block_bytes(self) -> usize {
                match self {
                    $(Algorithm::$name => $block_bytes),*
                }
            }

            pub fn start(self) -> State {
                match self {
                    $(Algorithm::$name => State::$name($start)),*
                }
            }
        }

        impl State {
            pub fn algorithm(&self) -> Algorithm {
                match self {
                    $(State::$name(_) => Algorithm::$name),*
                }
            }
        }
    };
}

hashes! {
    Md5 "md5" 16 64 Md5::new(),
    Sha1 "sha1" 20 64 Sha1::new(),
    Sha224 "sha224" 28 64 Sha224::new(),
    Sha256 "sha256" 32 64 Sha256::new(),
    Sha384 "sha384" 48 128 Sha384::new(),
    Sha512 "sha512" 64 128 Sha512::new(),
    Sha3_224 "sha3_224" 28 144 Sha3_224::new(),
    Sha3_256 "sha3_256" 32 136 Sha3_256::new(),
    Sha3_384 "sha3_384" 48 104 Sha3_384::new(),
    Sha3_512 "sha3_512" 64 72 Sha3_512::new(),
    Shake128 "shake_128" 0 168 Shake128::default(),
    Shake256 "shake_256" 0 136 Shake256::default(),
    Blake2b "blake2b" 64 128 Blake2b::new(),
    Blake2s "blake2s" 32 64 Blake2s::new(),
}

impl Algorithm {
    pub fn is_extendable(self) -> bool {
        matches!(self, Algorithm::Shake128 | Algorithm::Shake256)
    }
}

impl State {
    pub fn update(&mut self, data: &[u8]) {
        match self {
            State::Md5(state) => Update::update(state, data),
            State::Sha1(state) => Update::update(state, data),
            State::Sha224(state) => Update::update(state, data),
            State::Sha256(state) => Update::update(state, data),
            State::Sha384(state) => Update::update(state, data),
            State::Sha512(state) => Update::update(state, data),
            State::Sha3_224(state) => Update::update(state, data),
            State::Sha3_256(state) => Update::update(state, data),
            State::Sha3_384(state) => Update::update(state, data),
            State::Sha3_512(state) => Update::update(state, data),
            State::Shake128(state) => Update::update(state, data),
            State::Shake256(state) => Update::update(state, data),
            State::Blake2b(state) => {
                state.update(data);
            }
            State::Blake2s(state) => {
                state.update(data);
            }
        }
    }

    /// The digest of all so far; `length` bytes of it for those that give as
    /// many as are asked for.
    pub fn digest(&self, length: usize) -> Vec<u8> {
        match self.clone() {
            State::Md5(state) => state.finalize().to_vec(),
            State::Sha1(state) => state.finalize().to_vec(),
            State::Sha224(state) => state.finalize().to_vec(),
            State::Sha256(state) => state.finalize().to_vec(),
            State::Sha384(state) => state.finalize().to_vec(),
            State::Sha512(state) => state.finalize().to_vec(),
            State::Sha3_224(state) => state.finalize().to_vec(),
            State::Sha3_256(state) => state.finalize().to_vec(),
            State::Sha3_384(state) => state.finalize().to_vec(),
            State::Sha3_512(state) => state.finalize().to_vec(),
            State::Shake128(state) => extend(state.finalize_xof(), length),
            State::Shake256(state) => extend(state.finalize_xof(), length),
            State::Blake2b(state) => state.finalize().as_bytes().to_vec(),
            State::Blake2s(state) => state.finalize().as_bytes().to_vec(),
        }
    }
}

fn extend(mut reader: impl XofReader, length: usize) -> Vec<u8> {
    let mut output = vec![0; length];
    reader.read(&mut output);
    output
}
