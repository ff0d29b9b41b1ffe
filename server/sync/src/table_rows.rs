//! All rows of a dataset's table as it would have them, for those who hold both beside one another.

use connect::Connection;
use futures::TryStreamExt;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::follow::Follow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::encoder::Encoder;
use crate::failed::Failed;
use crate::mapped::Maps;
use crate::progress::Flow;
use crate::source::{Deleted, statement};
use crate::throttle::Throttle;

pub(crate) struct TableRows<'a> {
    spec: DatasetSpec,
    connection: &'a dyn Connection,
    dialect: Dialect,
    deleted: Deleted,
    maps: Maps,
    encoder: Encoder,
}

impl<'a> TableRows<'a> {
    /// # Errors
    /// A mapping that cannot be read any more.
    pub(crate) fn new(
        worker: &Worker,
        (spec, follow): (&DatasetSpec, Option<&Follow>),
        (connection, dialect): (&'a dyn Connection, Dialect),
    ) -> Result<Self, Failed> {
        let deleted = Deleted::of(spec, follow);
        Ok(Self { spec: spec.clone(), connection, dialect, deleted, maps: Maps::new(worker, spec)?, encoder: Encoder::new(spec) })
    }

    /// The same without the columns that no key is made of, where those say nothing of which rows there are.
    pub(crate) fn keys(
        worker: &Worker,
        (spec, follow): (&DatasetSpec, Option<&Follow>),
        of: (&'a dyn Connection, Dialect),
    ) -> Result<Self, Failed> {
        let mut keys = spec.clone();
        if spec.mapping.is_plain() {
            let is_asked = |column: &String| spec.key.contains(column) || follow.is_some_and(|follow| follow.deleted == *column);
            keys.register.retain(|field| is_asked(&field.column));
        }
        Self::new(worker, (&keys, follow), of)
    }

    /// Every row with its key that is not deleted, as gently as a build reads.
    ///
    /// # Errors
    /// Where the source fails, or it is to stop.
    pub(crate) async fn visit(
        &self,
        (throttle, flow): (&mut Throttle<'_>, &mut impl Flow),
        stop: &CancellationToken,
        mut visit: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Failed> {
        let failed = |error: connect::SourceError| Failed::of_source(&self.spec, &error);
        let mut batches = self.connection.query(statement(&self.spec, self.dialect)).await.map_err(failed)?;
        while let Some(batch) = batches.try_next().await.map_err(failed)? {
            let mut bytes = 0;
            let rows = self.maps.map(&batch)?;
            for row in 0..rows.len() {
                if self.deleted.says(&batch, row) || rows.is_out(row) || rows.bad(row).is_some() {
                    continue;
                }
                if let (Some(key), message) = self.encoder.encode(&rows.rows, row) {
                    bytes += i64::try_from(message.len()).unwrap_or(0);
                    visit(&key, &message);
                }
            }
            throttle.after((i64::try_from(batch.num_rows()).unwrap_or(0), bytes), flow, stop).await?;
        }
        Ok(())
    }
}
