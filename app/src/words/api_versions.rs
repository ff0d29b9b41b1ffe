//! What the versions of an API say, and the questions before one is rolled back to or retired.

use super::texts::texts;

texts! {
    /// The texts of the versions of an API.
    ApiVersions {
        none_title = "No versions yet";
        none_text = "A draft becomes version 1 when you send it for review.";
        broken = "The newest release cannot be served.";
        broken_help = " The last working version, if there is one, continues to serve requests.";
        table = "Versions";
        version = "Version";
        state = "State";
        live_in = "Live in";
        author = "Author";
        created = "Created";
        actions = "Actions";
        number(number: i64) = "v{number}";
        try_it = "Try it";
        no_apps = "No app has access.";
        apps(apps: &str) = "Apps with access: {apps}.";
        retire = "Retire API";
        retire_help = "A retired API rejects all requests. Its versions remain, and each of them can be made live again.";
        retire_in(environment: &str) = "Retire in {environment}";
        retire_title(api: &str, environment: &str) = "Retire {api} in {environment}?";
        retire_effect(environment: &str) = "Requests to the API in {environment} are rejected immediately.";
        retire_undo(environment: &str, number: i64) = "To undo this, roll back {environment} to v{number} on this page.";
        roll_back(environment: &str, number: i64) = "Roll back {environment} to v{number}";
        roll_back_title(api: &str, environment: &str, number: i64) = "Roll back {api} in {environment} to v{number}?";
        roll_back_effect(environment: &str, number: i64, now: i64) = "Requests in {environment} are served by v{number} immediately, instead of v{now}.";
        roll_back_first(environment: &str, number: i64) = "Requests in {environment} are served by v{number} immediately. No version is live there now.";
        roll_back_undo(environment: &str, now: i64) = "To undo this, roll back {environment} to v{now}.";
        roll_back_undo_first(environment: &str) = "To undo this, retire the API in {environment}.";
    }
}
