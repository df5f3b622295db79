//! Numbers as CPython's tokenizer reads them.

/// As CPython's `sys.int_info.default_max_str_digits`.
const MAX_DECIMAL_DIGITS: usize = 4300;
/// Constants carry large integers in decimal, which takes time to write.
const MAX_RADIX_DIGITS: usize = 100_000;

pub(super) struct Fault {
    /// How many bytes were read when the number turned out to be none.
    pub(super) at: usize,
    pub(super) message: String,
    /// The message is about all that was read, not its last byte.
    pub(super) is_whole: bool,
}

/// The length of the number that `bytes` begins with.
pub(super) fn scan(bytes: &[u8]) -> Result<usize, Fault> {
    let mut number = Number { bytes, at: 0 };
    number.scan()?;
    Ok(number.at)
}

struct Number<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Number<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault {
            at: self.at,
            message: message.into(),
            is_whole: false,
        })
    }

    fn scan(&mut self) -> Result<(), Fault> {
        if self.peek() != b'0' {
            if self.peek() != b'.' {
                self.decimal_tail()?;
                self.check_size()?;
            }
            return self.after_integer(false);
        }
        self.at += 1;
        match self.peek() {
            b'x' | b'X' => self.radix("hexadecimal", |byte| byte.is_ascii_hexdigit()),
            b'o' | b'O' => self.radix("octal", |byte| matches!(byte, b'0'..=b'7')),
            b'b' | b'B' => self.radix("binary", |byte| matches!(byte, b'0' | b'1')),
            _ => {
                let mut nonzero = false;
                loop {
                    if self.peek() == b'_' {
                        self.at += 1;
                        if !self.peek().is_ascii_digit() {
                            return self.fault("invalid decimal literal");
                        }
                    }
                    if self.peek() != b'0' {
                        break;
                    }
                    self.at += 1;
                }
                if self.peek().is_ascii_digit() {
                    nonzero = true;
                    self.decimal_tail()?;
                }
                self.after_integer(nonzero)
            }
        }
    }

    /// Very long decimals take long to convert; CPython refuses them, too.
    fn check_size(&mut self) -> Result<(), Fault> {
        let digits = self.bytes[..self.at]
            .iter()
            .filter(|byte| **byte != b'_')
            .count();
        let is_integer = !matches!(self.peek(), b'.' | b'e' | b'E' | b'j' | b'J');
        if digits <= MAX_DECIMAL_DIGITS || !is_integer {
            return Ok(());
        }
        let message = format!(
            "Exceeds the limit ({MAX_DECIMAL_DIGITS} digits) for integer string conversion: \
             value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit \
             - Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
        );
        Err(Fault {
            at: self.at,
            message,
            is_whole: true,
        })
    }

    fn radix(&mut self, kind: &str, is_digit: impl Fn(u8) -> bool) -> Result<(), Fault> {
        self.at += 1;
        loop {
            if self.peek() == b'_' {
                self.at += 1;
            }
            if !is_digit(self.peek()) {
                return self.wrong_digit(kind);
            }
            while is_digit(self.peek()) {
                self.at += 1;
            }
            if self.peek() != b'_' {
                break;
            }
        }
        if self.peek().is_ascii_digit() {
            return self.wrong_digit(kind);
        }
        if self.at > MAX_RADIX_DIGITS {
            let message = format!("a {kind} literal with this many digits is not supported");
            return Err(Fault {
                at: self.at,
                message,
                is_whole: true,
            });
        }
        self.end(kind)
    }

    fn wrong_digit(&mut self, kind: &str) -> Result<(), Fault> {
        let byte = self.peek();
        if byte.is_ascii_digit() {
            self.at += 1;
            return self.fault(format!(
                "invalid digit '{}' in {kind} literal",
                byte as char
            ));
        }
        self.fault(format!("invalid {kind} literal"))
    }

    /// Digits with single underscores between them.
    fn decimal_tail(&mut self) -> Result<(), Fault> {
        loop {
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
            if self.peek() != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return self.fault("invalid decimal literal");
            }
        }
    }

    fn after_integer(&mut self, has_leading_zeros: bool) -> Result<(), Fault> {
        let digits = self.at;
        let mut is_integer = true;
        if self.peek() == b'.' {
            is_integer = false;
            self.at += 1;
            if self.peek().is_ascii_digit() {
                self.decimal_tail()?;
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            let mark = self.at;
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
                if !self.peek().is_ascii_digit() {
                    return self.fault("invalid decimal literal");
                }
                self.decimal_tail()?;
                is_integer = false;
            } else if self.peek().is_ascii_digit() {
                self.decimal_tail()?;
                is_integer = false;
            } else {
                self.at = mark;
                return self.end("decimal");
            }
        }
        if matches!(self.peek(), b'j' | b'J') {
            self.at += 1;
            return self.end("imaginary");
        }
        if is_integer && has_leading_zeros {
            let zeros = self
                .bytes
                .iter()
                .take_while(|byte| matches!(byte, b'0' | b'_'))
                .count();
            self.at = digits.min(zeros);
            let message = "leading zeros in decimal integer literals are not permitted; use an \
                           0o prefix for octal integers";
            return Err(Fault {
                at: self.at,
                message: message.into(),
                is_whole: true,
            });
        }
        self.end("decimal")
    }

    /// What may follow a number at once: no name, but some keywords.
    fn end(&mut self, kind: &str) -> Result<(), Fault> {
        const KEYWORDS: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or", b"not"];
        let rest = &self.bytes[self.at..];
        if KEYWORDS.iter().any(|keyword| rest.starts_with(keyword)) {
            return Ok(());
        }
        let next = self.peek();
        if next.is_ascii_alphanumeric() || next == b'_' {
            return self.fault(format!("invalid {kind} literal"));
        }
        Ok(())
    }
}
