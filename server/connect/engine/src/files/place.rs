//! Where the files are: a path on this machine, or a bucket that speaks S3. Both are the same to the rest.

use std::sync::Arc;
use std::time::Duration;

use connect::{BindingConfig, SourceError, SourceErrorKind, egress, policy};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::local::Local;
use super::s3::Dialled;

/// How long what a bucket holds is taken to be the same; a folder of this machine is looked at for every question.
const BUCKET_STAYS: Duration = Duration::from_secs(10);

pub(crate) struct Place {
    /// What addresses of this store begin with.
    pub(crate) url: Url,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) root: Path,
    pub(crate) stays: Duration,
    local: bool,
}

fn bad(sentence: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Config, sentence)
}

impl Place {
    /// # Errors
    /// A path or settings that cannot be used.
    pub(crate) fn of(config: &BindingConfig) -> Result<Self, SourceError> {
        let path = config.get("path");
        if path.starts_with("s3://") {
            return Self::bucket(path, config);
        }
        if !std::path::Path::new(path).is_absolute() {
            return Err(bad("The path must begin with / (a path on the machine of Sluice) or with s3://."));
        }
        policy::places().check(std::path::Path::new(path))?;
        Ok(Self { store: Arc::new(Local), local: true, ..Self::on_disk("file:///", path)? })
    }

    /// A file of the program itself, which is named by no person.
    ///
    /// # Errors
    /// A path that cannot be used.
    pub(crate) fn own(path: &str) -> Result<Self, SourceError> {
        Self::on_disk("datasets://live", path)
    }

    fn on_disk(url: &str, path: &str) -> Result<Self, SourceError> {
        let unusable = || bad("The path is not valid. Enter a path without . and .. parts.");
        Ok(Self {
            url: Url::parse(url).map_err(|_| unusable())?,
            store: Arc::new(LocalFileSystem::new()),
            root: Path::from_absolute_path(path).map_err(|error| unusable().because(error))?,
            stays: Duration::ZERO,
            local: false,
        })
    }

    fn bucket(path: &str, config: &BindingConfig) -> Result<Self, SourceError> {
        let unusable = || bad("The path must have the form s3://bucket/folder.");
        let whole = Url::parse(path).map_err(|_| unusable())?;
        let bucket = whole.host_str().ok_or_else(unusable)?;
        let or = |text: &str, usual: &str| if text.is_empty() { usual.to_owned() } else { text.to_owned() };
        let retries = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() };
        let endpoint = config.get("endpoint");
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(or(config.get("region"), "us-east-1"))
            .with_client_options(ClientOptions::new().with_allow_http(true))
            .with_http_connector(Dialled)
            .with_retry(retries);
        if !endpoint.is_empty() {
            builder = builder.with_endpoint(endpoint);
        }
        builder = match (config.get("access_key"), config.get("secret_key")) {
            ("", "") => builder.with_skip_signature(true),
            (key, secret) => builder.with_access_key_id(key).with_secret_access_key(secret),
        };
        let store = builder.build().map_err(|error| bad("The S3 settings are not valid. Check each setting.").because(error))?;
        Ok(Self {
            url: Url::parse(&format!("s3://{bucket}")).map_err(|_| unusable())?,
            store: Arc::new(store),
            root: Path::from_url_path(whole.path()).map_err(|error| unusable().because(error))?,
            stays: BUCKET_STAYS,
            local: false,
        })
    }

    /// As the engine names a file: whatever stands in its name is only that.
    pub(crate) fn file_url(&self, file: &Path) -> Url {
        let parts = file.as_ref().split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string());
        let mut url = self.url.clone();
        url.set_path(&format!("/{}", parts.collect::<Vec<_>>().join("/")));
        url
    }

    /// A bucket has no folders: there, what is not listed is not there.
    ///
    /// # Errors
    /// Where a path of this machine leads nowhere, or where sources may not read.
    pub(crate) async fn check_folder(&self) -> Result<(), SourceError> {
        if self.local {
            let path = LocalFileSystem::new().path_to_filesystem(&self.root);
            let path =
                path.map_err(|error| SourceError::new(SourceErrorKind::Other, "The path is not valid. Check the path.").because(error))?;
            let found = policy::places().check(&path)?;
            tokio::fs::metadata(found).await.map_err(|error| self.missing(&error))?;
        }
        Ok(())
    }

    pub(crate) fn missing(&self, cause: &(dyn std::error::Error + 'static)) -> SourceError {
        if let Some(refused) = egress::refusal(cause) {
            return refused;
        }
        let sentence = if self.local {
            "No file or folder exists at this path, or Sluice has no permission to read it. Check the path and the permissions."
        } else {
            "The bucket cannot be read. Check its name, the endpoint, the keys and their permissions."
        };
        SourceError::new(SourceErrorKind::Unreachable, sentence).because(cause)
    }
}
