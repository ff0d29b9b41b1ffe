//! What the traffic of an API says: its figures, limits and response cache.

use super::texts::texts;

texts! {
    /// The texts of the traffic of an API.
    ApiTraffic {
        purged = "Cache purged.";
        purged_help = " On every node, the next requests are cache misses.";
        saved = "Settings saved.";
        saved_help = " Every gateway node applies them within 1 second.";
        lapse_help = " Counted on this node in the last 10 minutes.";
        figures = "Requests on this node since restart";
        none_title = "Not live yet";
        none_text = "Requests are counted here once a version is live.";
        table = "Requests by environment";
        environment = "Environment";
        answered = "Successful";
        degraded = "Degraded";
        failed = "Failed";
        limited = "Rate limited";
        mean = "Mean latency";
        mean_us(us: &str) = "{us} µs";
        memory = "L1 hits";
        redis = "L2 hits";
        stale = "Stale hits";
        fetched = "Cache misses";
        limit = "Rate limit";
        priority_is(priority: &str) = " Priority: {priority}.";
        only_owners = "Only owners of this domain can change these settings.";
        settings = "Rate limit and priority";
        settings_help = "The limit applies to the requests of all apps together. The grant of an app, under Access, has its own limit. Changes apply immediately.";
        priority = "Priority";
        priority_help = "APIs of the same domain and priority share gateway capacity and connection pools.";
        save = "Save settings";
        cache = "Response cache";
        cache_off = "Responses are not cached. To cache them, set the response cache under Policy in a new version.";
        cached(place: &str, ttl: &str) = "Responses are cached {place} for {ttl}.";
        cached_stale(place: &str, ttl: &str, stale: &str) = "Responses are cached {place} for {ttl}. Stale responses are served for {stale} more while new ones are fetched.";
        in_memory = "in memory";
        in_redis = "in Redis";
        in_both = "in memory and in Redis";
        purge = "Purge cache";
        purge_title(api: &str) = "Purge the response cache of {api}?";
        purge_effect = "All cached responses of this API are deleted on every node. Until responses are cached again, each request reads the source.";
    }
}
