//! Searching the request log. Who may see an API sees its requests, and who may change an app sees the requests of that app, to any API.
//!
//! Each node keeps its own log. A search asks all nodes at the same time and merges their pages. What the caller may see is decided here:
//! the other nodes get a search that is narrowed already, and what they give is narrowed once more.

use futures::future::join_all;
use model::view::{LoggedRequest, RequestLogPage, RequestLogQuery};
use model::{Action, ErrorCode, Problem};
use request_log::{CodeFilter, Cursor, Found, Reader, Search, Sees};

use crate::{Caller, Control};

/// Requests of one page.
const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

impl Control {
    /// Requests that the logs of all nodes have kept, newest first. Nodes that do not respond are named.
    ///
    /// # Errors
    /// A filter that cannot be read; where the metadata does not say which nodes there are.
    pub async fn search_requests(&self, caller: &Caller, query: &RequestLogQuery) -> Result<RequestLogPage, Problem> {
        let search = search_of(query, sees(caller))?;
        let Some(log) = self.request_log.clone() else { return Ok(RequestLogPage::default()) };
        let others = self.nodes().await?.into_iter().map(|node| node.id).filter(|id| id != log.node()).collect();
        let (own, (mut pages, silent)) = tokio::join!(self.search_log(log, search.clone()), self.ask_nodes(others, &search));
        pages.push(own?);
        let found = Found::merged(pages, search.limit);
        Ok(RequestLogPage {
            requests: found.entries,
            next: found.next.map(|next| next.text()),
            unreadable: found.unreadable,
            other_nodes: silent,
        })
    }

    /// One request, by its id, whichever node has kept it.
    ///
    /// # Errors
    /// Where no log that was searched has it, or the caller may not see it.
    pub async fn logged_request(&self, caller: &Caller, id: &str) -> Result<LoggedRequest, Problem> {
        let query = RequestLogQuery { request_id: Some(id.to_owned()), limit: Some(1), ..RequestLogQuery::default() };
        let page = self.search_requests(caller, &query).await?;
        // An empty id narrows nothing.
        let found = page.requests.into_iter().find(|request| request.request_id == id);
        found.ok_or_else(|| not_found(&page.other_nodes))
    }

    /// What the log of this node has, for another node. That one has narrowed the search to what its own asker may see.
    ///
    /// # Errors
    /// Where the caller is not a node; where the log cannot be searched.
    pub async fn search_own_requests(&self, caller: &Caller, search: Search) -> Result<Found, Problem> {
        caller.authorise(Action::Administer, "")?;
        let Some(log) = self.request_log.clone() else { return Ok(Found::default()) };
        let limit = search.limit.min(LARGEST_PAGE as usize);
        self.search_log(log, Search { limit, ..search }).await
    }

    async fn search_log(&self, log: Reader, search: Search) -> Result<Found, Problem> {
        let _turn = self.searches.acquire().await;
        tokio::task::spawn_blocking(move || log.search(&search)).await.map_err(|cause| {
            tracing::error!(%cause, "a search of the request log ended early");
            Problem::new(ErrorCode::Internal, "The request log could not be searched. Try again.")
        })
    }

    /// The pages of other nodes, and the names of the nodes that gave none.
    async fn ask_nodes(&self, nodes: Vec<String>, search: &Search) -> (Vec<Found>, Vec<String>) {
        let asked = nodes.into_iter().map(|node| async move {
            let page = self.ports.nodes.search_request_log(&node, search).await;
            (node, page)
        });
        let (mut pages, mut silent) = (Vec::new(), Vec::new());
        for (node, page) in join_all(asked).await {
            match page {
                Ok(page) => pages.push(of_node(&node, page, search)),
                Err(cause) => {
                    tracing::warn!(node, cause, "the request log of another node could not be searched");
                    silent.push(node);
                }
            }
        }
        (pages, silent)
    }
}

/// The page of another node: of its entries those that were asked for, and its segments under its name.
fn of_node(node: &str, mut page: Found, search: &Search) -> Found {
    page.entries.retain(|entry| search.admits(entry));
    for segment in &mut page.unreadable {
        *segment = format!("{node}: {segment}");
    }
    page
}

fn not_found(silent: &[String]) -> Problem {
    if silent.is_empty() {
        return Problem::not_found("request with this id in the request log");
    }
    let detail = format!(
        "There is no request with this id in the logs that were searched. Not searched, because they did not respond: {}. Try again later.",
        silent.join(", ")
    );
    Problem::new(ErrorCode::NotFound, detail)
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
    fn what_another_node_gives_is_narrowed_once_more_and_a_request_that_is_not_found_says_who_was_not_asked() {
        let entry = |api: &str| LoggedRequest {
            at: 1,
            request_id: "r".into(),
            trace_id: String::new(),
            api: api.into(),
            version: None,
            environment: None,
            app: String::new(),
            caller: model::view::LoggedCaller::Nobody,
            code: None,
            total_us: 0,
            gateway_us: 0,
            cache_us: 0,
            source_us: 0,
            cache: String::new(),
            bytes: None,
            node: "10.0.0.2:80".into(),
            parameters: Vec::new(),
            spans: Vec::new(),
        };
        let search = Search { sees: Sees::Of { apis: vec!["travel".into()], apps: Vec::new() }, ..Search::default() };
        let entries = vec![entry("travel/plane"), entry("finance/payroll")];
        let page = of_node("10.0.0.2:80", Found { entries, unreadable: vec!["1-2-0.parquet".into()], ..Found::default() }, &search);
        assert_eq!(page.entries.iter().map(|entry| entry.api.as_str()).collect::<Vec<_>>(), ["travel/plane"]);
        assert_eq!(page.unreadable, ["10.0.0.2:80: 1-2-0.parquet"]);
        assert!(!not_found(&[]).detail.contains("Not searched"));
        assert!(not_found(&["10.0.0.3:80".into()]).detail.contains("did not respond: 10.0.0.3:80"));
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
