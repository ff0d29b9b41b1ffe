//! What is said of a script that cannot be run: where in its text, and which names may have been meant.

use connect::guard::{Refusal, Unknown};
use connect::{SourceError, SourceErrorKind, guard};
use model::ApiSpec;
use model::near::question;
use model::script::place;
use model::spec::{ApiBody, Query, SqlBody};

use crate::sources::Resolved;

/// A refusal of the guard with its place in the script that somebody wrote.
pub(super) fn refused(refusal: &Refusal, rendered: &str, spec: &ApiSpec) -> String {
    let place = refusal.place.and_then(|(line, column)| Some((usize::try_from(line).ok()?, usize::try_from(column).ok()?)));
    let place = match script_text(spec) {
        Some(text) => place.and_then(|place| place::in_script(rendered, place, text)),
        None => place,
    };
    place::tell(place, &refusal.message)
}

/// What a source says of a statement, with the place in the script that somebody wrote and the names that may have been meant.
pub(super) async fn told_of_script(source: &Resolved, error: &SourceError, rendered: &str, text: &str) -> String {
    let sentence = place::moved(&error.sentence, rendered, text);
    let is_of_name = matches!(error.kind, SourceErrorKind::Missing | SourceErrorKind::Statement);
    let near = if is_of_name { near_name(source, rendered).await } else { None };
    let Some(Unknown { place, meant, .. }) = near else { return sentence };
    let told = place.filter(|_| place::told(&sentence).is_none()).and_then(|place| place::in_script(rendered, place, text));
    place::tell(told, &format!("{sentence}{}", question(&meant)))
}

/// What a statement names that is not there. A source that does not tell its tables now has said what is wrong.
async fn near_name(source: &Resolved, sql: &str) -> Option<Unknown> {
    let tables = source.connection.tables().await.ok()?;
    guard::unknown_name(sql, source.dialect, &tables)
}

/// The text of a script; nothing of what is asked by form.
pub(super) fn script_text(spec: &ApiSpec) -> Option<&str> {
    match &spec.body {
        ApiBody::Sql(SqlBody { query: Query::Script(text), .. }) => Some(text),
        _ => None,
    }
}
