//! Files of lines are read through this: a line that does not end would otherwise be gathered in memory until it does.

use std::fmt::{self, Debug, Display};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

/// The longest line of a file, in bytes.
pub(crate) const MAX_LINE: usize = 64 << 20;
/// What a longer one is told by, in an error of the store.
pub(crate) const TOO_LONG: &str = "a line does not end";

/// Another store, for reading, with an end to each line.
#[derive(Debug)]
pub(crate) struct Bounded(pub(crate) Arc<dyn ObjectStore>);

/// Whether the bytes of a file are lines of text.
fn has_lines(file: &Path) -> bool {
    let name = file.filename().unwrap_or_default();
    !name.ends_with(".parquet") && !name.ends_with(".gz") && !name.ends_with(".zst")
}

pub(super) fn never(what: &'static str) -> object_store::Error {
    object_store::Error::NotSupported { source: what.into() }
}

impl Display for Bounded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, formatter)
    }
}

#[async_trait]
impl ObjectStore for Bounded {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let head = options.head;
        let found = self.0.get_opts(location, options).await?;
        if head || !has_lines(location) {
            return Ok(found);
        }
        let (meta, range, attributes) = (found.meta.clone(), found.range.clone(), found.attributes.clone());
        let mut line = 0;
        let counted = found.into_stream().map(move |chunk| {
            let chunk: Bytes = chunk?;
            line = match chunk.iter().rposition(|byte| *byte == b'\n') {
                Some(end) => chunk.len() - end - 1,
                None => line + chunk.len(),
            };
            if line > MAX_LINE { Err(object_store::Error::Generic { store: "files", source: TOO_LONG.into() }) } else { Ok(chunk) }
        });
        Ok(GetResult { payload: GetResultPayload::Stream(counted.boxed()), meta, range, attributes })
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(never("sources are only read"))
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(never("sources are only read"))
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        futures::stream::once(async { Err(never("sources are only read")) }).boxed()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(never("sources are only read"))
    }
}
