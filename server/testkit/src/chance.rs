//! Chance that can be repeated: a seeded generator, and a loop for as long as the environment says.

use std::time::{Duration, Instant};

/// xorshift64*, after Vigna: small, fast, and the same everywhere.
pub struct Chance(u64);

impl Chance {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// Text or bytes, short, long, empty, with everything that escapes and encodings stumble over.
    pub fn text(&mut self) -> Vec<u8> {
        let parts: [&[u8]; 8] = [b"N14228", b"\0", b"\"\\", "🛫ю".as_bytes(), b"\xff\xc0", b"\n\r\t\x01", b"%00&=+", b"{\"a\":[1,null]}"];
        let mut out = Vec::new();
        for _ in 0..self.below(5) {
            out.extend_from_slice(parts[self.below(8) as usize]);
        }
        if self.below(40) == 0 {
            out = out.repeat(200);
        }
        out
    }

    /// Changes, cuts or doubles some bytes; or leaves them as they are.
    pub fn spoil(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let at = self.below(bytes.len() as u64) as usize;
        match self.below(5) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, self.number() as u8),
            3 => {
                let tail = bytes[at..].to_vec();
                bytes.extend(tail);
            }
            _ => {}
        }
    }

    /// Tries again and again, for `SLUICE_FUZZ_SECONDS` (3 without it), and says how often.
    #[allow(clippy::print_stdout)] // the seed of a find
    pub fn run(what: &str, mut attempt: impl FnMut(&mut Chance)) {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let seed = number("SLUICE_FUZZ_SEED").unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap();
            now.as_nanos() as u64
        });
        println!("fuzz {what}: seed {seed}");
        let (mut chance, mut tries) = (Self::new(seed), 0_u64);
        let end = Instant::now() + Duration::from_secs(number("SLUICE_FUZZ_SECONDS").unwrap_or(3));
        while Instant::now() < end {
            attempt(&mut chance);
            tries += 1;
        }
        println!("fuzz {what}: {tries} tries, seed {seed}");
    }
}
