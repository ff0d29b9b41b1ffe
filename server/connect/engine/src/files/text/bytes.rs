//! The bytes of a text file as they are read: from its store, unpacked, and as UTF-8.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use connect::SourceError;
use datafusion::common::parsers::CompressionTypeVariant;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

use crate::errors::CUT_SHORT;
use crate::errors::mismatch;

/// The longest line or record of a file, in bytes.
const MAX_LINE: usize = 64 << 20;
/// What a longer one is told by, in an error of reading.
pub(crate) const TOO_LONG: &str = "a line does not end";
/// The beginning of a file by which it is known how it is written.
const HEAD: usize = 256 << 10;
/// Bytes that are decoded at once.
const PIECE: usize = 64 << 10;
/// What stands in the text for bytes that are none in its encoding. No UTF-8 has it, so whoever reads their record notices.
const NO_TEXT: u8 = 0xff;

/// Where files are read from, on a thread that may wait.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) runtime: Handle,
}

/// A file that was opened: its beginning, and all of it, unpacked.
pub(crate) struct Opened {
    pub(crate) head: Vec<u8>,
    rest: Box<dyn Read + Send>,
    packing: Option<&'static str>,
}

impl Files {
    /// # Errors
    /// Where it cannot be read, or is packed in another way than its name says.
    pub(crate) fn open(&self, file: &ObjectMeta) -> Result<Opened, SourceError> {
        let got = self.runtime.block_on(self.store.get(&file.location)).map_err(|error| unreadable(&io::Error::other(error), None))?;
        let mut packed = Chunks { stream: got.into_stream(), runtime: self.runtime.clone(), chunk: Bytes::new() };
        let magic = read_head(&mut packed, 8).map_err(|error| unreadable(&error, None))?;
        let name = file.location.filename().unwrap_or_default().to_lowercase();
        let packing = packing_of(&magic, &name)?;
        let all = Read::chain(Cursor::new(magic), packed);
        let kind = FileCompressionType::from(packing.map_or(CompressionTypeVariant::UNCOMPRESSED, |(_, kind)| kind));
        let mut rest = kind.convert_read(all).map_err(|error| mismatch("the file cannot be decompressed.").because(error))?;
        let packing = packing.map(|(name, _)| name);
        let head = read_head(&mut rest, HEAD).map_err(|error| unreadable(&error, packing))?;
        Ok(Opened { head, rest, packing })
    }
}

impl Opened {
    /// Its text from `skip` on, which is behind a mark of its encoding.
    pub(crate) fn text(self, encoding: &'static Encoding, skip: usize) -> Text {
        let mut head = Cursor::new(self.head);
        head.set_position(skip as u64);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        Text {
            inner: Box::new(Read::chain(head, self.rest)),
            decoder,
            piece: Vec::new(),
            decoded: Vec::new(),
            at: 0,
            over: false,
            since: 0,
        }
    }

    pub(crate) fn packing(&self) -> Option<&'static str> {
        self.packing
    }
}

type Packing = (&'static str, CompressionTypeVariant);

/// By the first bytes, which must not say something else than the name does.
fn packing_of(magic: &[u8], name: &str) -> Result<Option<Packing>, SourceError> {
    let by_magic: [(&[u8], &str, Packing); 4] = [
        (&[0x1f, 0x8b], ".gz", ("gzip", CompressionTypeVariant::GZIP)),
        (&[0x28, 0xb5, 0x2f, 0xfd], ".zst", ("zstd", CompressionTypeVariant::ZSTD)),
        (b"BZh", ".bz2", ("bzip2", CompressionTypeVariant::BZIP2)),
        (&[0xfd, b'7', b'z', b'X', b'Z'], ".xz", ("xz", CompressionTypeVariant::XZ)),
    ];
    if magic.starts_with(b"PK\x03\x04") {
        return Err(mismatch("the file is a zip archive. Unpack it, or compress the single file with gzip, zstd, bzip2 or xz."));
    }
    let found = by_magic.iter().find(|(begin, ..)| magic.starts_with(begin));
    if let Some((_, end, (packing, _))) = by_magic.iter().find(|(_, end, _)| name.ends_with(end))
        && found.is_none()
        && !magic.is_empty()
    {
        return Err(mismatch(format!("the file name ends with {end}, but the file is not compressed with {packing}. Rename the file.")));
    }
    Ok(found.map(|(.., packing)| *packing))
}

fn read_head(from: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    from.take(most as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Why a file cannot be read on, as a sentence that goes behind its name.
pub(crate) fn unreadable(error: &io::Error, packing: Option<&str>) -> SourceError {
    let said = error.to_string();
    let sentence = match packing {
        _ if said.contains(TOO_LONG) => {
            "a line is longer than 64 MiB. The file is not a table of lines, or a quote is not closed.".to_owned()
        }
        _ if said.contains(CUT_SHORT) => "the file became shorter while it was read. Try again when the file is complete.".to_owned(),
        Some(packing) => format!("the file is incomplete or damaged: it cannot be decompressed with {packing}."),
        None => "the file cannot be read. It may have been moved, or Sluice has no permission to read it.".to_owned(),
    };
    mismatch(sentence).because(said)
}

/// The pieces of a file, waited for.
struct Chunks {
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    runtime: Handle,
    chunk: Bytes,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(chunk) => self.chunk = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let some = into.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut into[..some]);
        Ok(some)
    }
}

/// A text in UTF-8, as far as its bytes are: whoever reads a record of it looks at that. A record that does not end is an error.
pub(crate) struct Text {
    inner: Box<dyn Read + Send>,
    decoder: Option<Decoder>,
    piece: Vec<u8>,
    decoded: Vec<u8>,
    at: usize,
    over: bool,
    /// Bytes since a record ended.
    since: usize,
}

impl Text {
    /// A record has ended.
    pub(crate) fn record_ended(&mut self) {
        self.since = 0;
    }

    fn decode(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        self.decoded.clear();
        self.at = 0;
        while self.decoded.is_empty() && !self.over {
            self.piece.resize(PIECE, 0);
            let read = self.inner.read(&mut self.piece)?;
            self.over = read == 0;
            let mut from = &self.piece[..read];
            loop {
                let begin = self.decoded.len();
                self.decoded.resize(begin + PIECE * 3 + 16, 0);
                let (result, taken, written) = decoder.decode_to_utf8_without_replacement(from, &mut self.decoded[begin..], self.over);
                self.decoded.truncate(begin + written);
                from = &from[taken..];
                match result {
                    DecoderResult::InputEmpty => break,
                    DecoderResult::OutputFull => {}
                    DecoderResult::Malformed(..) => self.decoded.push(NO_TEXT),
                }
            }
        }
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = if self.decoder.is_none() {
            self.inner.read(into)?
        } else {
            if self.at == self.decoded.len() {
                self.decode()?;
            }
            let some = into.len().min(self.decoded.len() - self.at);
            into[..some].copy_from_slice(&self.decoded[self.at..self.at + some]);
            self.at += some;
            some
        };
        self.since += read;
        if self.since > MAX_LINE { Err(io::Error::other(TOO_LONG)) } else { Ok(read) }
    }
}

/// The encoding of a text by its beginning, and how long the mark is that says so.
pub(crate) fn encoding_of(head: &[u8]) -> (&'static Encoding, usize) {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return (encoding, length);
    }
    // A text of 16 bits has a zero in every other byte, as far as it is ASCII.
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 0 && odd * 3 > half * 2 && even * 10 < half {
        return (encoding_rs::UTF_16LE, 0);
    }
    if half > 0 && even * 3 > half * 2 && odd * 10 < half {
        return (encoding_rs::UTF_16BE, 0);
    }
    let (good, bad) = utf8_parts(head);
    if bad == 0 || good > bad * 4 {
        return (UTF_8, 0);
    }
    if has_signs_alone(head) {
        return (encoding_rs::WINDOWS_1252, 0);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, head.len() < HEAD);
    let found = detector.guess(None, Utf8Detection::Deny);
    // The one holds all of the other.
    (if found == encoding_rs::GBK { encoding_rs::GB18030 } else { found }, 0)
}

/// Whether all that is beyond ASCII are signs of Windows-1252 that stand by themselves, as in `£5` and `20 °C`: of letters, which tell an
/// encoding, some stand beside others.
fn has_signs_alone(bytes: &[u8]) -> bool {
    let is_of_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let is_alone = |at: usize| {
        let (before, behind) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at + 1));
        // A degree or a millionth stands before the letter of its unit.
        let is_of_unit = matches!(bytes[at], 0xb0 | 0xb5) && behind.is_some_and(u8::is_ascii);
        matches!(bytes[at], 0x80..=0xbf | 0xd7 | 0xf7) && !is_of_word(before) && (is_of_unit || !is_of_word(behind))
    };
    (0..bytes.len()).filter(|at| !bytes[*at].is_ascii()).all(is_alone)
}

/// How many characters beyond ASCII are UTF-8, and how many bytes are not.
fn utf8_parts(mut bytes: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    loop {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return (good + text.chars().filter(|letter| !letter.is_ascii()).count(), bad),
            Err(error) => error,
        };
        let (valid, rest) = bytes.split_at(error.valid_up_to());
        good += String::from_utf8_lossy(valid).chars().filter(|letter| !letter.is_ascii()).count();
        // One that is cut by the end of what was read is no fault.
        let Some(length) = error.error_len() else { return (good, bad) };
        bad += 1;
        bytes = &rest[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> &'static str {
        encoding_of(text).0.name()
    }

    #[test]
    fn the_encoding_is_what_the_beginning_shows() {
        assert_eq!(of(b"id,name\n1,a\n"), "UTF-8");
        assert_eq!(of("id,name\n1,Jos\u{e9}\n".as_bytes()), "UTF-8");
        assert_eq!(of(b"\xef\xbb\xbfid"), "UTF-8");
        assert_eq!(of(b"id,name\n1,Jos\xe9\n"), "windows-1252");
        assert_eq!(of(b"name\nZ\xfcrich\n"), "windows-1252");
        assert_eq!(of(b"id,\xb3\xc7\xca\xd0\n1,\xb1\xb1\xbe\xa9\n"), "gb18030");
        for (text, encoding) in [
            ("id,名前,都市\n1,田中太郎,東京\n2,鈴木花子,大阪\n", encoding_rs::SHIFT_JIS),
            ("id,名前,都市\n1,田中太郎,東京\n2,鈴木花子,大阪\n", encoding_rs::EUC_JP),
            ("id,姓名,城市\n1,王小明,台北\n2,李大華,高雄\n", encoding_rs::BIG5),
            ("id,이름,도시\n1,김철수,서울\n2,이영희,부산\n", encoding_rs::EUC_KR),
            ("id,имя,город\n1,Иван,Москва\n2,Мария,Казань\n", encoding_rs::WINDOWS_1251),
            ("id,miasto\n1,Łódź\n2,Kraków\n3,Gdańsk\n4,Zażółć gęślą jaźń\n", encoding_rs::WINDOWS_1250),
            ("id,πόλη\n1,Αθήνα\n2,Θεσσαλονίκη\n", encoding_rs::WINDOWS_1253),
            ("id;ville\n1;Orléans\n2;Nîmes\n3;à côté de l’église\n", encoding_rs::WINDOWS_1252),
            ("price\n£5\n£7\n", encoding_rs::WINDOWS_1252),
            ("size\n5 µm\n20 °C\n½\n", encoding_rs::WINDOWS_1252),
        ] {
            let (bytes, _, is_lossy) = encoding.encode(text);
            assert_eq!((of(&bytes), is_lossy), (encoding.name(), false), "{text}");
        }
        assert_eq!(of(b"\xff\xfei\0d\0"), "UTF-16LE");
        assert_eq!(of(b"i\0d\0,\0n\0"), "UTF-16LE");
        assert_eq!(of(b"\0i\0d\0,\0n"), "UTF-16BE");
        // One broken byte among many that are not is that row's fault.
        assert_eq!(of(&["\u{e9}".repeat(6).as_bytes(), b"\xe9x"].concat()), "UTF-8");
    }

    #[test]
    fn texts_of_other_encodings_are_read_as_utf_8() {
        for (encoding, bytes) in [(encoding_rs::WINDOWS_1252, &b"Jos\xe9"[..]), (encoding_rs::UTF_16LE, b"J\0o\0s\0\xe9\0")] {
            let opened = Opened { head: bytes[..3].to_vec(), rest: Box::new(Cursor::new(bytes[3..].to_vec())), packing: None };
            let mut text = String::new();
            opened.text(encoding, 0).read_to_string(&mut text).unwrap();
            assert_eq!(text, "Jos\u{e9}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_in_their_encoding_are_none_in_utf_8_either() {
        let rest = Box::new(Cursor::new(b"\x93\x8c\x8b\x9e,\xfd\n\x93".to_vec()));
        let opened = Opened { head: Vec::new(), rest, packing: None };
        let mut text = Vec::new();
        opened.text(encoding_rs::SHIFT_JIS, 0).read_to_end(&mut text).unwrap();
        assert_eq!(text, ["\u{6771}\u{4eac},".as_bytes(), b"\xff\n\xff"].concat());
    }
}
