//! Searching the request log. Who may see an API sees its requests, and who may change an app sees the requests of that app, to any API.
//!
//! Each node keeps its own log. A search reads the log of the node that runs it, and names the other ones. There is no authenticated way
//! between nodes yet; once there is, their pages are merged here.

use model::view::{LoggedRequest, RequestLogPage, RequestLogQuery};
use model::{Action, ErrorCode, Problem};
use request_log::{CodeFilter, Cursor, Search, Sees};

use crate::{Caller, Control};

/// Requests of one page.
const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

impl Control {
    /// Requests that the log of this node has kept, newest first.
    ///
    /// # Errors
    /// A filter that cannot be read.
    pub async fn search_requests(&self, caller: &Caller, query: &RequestLogQuery) -> Result<RequestLogPage, Problem> {
        let search = search_of(query, sees(caller))?;
        let Some(log) = self.request_log.clone() else { return Ok(RequestLogPage::default()) };
        let nodes = self.nodes().await.unwrap_or_default();
        let other_nodes = nodes.into_iter().map(|node| node.id).filter(|id| id != log.node()).collect();
        let _turn = self.searches.acquire().await;
        let found = tokio::task::spawn_blocking(move || log.search(&search)).await.map_err(|cause| {
            tracing::error!(%cause, "a search of the request log ended early");
            Problem::new(ErrorCode::Internal, "The request log could not be searched. Try again.")
        })?;
        Ok(RequestLogPage { requests: found.entries, next: found.next.map(|next| next.text()), unreadable: found.unreadable, other_nodes })
    }
}

impl Control {
    /// One request, by its id.
    ///
    /// # Errors
    /// Where the log of this node does not have it, or the caller may not see it.
    pub async fn logged_request(&self, caller: &Caller, id: &str) -> Result<LoggedRequest, Problem> {
        let query = RequestLogQuery { request_id: Some(id.to_owned()), limit: Some(1), ..RequestLogQuery::default() };
        let found = self.search_requests(caller, &query).await?.requests.into_iter().next();
        // An empty id narrows nothing.
        found.filter(|request| request.request_id == id).ok_or_else(|| Problem::not_found("request with this id in the log of this node"))
    }
}

/// Whose requests the caller may see.
fn sees(caller: &Caller) -> Sees {
    if caller.is_admin() {
        return Sees::All;
    }
    let with = |action: Action| caller.roles().keys().filter(|domain| caller.can(action, domain)).cloned().collect();
    Sees::Of { apis: with(Action::See), apps: with(Action::EditApp) }
}

fn search_of(query: &RequestLogQuery, sees: Sees) -> Result<Search, Problem> {
    let text = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let after = match text(&query.after) {
        None => None,
        Some(text) => Some(Cursor::read(&text).ok_or_else(|| {
            Problem::field("after", "This is no cursor of the request log. Give the value of next from the page before, or leave it out.")
        })?),
    };
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::field("limit", format!("Give a number between 1 and {LARGEST_PAGE}.")));
    }
    Ok(Search {
        request_id: text(&query.request_id),
        api: text(&query.api),
        app: text(&query.app),
        code: code_of(text(&query.code).as_deref())?,
        from: query.from,
        to: query.to,
        after,
        limit: limit as usize,
        sees,
    })
}

fn code_of(key: Option<&str>) -> Result<CodeFilter, Problem> {
    match key {
        None => Ok(CodeFilter::Any),
        Some("ok") => Ok(CodeFilter::Ok),
        Some("failed") => Ok(CodeFilter::Failed),
        Some(key) => ErrorCode::ALL
            .into_iter()
            .find(|code| code.key() == key)
            .map(CodeFilter::Code)
            .ok_or_else(|| Problem::field("code", "Give ok, failed, or the code of an error, such as source-timeout.")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::Role;

    use super::*;

    #[test]
    fn a_viewer_sees_the_requests_of_apis_and_a_builder_also_those_of_apps() {
        let roles = BTreeMap::from([("travel".to_owned(), vec![Role::Viewer]), ("finance".to_owned(), vec![Role::Builder])]);
        let caller = Caller::new(("1".into(), "v@demo".into(), false), roles, None, "r");
        let Sees::Of { apis, apps } = sees(&caller) else { panic!("not all") };
        assert_eq!(apis, ["finance", "travel"]);
        assert_eq!(apps.contains(&"finance".to_owned()), caller.can(Action::EditApp, "finance"));
        assert!(!apps.contains(&"travel".to_owned()));
        assert!(matches!(sees(&Caller::system()), Sees::All));
    }

    #[test]
    fn what_cannot_be_read_is_told_under_its_name() {
        let refused = |query: RequestLogQuery| search_of(&query, Sees::All).map(drop).unwrap_err().errors[0].field.clone();
        assert_eq!(refused(RequestLogQuery { code: Some("teapot".into()), ..Default::default() }), "code");
        assert_eq!(refused(RequestLogQuery { after: Some("x".into()), ..Default::default() }), "after");
        assert_eq!(refused(RequestLogQuery { limit: Some(0), ..Default::default() }), "limit");
        let empty = RequestLogQuery { code: Some(" ".into()), api: Some(String::new()), ..Default::default() };
        let search = search_of(&empty, Sees::All).unwrap();
        assert_eq!((search.code, search.api, search.limit), (CodeFilter::Any, None, 50));
    }
}
