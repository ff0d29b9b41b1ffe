//! All rows of a dataset's table as it would have them, for those who hold both beside one another.

use connect::Spoiled;
use futures::TryStreamExt;
use model::dataset::DatasetSpec;
use model::incremental::Incremental;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::encoder::Encoder;
use crate::build::mapped::Maps;
use crate::build::progress::Flow;
use crate::build::read::unless_stopped;
use crate::failed::Failed;
use crate::source::throttle::Throttle;
use crate::source::{Asked, Deleted, statement};

pub(crate) struct TableRows<'a> {
    spec: DatasetSpec,
    asked: Asked<'a>,
    deleted: Deleted,
    maps: Maps,
    encoder: Encoder,
    /// Rows that the mapping cannot make are named too.
    names_all: bool,
}

/// A dataset with the columns alone that say which rows there are; with all, where a mapping may need any of them.
fn keys_alone(spec: &DatasetSpec, incremental: Option<&Incremental>) -> DatasetSpec {
    let mut keys = spec.clone();
    if spec.mapping.is_plain() {
        let is_asked = |column: &String| spec.key.contains(column) || incremental.is_some_and(|incremental| incremental.deleted == *column);
        keys.register.retain(|field| is_asked(&field.column));
    }
    keys
}

impl<'a> TableRows<'a> {
    /// # Errors
    /// A mapping that cannot be read any more.
    pub(crate) fn new(
        worker: &Worker,
        (spec, incremental): (&DatasetSpec, Option<&Incremental>),
        asked: Asked<'a>,
    ) -> Result<Self, Failed> {
        let deleted = Deleted::of(spec, incremental);
        Ok(Self { spec: spec.clone(), asked, deleted, maps: Maps::new(worker, spec)?, encoder: Encoder::new(spec), names_all: false })
    }

    /// Which rows there are, also those that the mapping cannot make: without the columns that no key is made of, where those say nothing of
    /// that.
    pub(crate) fn keys(
        worker: &Worker,
        (spec, incremental): (&DatasetSpec, Option<&Incremental>),
        asked: Asked<'a>,
    ) -> Result<Self, Failed> {
        Ok(Self { names_all: true, ..Self::new(worker, (&keys_alone(spec, incremental), incremental), asked)? })
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
        let (sender, mut rejected) = mpsc::unbounded_channel();
        let answer = self.asked.connection.query_rejecting(statement(&self.spec, self.asked.dialect), sender);
        let mut batches = unless_stopped(stop, answer).await?.map_err(failed)?;
        while let Some(batch) = unless_stopped(stop, batches.try_next()).await?.map_err(failed)? {
            self.refuse_unnamed(&mut rejected)?;
            let mut bytes = 0;
            let rows = self.maps.map(&batch)?;
            let encoded = self.encoder.rows(&rows.rows);
            for row in 0..rows.len() {
                let is_bad = rows.bad(row).is_some();
                if self.deleted.says(&batch, row) || rows.is_out(row) || (is_bad && !self.names_all) {
                    continue;
                }
                match encoded.encode(row) {
                    (Some(key), message) => {
                        bytes += i64::try_from(message.len()).unwrap_or(0);
                        visit(&key, &message);
                    }
                    (None, _) if is_bad => {
                        let bad = rows.bad(row).unwrap_or_default();
                        return Err(Failed::new(format!(
                            "Delete detection stopped, because a row of the table has no readable key. {bad} Correct the row."
                        )));
                    }
                    (None, _) => {}
                }
            }
            throttle.after((i64::try_from(batch.num_rows()).unwrap_or(0), bytes), flow, stop).await?;
        }
        self.refuse_unnamed(&mut rejected)
    }

    /// A row that cannot be read is none of a build's either, unless it is asked which rows are gone.
    fn refuse_unnamed(&self, rejected: &mut mpsc::UnboundedReceiver<Spoiled>) -> Result<(), Failed> {
        while let Ok(spoiled) = rejected.try_recv() {
            if self.names_all {
                let Spoiled { place, reason, .. } = spoiled;
                return Err(Failed::new(format!(
                    "Delete detection stopped, because a row of the table has no readable key. {place}: {reason} Correct the row."
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::mapping::Mapping;

    use super::*;
    use crate::samples::spec;

    #[test]
    fn keys_are_read_alone_unless_a_mapping_may_need_the_rest() {
        let columns = [("a", DataType::Int64), ("b", DataType::String), ("gone", DataType::Bool), ("c", DataType::Json)];
        let plain = spec(&columns, &["b", "a"]);
        let names = |spec: &DatasetSpec, incremental: Option<&Incremental>| {
            keys_alone(spec, incremental).register.into_iter().map(|field| field.column).collect::<Vec<_>>()
        };
        let incremental = Incremental { deleted: "gone".into(), ..Incremental::default() };
        assert_eq!(names(&plain, None), ["a", "b"]);
        assert_eq!(names(&plain, Some(&Incremental::default())), ["a", "b"]);
        assert_eq!(names(&plain, Some(&incremental)), ["a", "b", "gone"]);
        let mapped = DatasetSpec { mapping: Mapping { left_out: vec!["d".into()], ..Mapping::default() }, ..plain };
        assert_eq!(names(&mapped, Some(&incremental)).len(), 4);
    }
}
