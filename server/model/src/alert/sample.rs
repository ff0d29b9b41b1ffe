//! What a rule is told of a metric.

/// What is known of a metric over the window of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    /// Nothing where no node has reported, or where there was nothing to take a share or a percentile of.
    pub value: Option<f64>,
    /// What the value rests on: the failed requests of a share of errors, the requests of a latency or another share. 0 for a gauge or a rate.
    pub events: u64,
}
