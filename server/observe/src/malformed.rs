//! What is said of bytes that are no chunk.

/// Why bytes are no chunk. Nothing is put in their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("layout {0} is not known to this version of Sluice")]
    Version(u8),
    #[error("the compressed part is damaged")]
    Compression,
    #[error("the chunk ends within {0}")]
    Cut(&'static str),
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("bytes follow the end of the chunk")]
    Trailing,
}
