//! Compressing a response for the wire, where the caller takes it and it pays.

use std::io::Write;

use http::HeaderValue;

/// Shorter answers fit in a packet or two anyway.
const WORTH_IT: usize = 1_024;
const BROTLI_BUFFER: usize = 4_096;
const BROTLI_QUALITY: u32 = 4;
const BROTLI_WINDOW: u32 = 20;

/// How a response is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Zstd,
    Brotli,
    Gzip,
}

impl Encoding {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// The best that the caller takes: zstd before brotli before gzip, by what they cost here for what they save.
pub(crate) fn chosen(accepted: Option<&HeaderValue>, length: usize) -> Encoding {
    let Some(accepted) = accepted.filter(|_| length >= WORTH_IT).and_then(|value| value.to_str().ok()) else {
        return Encoding::Identity;
    };
    let takes = |encoding: Encoding| {
        accepted.split(',').any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            name.trim().eq_ignore_ascii_case(encoding.key()) && !refused
        })
    };
    [Encoding::Zstd, Encoding::Brotli, Encoding::Gzip].into_iter().find(|encoding| takes(*encoding)).unwrap_or(Encoding::Identity)
}

/// The encoded body. Writing into memory does not fail; if it did, the body would go out as an empty one.
pub(crate) fn encode(encoding: Encoding, body: &[u8]) -> Vec<u8> {
    match encoding {
        Encoding::Identity => body.to_vec(),
        Encoding::Zstd => zstd::bulk::compress(body, 3).unwrap_or_default(),
        Encoding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(5));
            writer.write_all(body).and_then(|()| writer.finish()).unwrap_or_default()
        }
        Encoding::Brotli => {
            let mut out = Vec::new();
            let mut writer = brotli::CompressorWriter::new(&mut out, BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
            let written = writer.write_all(body);
            drop(writer);
            if written.is_ok() { out } else { Vec::new() }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_caller_decides_and_short_answers_stay_as_they_are() {
        let header = |text: &'static str| Some(HeaderValue::from_static(text));
        let of = |text, length| chosen(header(text).as_ref(), length);
        assert_eq!(of("gzip, br", 9_000), Encoding::Brotli);
        assert_eq!(of("zstd;q=0, gzip", 9_000), Encoding::Gzip);
        assert_eq!(of("gzip", 200), Encoding::Identity);
        assert_eq!(of("deflate", 9_000), Encoding::Identity);
        assert_eq!(chosen(None, 9_000), Encoding::Identity);
    }

    #[test]
    fn every_encoding_reads_back() {
        let body = br#"{"tailnum":"N14228"}"#.repeat(200);
        let zstd = zstd::bulk::decompress(&encode(Encoding::Zstd, &body), 1 << 20).unwrap();
        let (mut gzip, mut br) = (Vec::new(), Vec::new());
        flate2::read::GzDecoder::new(&encode(Encoding::Gzip, &body)[..]).read_to_end(&mut gzip).unwrap();
        brotli::Decompressor::new(&encode(Encoding::Brotli, &body)[..], 4_096).read_to_end(&mut br).unwrap();
        assert!(zstd == body && gzip == body && br == body);
    }
}
