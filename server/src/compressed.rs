//! Compresses pages on their way out, chunk by chunk: what is rendered does not wait for what is still to come.

use std::io::{self, Write};
use std::mem;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use brotli::CompressorWriter;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Method, header};

use crate::encodings::{ENCODINGS, chosen};

// Quick ones: a page is made for one reader, once.
const BROTLI_BUFFER: usize = 4_096;
const BROTLI_QUALITY: u32 = 4;
const BROTLI_WINDOW: u32 = 18;
const GZIP_LEVEL: u32 = 4;

/// Pages alone. What a server function responds with can hold a new secret, and stays as it is: the length of a
/// compressed text tells whether it repeats what somebody guessed.
pub(crate) async fn compress_pages(request: Request, next: Next) -> Response {
    let encoding = chosen(request.headers(), ENCODINGS.iter().map(|encoding| (*encoding, ())));
    let is_read = *request.method() == Method::GET;
    let mut response = next.run(request).await;
    if !is_page(response.headers()) {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some((encoding, ())) = encoding.filter(|_| is_read) else { return response };
    let Some(encoder) = Encoder::of(encoding) else { return response };
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.map(|body| encoded(body, encoder))
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn encoded(body: Body, encoder: Encoder) -> Body {
    let begin = Some((body.into_data_stream(), encoder));
    Body::from_stream(stream::unfold(begin, |state| async move {
        let (mut chunks, mut encoder) = state?;
        let out: (io::Result<Bytes>, _) = match chunks.next().await {
            Some(Ok(chunk)) => (encoder.take(&chunk), Some((chunks, encoder))),
            Some(Err(error)) => (Err(io::Error::other(error)), None),
            None => (encoder.finish(), None),
        };
        Some(out)
    }))
}

/// What has been written and not yet sent is in the vector inside.
enum Encoder {
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
}

impl Encoder {
    /// None for what is sent as it is.
    fn of(encoding: &str) -> Option<Self> {
        match encoding {
            "br" => Some(Self::Brotli(Box::new(CompressorWriter::new(Vec::new(), BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW)))),
            "gzip" => Some(Self::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))))),
            _ => None,
        }
    }

    /// Takes a chunk in, and gives what a reader needs to have all of it.
    fn take(&mut self, chunk: &[u8]) -> io::Result<Bytes> {
        let out = match self {
            Self::Brotli(writer) => {
                writer.write_all(chunk)?;
                writer.flush()?;
                writer.get_mut()
            }
            Self::Gzip(writer) => {
                writer.write_all(chunk)?;
                writer.flush()?;
                writer.get_mut()
            }
        };
        Ok(mem::take(out).into())
    }

    fn finish(self) -> io::Result<Bytes> {
        match self {
            Self::Brotli(writer) => Ok(writer.into_inner().into()),
            Self::Gzip(writer) => writer.finish().map(Bytes::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures::channel::mpsc;

    use super::*;

    fn reader<'a>(encoding: &str, bytes: &'a [u8]) -> Box<dyn Read + 'a> {
        match encoding {
            "br" => Box::new(brotli::Decompressor::new(bytes, BROTLI_BUFFER)),
            _ => Box::new(flate2::read::GzDecoder::new(bytes)),
        }
    }

    #[tokio::test]
    async fn a_chunk_goes_out_before_the_next_one_is_there() {
        for encoding in ["br", "gzip"] {
            let (sender, chunks) = mpsc::unbounded::<io::Result<Bytes>>();
            let mut out = encoded(Body::from_stream(chunks), Encoder::of(encoding).unwrap()).into_data_stream();
            sender.unbounded_send(Ok("<h1>Home</h1>".into())).unwrap();
            let mut bytes = out.next().await.unwrap().unwrap().to_vec();
            let mut first = [0; 13];
            reader(encoding, &bytes).read_exact(&mut first).unwrap();
            assert_eq!(&first, b"<h1>Home</h1>", "{encoding}");
            sender.unbounded_send(Ok("<p>More</p>".into())).unwrap();
            drop(sender);
            while let Some(chunk) = out.next().await {
                bytes.extend_from_slice(&chunk.unwrap());
            }
            let mut whole = String::new();
            reader(encoding, &bytes).read_to_string(&mut whole).unwrap();
            assert_eq!(whole, "<h1>Home</h1><p>More</p>", "{encoding}");
        }
        assert!(Encoder::of("identity").is_none());
    }
}
