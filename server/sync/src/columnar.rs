//! One build of a columnar dataset: read and written in the source's order, its key proved unique, read back.

use accel::{Checksum, Place, Sorter};
use connect::Connection;
use connect::batch::schema_of;
use fail::fail_point;
use futures::TryStreamExt;
use model::dataset::DatasetSpec;
use store::DataVersionRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::{Encoder, Failed, of_source, statement};
use crate::count::{SourceCount, refuse_size};
use crate::gate::{KeyGate, proved};
use crate::progress::Progress;
use crate::rules::Rules;

pub(crate) async fn read_and_write(
    worker: &Worker,
    row: &DataVersionRow,
    (spec, connection): (&DatasetSpec, &dyn Connection),
    progress: &mut Progress<'_>,
    stop: &CancellationToken,
) -> Result<(), Failed> {
    progress.step("reading").await?;
    let place = Place { dataset: row.dataset_id.clone(), version: row.id.clone() };
    let statement = statement(worker, spec, row).await?;
    let encoder = Encoder::new(spec);
    let counted = SourceCount::begin(worker, row, (spec, connection)).await?;
    let mut gate = KeyGate::new(spec);
    let mut rules = Rules::new(worker, spec)?;
    let mut read = Checksum::default();
    let mut keys = Sorter::new(&worker.stores.scratch())?;
    let mut writer = worker.stores.columnar().create(&place, schema_of(&statement.fields))?;
    let mut batches = connection.query(statement).await.map_err(|error| of_source(spec, &error))?;
    while let Some(batch) = batches.try_next().await.map_err(|error| of_source(spec, &error))? {
        if stop.is_cancelled() {
            return Err(Failed::broke_off());
        }
        rules.look(&batch)?;
        for index in 0..batch.num_rows() {
            let (key, message) = encoder.encode(&batch, index);
            let Some(key) = key else {
                gate.without_key(&message);
                continue;
            };
            read.add(&key, &message);
            progress.figures.row_bytes += i64::try_from(message.len()).unwrap_or(0);
            if !spec.key.is_empty() {
                keys.push((key, encoder.key_alone(&batch, index)))?;
            }
        }
        writer.write(&batch)?;
        let rows = i64::try_from(batch.num_rows()).unwrap_or(0);
        progress.figures.read_rows += rows;
        progress.figures.written_rows += rows;
        progress.tick().await?;
    }
    gate.pass()?;
    refuse_twins(keys, &mut gate)?;
    rules.pass()?;
    counted.agrees((spec, connection), progress.figures.read_rows).await?;
    refuse_size(worker, row, spec, progress.figures.read_rows).await?;
    fail_point!("build.before-seal");
    progress.figures.stored_bytes = i64::try_from(writer.seal()?).unwrap_or(0);
    progress.step("proving").await?;
    let mut written = Checksum::default();
    for batch in worker.stores.columnar().read(&place)? {
        let batch = batch?;
        for index in 0..batch.num_rows() {
            let (key, message) = encoder.encode(&batch, index);
            written.add(&key.unwrap_or_default(), &message);
        }
        progress.tick().await?;
    }
    proved(read, written)?;
    progress.figures.checksum = read.hex();
    fail_point!("build.after-proof");
    Ok(())
}

/// Where a key is named, it must tell each row from the others.
fn refuse_twins(keys: Sorter, gate: &mut KeyGate) -> Result<(), Failed> {
    let mut sorted = keys.sorted()?;
    let mut last: Option<Vec<u8>> = None;
    while let Some((key, row)) = sorted.next_pair()? {
        if last.as_ref() == Some(&key) {
            gate.twice(&row);
        }
        last = Some(key);
    }
    gate.pass()
}
