//! Which APIs the home page is about.

use model::view::ApiSummary;

/// The APIs of the reader, and those of the reader's domains where there are none; and whether they are the reader's own.
pub(super) fn shown(email: &str, apis: Vec<ApiSummary>) -> (bool, Vec<ApiSummary>) {
    let mine: Vec<ApiSummary> = apis.iter().filter(|api| api.owner == email).cloned().collect();
    if mine.is_empty() { (false, apis) } else { (true, mine) }
}
