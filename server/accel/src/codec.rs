//! Compression of single rows: each is read alone, so each is compressed alone, and zstd learns from a sample first.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::dataset::Compression;
use zstd::dict::DecoderDictionary;

use crate::AccelError;

/// The largest row, in bytes.
pub const MAX_VALUE: usize = 16 << 20;
/// On rows of some hundred bytes with a dictionary, 3 is smaller than 6, and four times as quick: docs/performance.md.
const ZSTD_LEVEL: i32 = 3;
/// What a dictionary is trained on and how large it may be: the sizes that zstd's own manual recommends for short records.
const DICTIONARY_BYTES: usize = 64 << 10;
const TRAINING_BYTES: usize = 8 << 20;
const TRAINING_ROWS: usize = 20_000;

/// Compresses and restores single rows.
#[derive(Clone)]
pub enum Codec {
    None,
    Zstd(Arc<Zstd>),
    Lz4,
    Gzip,
}

/// zstd with a dictionary; what compresses is made by the first who does, because readers never do.
pub struct Zstd {
    dictionary: Vec<u8>,
    decoder: DecoderDictionary<'static>,
    encoder: OnceLock<Mutex<zstd::bulk::Compressor<'static>>>,
}

impl Zstd {
    fn compress(&self, row: &[u8]) -> std::io::Result<Vec<u8>> {
        let encoder = match self.encoder.get() {
            Some(made) => made,
            None => {
                let mut made = zstd::bulk::Compressor::with_dictionary(ZSTD_LEVEL, &self.dictionary)?;
                // Which dictionary it was is known; four bytes a row are not spent on saying so.
                made.include_dictid(false)?;
                self.encoder.get_or_init(|| Mutex::new(made))
            }
        };
        encoder.lock().unwrap_or_else(PoisonError::into_inner).compress(row)
    }
}

thread_local! {
    // A zstd context weighs 150 KB and more; one for each thread, whatever the dictionary.
    static DECODER: RefCell<Option<zstd::zstd_safe::DCtx<'static>>> = const { RefCell::new(None) };
}

impl Codec {
    #[must_use]
    pub fn new(compression: Compression, dictionary: &[u8]) -> Self {
        match compression {
            Compression::None => Self::None,
            Compression::Zstd => Self::Zstd(Arc::new(Zstd {
                dictionary: dictionary.to_vec(),
                decoder: DecoderDictionary::copy(dictionary),
                encoder: OnceLock::new(),
            })),
            Compression::Lz4 => Self::Lz4,
            Compression::Gzip => Self::Gzip,
        }
    }

    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// # Errors
    /// Where the row is larger than [`MAX_VALUE`].
    pub fn compress<'a>(&self, row: &'a [u8]) -> Result<Cow<'a, [u8]>, AccelError> {
        if row.len() > MAX_VALUE {
            let sentence = format!("A row has {} bytes; the limit is {} MiB. Remove a wide column.", row.len(), MAX_VALUE >> 20);
            return Err(AccelError::new(crate::AccelErrorKind::Other, sentence));
        }
        match self {
            Self::None => Ok(Cow::Borrowed(row)),
            Self::Zstd(zstd) => zstd.compress(row).map(Cow::Owned).map_err(AccelError::broken),
            Self::Lz4 => Ok(Cow::Owned(lz4_flex::compress_prepend_size(row))),
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                writer.write_all(row).map_err(AccelError::broken)?;
                writer.finish().map(Cow::Owned).map_err(AccelError::broken)
            }
        }
    }

    /// Appends the restored row.
    ///
    /// # Errors
    /// Where the bytes were not made by this codec, or a row would be larger than [`MAX_VALUE`].
    pub fn restore(&self, out: &mut Vec<u8>, stored: &[u8]) -> Result<(), AccelError> {
        match self {
            Self::None => out.extend_from_slice(stored),
            Self::Zstd(zstd) => restore_zstd(out, stored, &zstd.decoder)?,
            Self::Lz4 => {
                let (size, _) = lz4_flex::block::uncompressed_size(stored).map_err(AccelError::broken)?;
                if size > MAX_VALUE {
                    return Err(AccelError::broken("a row that is too large"));
                }
                out.extend_from_slice(&lz4_flex::decompress_size_prepended(stored).map_err(AccelError::broken)?);
            }
            Self::Gzip => {
                let limited = flate2::read::GzDecoder::new(stored).take(MAX_VALUE as u64 + 1);
                let start = out.len();
                { limited }.read_to_end(out).map_err(AccelError::broken)?;
                if out.len() - start > MAX_VALUE {
                    return Err(AccelError::broken("a row that is too large"));
                }
            }
        }
        Ok(())
    }
}

fn restore_zstd(out: &mut Vec<u8>, stored: &[u8], dictionary: &DecoderDictionary<'static>) -> Result<(), AccelError> {
    let size = zstd::zstd_safe::get_frame_content_size(stored).ok().flatten().unwrap_or(u64::MAX);
    let size = usize::try_from(size).ok().filter(|size| *size <= MAX_VALUE).ok_or_else(|| AccelError::broken("a row that is too large"))?;
    let start = out.len();
    out.resize(start + size, 0);
    let restored = DECODER.with_borrow_mut(|context| {
        let context = context.get_or_insert_with(zstd::zstd_safe::DCtx::create);
        context.decompress_using_ddict(&mut out[start..], stored, dictionary.as_ddict())
    });
    match restored {
        Ok(written) if written == size => Ok(()),
        Ok(_) => Err(AccelError::broken("a row of the wrong length")),
        Err(code) => {
            out.truncate(start);
            Err(AccelError::broken(zstd::zstd_safe::get_error_name(code)))
        }
    }
}

/// Gathers rows to learn a dictionary from: some from everywhere, however many there are.
#[derive(Default)]
pub struct Trainer {
    rows: Vec<Vec<u8>>,
    bytes: usize,
    offered: u64,
    /// Of how many rows one is taken, as a power of two.
    sparse: u32,
}

impl Trainer {
    /// Takes some of the rows that it is offered.
    pub fn offer(&mut self, row: &[u8]) {
        let turn = self.offered;
        self.offered += 1;
        if !turn.is_multiple_of(1 << self.sparse) || row.len() > TRAINING_BYTES / 8 {
            return;
        }
        self.rows.push(row.to_vec());
        self.bytes += row.len();
        if self.rows.len() > TRAINING_ROWS || self.bytes > TRAINING_BYTES {
            self.thin_out();
        }
    }

    /// Takes over what another has gathered.
    pub fn join(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.rows.extend(other.rows);
        self.offered += other.offered;
        self.sparse = self.sparse.max(other.sparse);
        while self.rows.len() > TRAINING_ROWS || self.bytes > TRAINING_BYTES {
            self.thin_out();
        }
    }

    /// Every second row goes, and from here on half as many come.
    fn thin_out(&mut self) {
        let mut index = 0;
        self.rows.retain(|_| {
            index += 1;
            index % 2 == 1
        });
        self.bytes = self.rows.iter().map(Vec::len).sum();
        self.sparse = (self.sparse + 1).min(63);
    }

    /// The dictionary; empty where the rows are too few to learn from, and then zstd works without one.
    #[must_use]
    pub fn train(&self) -> Vec<u8> {
        zstd::dict::from_samples(&self.rows, DICTIONARY_BYTES.min(self.bytes / 8)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize) -> Vec<u8> {
        format!("N{number:05}|Fixed wing multi engine|BOEING|737-8{:02}|2|149|Turbo-fan|{}", number % 40, number * 7).into_bytes()
    }

    #[test]
    fn every_codec_gives_back_what_it_took() {
        let mut trainer = Trainer::default();
        for number in 0..2_000 {
            trainer.offer(&row(number));
        }
        let dictionary = trainer.train();
        assert!(!dictionary.is_empty());
        for compression in Compression::ALL {
            let codec = Codec::new(compression, &dictionary);
            for number in [0, 7, 4_711] {
                let row_bytes = row(number);
                let stored = codec.compress(&row_bytes).unwrap();
                let mut out = b"x".to_vec();
                codec.restore(&mut out, &stored).unwrap();
                assert_eq!(out[1..], row_bytes, "{compression:?}");
            }
            let mut empty = Vec::new();
            codec.restore(&mut empty, &codec.compress(b"").unwrap()).unwrap();
            assert!(empty.is_empty());
        }
        let zstd = Codec::new(Compression::Zstd, &dictionary);
        assert!(zstd.compress(&row(99)).unwrap().len() < row(99).len() / 2, "the dictionary did not help");
    }

    #[test]
    fn a_dictionary_is_learned_from_rows_of_everywhere() {
        let mut trainer = Trainer::default();
        for number in 0..200_000 {
            trainer.offer(&row(number));
        }
        assert!((TRAINING_ROWS / 2..=TRAINING_ROWS).contains(&trainer.rows.len()));
        let number = |row: &Vec<u8>| std::str::from_utf8(row).unwrap().split_once('|').unwrap().0[1..].parse::<u32>().unwrap();
        let late = trainer.rows.iter().filter(|row| number(row) >= 100_000).count();
        assert!(late.abs_diff(trainer.rows.len() / 2) < 10, "{late} of {}", trainer.rows.len());
    }

    #[test]
    fn foreign_bytes_are_refused() {
        for compression in [Compression::Zstd, Compression::Lz4, Compression::Gzip] {
            let codec = Codec::new(compression, b"");
            for foreign in [&b"\xff\xff\xff\xff hello"[..], b"", b"\x28\xb5\x2f\xfd"] {
                assert!(codec.restore(&mut Vec::new(), foreign).is_err(), "{compression:?} took {foreign:?}");
            }
        }
    }
}
