//! What the metrics of alert rules are called.

use super::texts::texts;

texts! {
    /// The names of metrics. The server alone writes them.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    AlertMetrics {
        requests = "Requests per second";
        errors = "Errors per second";
        error_share = "Error share";
        latency_p50 = "Latency p50";
        latency_p95 = "Latency p95";
        latency_p99 = "Latency p99";
        latency_max = "Maximum latency";
        cache_miss = "Share of requests to the source";
        bytes_out = "Bytes sent per second";
        limit_hits = "Requests over the rate limit per second";
        degraded = "Degraded responses per second";
        breaker_open = "Open circuit breaker";
        statements = "Statements per second";
        running = "In progress";
        waiting = "In the queue";
        refused = "Refused per second";
        rows = "Rows per second";
        rejected_rows = "Rejected rows per second";
        lag = "Lag";
        freshness = "Age of the newest row";
        version_age = "Age of the live version";
        cpu = "CPU, as a share of one core";
        memory = "Memory";
        open_files = "Open files";
        loop_delay = "Event-loop delay";
    }
}
