//! What a chart is about, and what all charts of a page share.

use model::ErrorCode;
use model::time_axis::Zone;
use model::view::{ChartView, Metric};

use super::unit::Unit;

/// What a chart is about: it picks its lines out of all that a page has asked for.
pub(crate) struct Description {
    /// By which the script knows it again after an update.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    pub(crate) form: Form,
    pub(crate) lines: Vec<LineOf>,
    /// The line whose latest value stands in the head.
    pub(crate) headline: usize,
    /// Its latest value is drawn as a limit.
    pub(crate) limit: Option<Metric>,
    /// What is said in its place where there were requests and none of its lines has a value; nothing where it is drawn all the same.
    pub(crate) none: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Lines,
    /// Lines whose scale may be logarithmic.
    Latencies,
    /// Parts, one above the other.
    Stacked,
}

/// A line: its metric, its name in the legend, and its ink, by the end of its classes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineOf {
    pub(crate) metric: Metric,
    /// Errors with this code alone.
    pub(crate) code: Option<ErrorCode>,
    pub(crate) name: &'static str,
    pub(crate) ink: &'static str,
}

/// What all charts of a page share.
pub(crate) struct Shared<'a> {
    pub(crate) view: &'a ChartView,
    pub(crate) zone: &'a Zone,
    /// What the earlier time is called, where one is compared with.
    pub(crate) earlier: &'static str,
    pub(crate) is_log: bool,
    /// It ends now.
    pub(crate) is_live: bool,
}
