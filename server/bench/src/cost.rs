//! What measuring takes of the processor time of a request. A node that only looks keys up has nothing to wait for: what a request takes
//! of the processor is what it takes of the throughput.

use std::path::Path;

use crate::drivers::{SECONDS, calls, in_turn, number_of, script, twin};
use crate::product::Product;
use crate::report::Report;

pub(crate) fn run(report: &mut Report, product: &Product, folder: &Path) {
    let script = script(folder, "measured", &product.key, "\"/api/travel/record?id=\" .. id");
    let request = || {
        let before = product.processor_seconds();
        let made = calls(&product.server.url, Some(&script), 64, SECONDS);
        (product.processor_seconds() - before) * 1e9 / made.count
    };
    let program = twin("bench-meters");
    let (meters, requests, shares) = in_turn(|| number_of(&program), request);
    report.note("metrics_ns_per_request", "ns", meters);
    report.note("kv_http_processor_ns_per_request", "ns", requests);
    // Without its meters a request would take so much less: the ratio of one to the other is that of the throughputs.
    report.at_least("metrics_cost", "ratio", shares.into_iter().map(|share| 1.0 - share).collect(), 0.97);
}
