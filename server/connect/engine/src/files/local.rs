//! Files of this machine as a store: each is opened by what the operator allows, and what leads out of that is not there.

use std::fmt::{self, Display};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path as FilePath, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use connect::policy;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::errors::CUT_SHORT;

/// More files than this are not one source.
pub(super) const MAX_FILES: usize = 20_000;
/// How deep folders of one table may lie.
pub(super) const MAX_DEPTH: usize = 8;
/// What its errors are of.
const STORE: &str = "files of this machine";
/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;

fn never(what: &'static str) -> Error {
    Error::NotSupported { source: what.into() }
}

/// The store; it holds nothing, for what may be read is asked each time.
#[derive(Debug)]
pub(crate) struct Local;

impl Display for Local {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(STORE)
    }
}

#[async_trait]
impl ObjectStore for Local {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let location = location.clone();
        blocking(move || open(location, options)).await
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = prefix.cloned().unwrap_or_default();
        let found = blocking(move || {
            let (mut found, mut above) = (Vec::new(), Vec::new());
            walk(&on_disk(&prefix)?, &mut above, &mut found)?;
            Ok(found)
        });
        futures::stream::once(found).map_ok(|found| futures::stream::iter(found.into_iter().map(Ok::<_, Error>))).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(never("folders are listed whole"))
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

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

fn on_disk(location: &Path) -> Result<PathBuf> {
    // The store's root has no name, and is the machine's.
    if location.as_ref().is_empty() { Ok(FilePath::new("/").to_owned()) } else { LocalFileSystem::new().path_to_filesystem(location) }
}

fn failed(error: io::Error, path: &FilePath) -> Error {
    let (kind, path, source) = (error.kind(), path.display().to_string(), error.into());
    match kind {
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory => Error::NotFound { path, source },
        io::ErrorKind::PermissionDenied => Error::PermissionDenied { path, source },
        _ => Error::Generic { store: STORE, source },
    }
}

fn open(location: Path, options: GetOptions) -> Result<GetResult> {
    let path = on_disk(&location)?;
    let file = policy::places().open(&path).map_err(|error| failed(error, &path))?;
    let metadata = file.metadata().map_err(|error| failed(error, &path))?;
    if !metadata.is_file() {
        return Err(failed(io::ErrorKind::IsADirectory.into(), &path));
    }
    let meta = about(&metadata, location).map_err(|error| failed(error, &path))?;
    options.check_preconditions(&meta)?;
    let range = match options.range {
        Some(range) => range.as_range(meta.size).map_err(|error| Error::Generic { store: STORE, source: Box::new(error) })?,
        None => 0..meta.size,
    };
    let payload = GetResultPayload::Stream(chunks(file, path, range.clone()));
    Ok(GetResult { payload, meta, range, attributes: Attributes::default() })
}

/// The bytes of a range, in pieces. A file that ends before its range does is an error: whoever reads on would wait for ever.
fn chunks(file: File, path: PathBuf, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
    let stream = futures::stream::try_unfold((file, path, range), |(mut file, path, range)| {
        blocking(move || {
            let left = usize::try_from(range.end - range.start).unwrap_or(CHUNK).min(CHUNK);
            if left == 0 {
                return Ok(None);
            }
            let mut bytes = Vec::with_capacity(left);
            let read = file.seek(SeekFrom::Start(range.start)).and_then(|_| (&mut file).take(left as u64).read_to_end(&mut bytes));
            match read.map_err(|error| failed(error, &path))? {
                0 => Err(Error::Generic { store: STORE, source: CUT_SHORT.into() }),
                read => Ok(Some((bytes.into(), (file, path, range.start + read as u64..range.end)))),
            }
        })
    });
    stream.boxed()
}

/// As other stores of the disk tell a state of a file from another: jobs that wait for files have it in their marks.
fn about(metadata: &Metadata, location: Path) -> io::Result<ObjectMeta> {
    let modified = metadata.modified()?;
    let micros = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros();
    let e_tag = format!("{:x}-{micros:x}-{:x}", metadata.ino(), metadata.len());
    Ok(ObjectMeta { location, last_modified: modified.into(), size: metadata.len(), e_tag: Some(e_tag), version: None })
}

/// Adds the files of a folder and of those in it. `above` are the folders on the way, so that links do not lead in circles.
fn walk(folder: &FilePath, above: &mut Vec<(u64, u64)>, found: &mut Vec<ObjectMeta>) -> Result<()> {
    let Some(this) = metadata_of(folder).filter(Metadata::is_dir) else { return Ok(()) };
    let known = (this.dev(), this.ino());
    if above.contains(&known) || above.len() > MAX_DEPTH + 1 {
        return Ok(());
    }
    above.push(known);
    for entry in std::fs::read_dir(folder).map_err(|error| failed(error, folder))? {
        let path = entry.map_err(|error| failed(error, folder))?.path();
        // One that is gone again, or whose name is no text, is not there.
        let (Some(metadata), Ok(location)) = (metadata_of(&path), Path::from_absolute_path(&path)) else { continue };
        if metadata.is_dir() {
            walk(&path, above, found)?;
        } else if metadata.is_file() && on_disk(&location).is_ok() {
            found.push(about(&metadata, location).map_err(|error| failed(error, &path))?);
        }
        // One more than there may be: whoever asked tells that there are too many.
        if found.len() > MAX_FILES {
            break;
        }
    }
    above.pop();
    Ok(())
}

/// What a path leads to, where sources may read that. Of a plain file the folder has been asked for.
fn metadata_of(path: &FilePath) -> Option<Metadata> {
    let plain = path.symlink_metadata().ok()?;
    if plain.is_file() {
        return Some(plain);
    }
    policy::places().check(path).ok()?.metadata().ok()
}
