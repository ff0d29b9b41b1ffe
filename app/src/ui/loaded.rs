//! What a page loads from the server.
//!
//! Leptos compiles a resource anew for each type that it holds, for each key and each function that loads it: some
//! 10 KB of wasm each time. So there is one resource for all of them, which holds an [`Answer`], and only what
//! reads an answer knows its type.

use std::any::Any;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::PortalError;

/// The resource behind each value that a page loads.
pub(super) type Answers = Resource<Answer, AsJson>;

/// What a server function gave: a value or a problem, as it came or as the text that the page brought.
#[derive(Clone)]
pub(super) struct Answer(Arc<Given>);

struct Given {
    text: String,
    read: OnceLock<Box<dyn Any + Send + Sync>>,
    /// Writes what was given as JSON, for the browser.
    #[cfg(feature = "ssr")]
    write: fn(&(dyn Any + Send + Sync)) -> Result<String, serde_json::Error>,
}

impl Answer {
    fn of<T: Serialize + Send + Sync + 'static>(given: Result<T, PortalError>) -> Self {
        Self(Arc::new(Given {
            text: String::new(),
            read: OnceLock::from(Box::new(given) as Box<dyn Any + Send + Sync>),
            #[cfg(feature = "ssr")]
            write: |given| given.downcast_ref::<Result<T, PortalError>>().map_or(Ok(String::new()), serde_json::to_string),
        }))
    }

    /// The value, or why it did not come.
    ///
    /// # Errors
    /// The problem that the server function gave, or a text that is no such value.
    pub(super) fn read<T: Clone + DeserializeOwned + Send + Sync + 'static>(&self) -> Result<T, PortalError> {
        let read = self.0.read.get_or_init(|| Box::new(parse::<T>(&self.0.text)));
        read.downcast_ref::<Result<T, PortalError>>().cloned().unwrap_or_else(|| Err(unreadable()))
    }
}

/// From bytes, as the answers of server functions are read: from text, a type would be compiled twice.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, PortalError> {
    serde_json::from_slice::<Result<T, PortalError>>(text.as_bytes()).unwrap_or_else(|_| Err(unreadable()))
}

/// What came is no such value.
pub(super) fn unreadable() -> PortalError {
    PortalError::from_server_fn_error(ServerFnErrorErr::Deserialization(String::new()))
}

/// How an answer goes with the page from the server to the browser.
pub(super) struct AsJson;

impl Encoder<Answer> for AsJson {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(answer: &Answer) -> Result<String, serde_json::Error> {
        #[cfg(feature = "ssr")]
        if let Some(given) = answer.0.read.get() {
            return (answer.0.write)(given.as_ref());
        }
        Ok(answer.0.text.clone())
    }
}

impl Decoder<Answer> for AsJson {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<Answer, serde_json::Error> {
        Ok(Answer(Arc::new(Given {
            text: text.to_owned(),
            read: OnceLock::new(),
            #[cfg(feature = "ssr")]
            write: |_| Ok(String::new()),
        })))
    }
}

/// A value that comes from a server function, or why it did not come.
pub(crate) struct Loaded<T> {
    answers: Answers,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Loaded<T> {
    /// The value, once it has come.
    #[track_caller]
    pub(crate) fn get(self) -> Option<Result<T, PortalError>> {
        self.answers.get().map(|answer| answer.read())
    }

    /// For what is drawn by code that does not know the type.
    pub(super) fn answers(self) -> Answers {
        self.answers
    }
}

impl<T> Loaded<T> {
    pub(crate) fn refetch(self) {
        self.answers.refetch();
    }
}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> IntoFuture for Loaded<T> {
    type Output = Result<T, PortalError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let answer = self.answers.into_future();
        Box::pin(async move { answer.await.read() })
    }
}

/// A key of any type, by which a resource sees whether it has to load again.
#[derive(Clone)]
struct Key(Arc<dyn AnyKey>);

trait AnyKey: Any + Send + Sync {
    fn is(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<S: PartialEq + Send + Sync + 'static> AnyKey for S {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<S>().is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(other.0.as_ref().as_any())
    }
}

type Coming = Pin<Box<dyn Future<Output = Answer> + Send>>;
type GetKey = Box<dyn Fn() -> Key + Send + Sync>;
type Fetch = Box<dyn Fn(&Key) -> Coming + Send + Sync>;

/// Loads what `fetch` gives for `key`, and again where that changes.
#[track_caller]
pub(crate) fn loaded<S, T, F>(key: impl Fn() -> S + Send + Sync + 'static, fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = Result<T, PortalError>> + Send + 'static,
{
    Loaded { answers: answers(get(key), fetched(fetch), false), of: PhantomData }
}

/// The same; nothing of the page is sent before it is there.
#[track_caller]
pub(crate) fn loaded_first<S, T, F>(
    key: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Loaded<T>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = Result<T, PortalError>> + Send + 'static,
{
    Loaded { answers: answers(get(key), fetched(fetch), true), of: PhantomData }
}

#[track_caller]
fn answers(key: GetKey, fetch: Fetch, first: bool) -> Answers {
    Resource::new_with_options(key, move |key| fetch(&key), first)
}

fn get<S: PartialEq + Send + Sync + 'static>(key: impl Fn() -> S + Send + Sync + 'static) -> GetKey {
    Box::new(move || Key(Arc::new(key())))
}

fn fetched<S, T, F>(fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Fetch
where
    S: Clone + 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = Result<T, PortalError>> + Send + 'static,
{
    Box::new(move |key| {
        // A key is of the type that its own function gave.
        let coming = key.0.as_ref().as_any().downcast_ref::<S>().cloned().map(&fetch);
        Box::pin(async move {
            match coming {
                Some(coming) => Answer::of(coming.await),
                None => Answer::of::<T>(Err(unreadable())),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ErrorCode, Problem};

    #[test]
    fn an_answer_is_the_same_in_the_browser_as_on_the_server() {
        let rows: Result<Vec<Option<u32>>, PortalError> = Ok(vec![Some(1), None]);
        let failed: Result<Vec<Option<u32>>, PortalError> = Err(PortalError(Problem::new(ErrorCode::NotFound, "there is no such API")));
        for given in [rows, failed] {
            let text = serde_json::to_string(&given).unwrap();
            let here = Answer::of(given.clone());
            let there = AsJson::decode(&text).unwrap();
            assert_eq!((here.read(), there.read()), (given.clone(), given.clone()));
            // The second time it is read from what was read before.
            assert_eq!(there.read(), given);
            #[cfg(feature = "ssr")]
            assert_eq!(AsJson::encode(&here).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_problem_and_no_value() {
        let broken = AsJson::decode("{\"Ok\": tru").unwrap();
        assert_eq!(broken.read::<bool>().unwrap_err().0.code, ErrorCode::Invalid);
        let other = Answer::of(Ok(7_u32));
        assert_eq!(other.read::<bool>().unwrap_err().0.code, ErrorCode::Invalid);
    }

    #[test]
    fn keys_are_the_same_where_their_values_and_types_are() {
        let key = |text: &str| Key(Arc::new(text.to_owned()));
        assert!(key("a") == key("a"));
        assert!(key("a") != key("b"));
        assert!(key("1") != Key(Arc::new(1_u32)));
    }
}
