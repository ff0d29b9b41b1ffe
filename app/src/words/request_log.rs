//! What the request log says.

use super::texts::texts;

texts! {
    /// The texts of the request log and of one request in it.
    RequestLog {
        title = "Requests";
        lead = "A sample of the requests that all nodes responded to. Of failures, the first 20 of each API, code and ten seconds are kept.";
        filters = "Filter requests";
        request_id = "Request ID";
        api = "API";
        api_note = "domain/name";
        app = "App";
        result = "Result";
        any_result = "Any result";
        ok = "OK";
        failed = "Failed, any code";
        from = "From (UTC)";
        to = "To (UTC)";
        search = "Search";
        clear = "Clear";
        of_this_api = "Show requests of this API";
        table = "Requests, newest first";
        none_title = "No requests";
        none_text = "No request in the log matches these filters. Requests are kept for some days.";
        none_yet = "No request in this part of the log matches these filters. Continue with older requests.";
        older = "Older requests";
        unreadable(names: &str) = "Some parts of the log cannot be read: {names}. An operator can find the cause in the log of the program.";
        other_nodes(nodes: &str) = "Each node keeps its own log. Not searched, because they did not respond: {nodes}. Search again later.";
        time = "Time";
        duration = "Duration";
        source_time = "Source";
        ms(ms: &str) = "{ms} ms";
        no_app = "Unknown app";
        no_api = "Unknown API";
        request_of(api: &str) = "Request to {api}";
        overview = "Overview";
        timeline = "Timeline";
        timeline_text = "What the request did, on one line of time. A queue is the wait for a concurrency slot of the source.";
        part = "Part";
        note = "Details";
        began = "Start";
        asked_source(source: &str, driver: &str) = "{source} ({driver})";
        asked_by_step(step: &str, source: &str, driver: &str) = "{step}: {source} ({driver})";
        given_rows(rows: &str) = "Rows: {rows}";
        span(part: &str, start: &str, took: &str) = "{part} started after {start} ms and took {took} ms";
        trace_id = "Trace ID";
        version = "Version";
        environment = "Environment";
        caller = "Authentication";
        by_key = "API key";
        by_token = "JWT";
        by_nobody = "None";
        gateway_time = "Time in the gateway";
        cache_time = "Time in the response cache";
        in_source_time = "Time in the source or dataset";
        cache = "Response cache";
        cache_unused = "Not used";
        size = "Response size";
        size_unknown = "Not known (stream)";
        node = "Node";
        parameters = "Parameters";
        parameters_none = "No parameters";
        result_failed = "Failed";
        masked = "Masked";
        masked_help = "Values are shown only for parameters that are marked with “Show values in the request log”.";
    }
}
