//! What a form does: it posts its fields to a server function, and says how that went.
//!
//! Leptos's own action and form compile what reads the fields, writes them again and holds the answer for each server
//! function: some 9 KB of wasm each time. Here the fields go as the form has them, and the answer stays a text until
//! somebody wants it as a value.

use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::web_sys::SubmitEvent;
use serde::de::DeserializeOwned;

use super::loaded::unreadable;
use crate::error::PortalError;

/// How a post went: what the server function gave, as JSON, or why it did not.
type Outcome = Result<Arc<str>, PortalError>;

/// The part that is the same for all server functions.
#[derive(Clone, Copy)]
pub(super) struct Post {
    url: &'static str,
    outcome: RwSignal<Option<Outcome>>,
    /// How many answers have come.
    answers: RwSignal<usize>,
    pending: RwSignal<bool>,
}

impl Post {
    /// The problem of the last answer, where it was one.
    pub(super) fn problem(self) -> Option<PortalError> {
        self.outcome.with(|outcome| outcome.as_ref().and_then(|outcome| outcome.as_ref().err().cloned()))
    }

    /// Counts the answers that were no problems.
    pub(super) fn done(self) -> Memo<usize> {
        Memo::new(move |last: Option<&usize>| {
            let is_done = self.outcome.with(|outcome| matches!(outcome, Some(Ok(_))));
            if is_done { self.answers.get() } else { last.copied().unwrap_or_default() }
        })
    }

    #[cfg(feature = "hydrate")]
    fn submit(self, event: &SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        let fields = browser::fields(event);
        self.pending.set(true);
        leptos::task::spawn_local(async move {
            let outcome = match fields {
                Some(fields) => browser::send(self.url, fields).await,
                None => Err(unreadable()),
            };
            // Whoever has left the page meanwhile wants no answer.
            let _ = self.pending.try_set(false);
            let _ = self.answers.try_update(|answers| *answers += 1);
            let _ = self.outcome.try_set(Some(outcome));
        });
    }

    #[cfg(not(feature = "hydrate"))]
    fn submit(self, _: &SubmitEvent) {}
}

/// The server function `S`, as forms use it.
pub(crate) struct FormAction<S> {
    post: Post,
    of: PhantomData<fn() -> S>,
}

impl<S> Clone for FormAction<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for FormAction<S> {}

impl<S: ServerFn<Error = PortalError>> FormAction<S> {
    pub(crate) fn new() -> Self {
        let post = Post { url: S::url(), outcome: RwSignal::new(refused::<S>()), answers: RwSignal::new(0), pending: RwSignal::new(false) };
        Self { post, of: PhantomData }
    }

    /// The last answer.
    pub(crate) fn answer(self) -> Option<Result<S::Output, PortalError>>
    where
        S::Output: DeserializeOwned,
    {
        let read = |text: &Arc<str>| serde_json::from_slice(text.as_bytes()).map_err(|_| unreadable());
        self.post.outcome.with(|outcome| outcome.as_ref().map(|outcome| outcome.as_ref().map_err(Clone::clone).and_then(read)))
    }
}

impl<S> FormAction<S> {
    pub(super) fn post(self) -> Post {
        self.post
    }

    /// How many answers have come.
    pub(crate) fn answers(self) -> usize {
        self.post.answers.get()
    }

    /// The problem of the last answer, where it was one.
    pub(crate) fn problem(self) -> Option<PortalError> {
        self.post.problem()
    }

    /// Whether an answer is on its way.
    pub(crate) fn pending(self) -> Signal<bool> {
        self.post.pending.into()
    }
}

/// Why a form that was posted without a script did not do what it was for: the page that comes back says so.
#[cfg(feature = "ssr")]
fn refused<S: ServerFn>() -> Option<Outcome> {
    use leptos::server::ServerActionError;
    use leptos::server_fn::error::ServerFnUrlError;
    let refused = use_context::<ServerActionError>().filter(|refused| refused.path() == S::PATH)?;
    Some(Err(ServerFnUrlError::<PortalError>::decode_err(refused.err())))
}

#[cfg(not(feature = "ssr"))]
fn refused<S>() -> Option<Outcome> {
    None
}

/// A form of a server function. Without a script, the browser posts it.
#[component]
pub(crate) fn ActionForm<S>(action: FormAction<S>, children: Children) -> impl IntoView {
    form(action.post, children)
}

fn form(post: Post, children: Children) -> AnyView {
    view! { <form method="post" action=post.url on:submit=move |event| post.submit(&event)>{children()}</form> }.into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::sync::Arc;

    use leptos::form::form_data_from_event;
    use leptos::server_fn::ContentType;
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::codec::{JsonEncoding, PostUrl};
    use leptos::server_fn::error::FromServerFnError;
    use leptos::server_fn::redirect::call_redirect_hook;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use leptos::web_sys::{SubmitEvent, UrlSearchParams};

    use super::Outcome;
    use crate::error::PortalError;

    /// The fields as a form posts them, with the button that was pressed.
    pub(super) fn fields(event: &SubmitEvent) -> Option<String> {
        let fields = form_data_from_event(event).ok()?;
        let fields = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
        fields.to_string().as_string()
    }

    pub(super) async fn send(url: &str, fields: String) -> Outcome {
        let request =
            <BrowserRequest as ClientReq<PortalError>>::try_new_post(url, PostUrl::CONTENT_TYPE, JsonEncoding::CONTENT_TYPE, fields)?;
        let response = <BrowserClient as Client<PortalError>>::send(request).await?;
        let (status, location) = (ClientRes::<PortalError>::status(&response), ClientRes::<PortalError>::location(&response));
        let is_redirect = (300..=399).contains(&status) || ClientRes::<PortalError>::has_redirect(&response);
        let text = ClientRes::<PortalError>::try_into_string(response).await?;
        if status >= 400 {
            return Err(PortalError::de(text.into()));
        }
        if is_redirect {
            call_redirect_hook(&location);
        }
        Ok(Arc::from(text))
    }
}
