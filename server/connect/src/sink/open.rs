//! A binding, opened for writing.

use std::sync::Arc;

use async_trait::async_trait;
use model::connector::{MAY_WRITE, WRITE};
use model::dialect::Dialect;
use model::snapshot::SnapshotSource;

use super::{Change, Rows, Sink};
use crate::vault::Vault;
use crate::{Hosts, SourceError, SourceErrorKind, binding, registry};

/// Opens a binding for writing.
///
/// # Errors
/// Where its owner does not let it be written into, or its kind cannot be.
pub fn open(vault: &Vault, source: &SnapshotSource) -> Result<(Arc<dyn Sink>, Dialect), SourceError> {
    let config = binding::settings(vault, source)?;
    if config.get(WRITE) != MAY_WRITE {
        let place = source.environment.key();
        let sentence = format!(
            "The source does not allow dataset output in {place}. Its owner can turn on \"Allow dataset output\" on the source's page."
        );
        return Err(SourceError::new(SourceErrorKind::Refused, sentence));
    }
    let unknown = || SourceError::new(SourceErrorKind::Config, format!("Connector {} does not exist.", source.driver));
    let connector = registry::connector(&source.driver).ok_or_else(unknown)?;
    let sink: Arc<dyn Sink> = Arc::new(Judged { inner: connector.sink(&config)?, hosts: connector.hosts(&config)? });
    Ok((sink, connector.dialect()))
}

/// A database whose hosts are judged each time before it may be dialled.
struct Judged {
    inner: Arc<dyn Sink>,
    hosts: Hosts,
}

#[async_trait]
impl Sink for Judged {
    fn portion(&self) -> usize {
        self.inner.portion()
    }

    async fn run(&self, statements: &[String]) -> Result<(), SourceError> {
        self.hosts.judge().await?;
        self.inner.run(statements).await
    }

    async fn append(&self, rows: &Rows<'_>) -> Result<(), SourceError> {
        self.hosts.judge().await?;
        self.inner.append(rows).await
    }

    async fn change(&self, change: &Change<'_>) -> Result<bool, SourceError> {
        self.hosts.judge().await?;
        self.inner.change(change).await
    }
}
