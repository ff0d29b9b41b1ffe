//! For tests: chunks as processes write them.

use std::collections::BTreeMap;

use model::clock::{Millis, SECOND};
use observe::{Reading, Recorder, SeriesKey, Tier};
use store::SeriesChunkRow;

/// 2026-03-01T12:00:00Z.
pub(super) const BEGAN: Millis = 1_772_366_400_000;
pub(super) const STEP: Millis = 10 * SECOND;

/// The newest writing of each chunk, as the store keeps them.
#[derive(Default)]
pub(super) struct Written(BTreeMap<(String, i64, Millis, String), SeriesChunkRow>);

impl Written {
    pub(super) fn process(&mut self, writer: &str) -> Process<'_> {
        self.process_from(writer, BEGAN)
    }

    pub(super) fn process_from(&mut self, writer: &str, began: Millis) -> Process<'_> {
        Process { recorder: Recorder::new(writer, began), began, written: self }
    }

    /// The chunks of a series in a tier.
    pub(super) fn rows(&self, series: &SeriesKey, tier: Tier) -> Vec<SeriesChunkRow> {
        let series = series.to_string();
        self.0.values().filter(|row| row.series == series && row.tier == i64::from(tier.number())).cloned().collect()
    }

    /// The chunks of all series in a tier.
    pub(super) fn of_tier(&self, tier: Tier) -> Vec<SeriesChunkRow> {
        self.0.values().filter(|row| row.tier == i64::from(tier.number())).cloned().collect()
    }
}

/// A process that writes.
pub(super) struct Process<'a> {
    recorder: Recorder,
    began: Millis,
    written: &'a mut Written,
}

impl Process<'_> {
    /// Takes readings so many tens of seconds after the beginning.
    pub(super) fn tick(&mut self, number: i64, readings: impl IntoIterator<Item = (SeriesKey, Reading)>) {
        let tick = self.recorder.tick(self.began + number * STEP, readings);
        for chunk in &tick.chunks {
            let row = SeriesChunkRow {
                series: chunk.series.to_string(),
                tier: i64::from(chunk.tier.number()),
                start_ms: chunk.start,
                writer: chunk.writer.clone(),
                tick: chunk.tick,
                bytes: chunk.bytes.clone(),
            };
            self.written.0.insert((row.series.clone(), row.tier, row.start_ms, row.writer.clone()), row);
        }
        self.recorder.written(&tick);
    }
}
