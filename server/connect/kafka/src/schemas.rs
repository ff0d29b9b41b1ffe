//! A schema registry that speaks as Confluent's does: each value begins with a zero byte and the number of its schema.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use connect::egress::{self, Peer};
use connect::{BindingConfig, SourceError, SourceErrorKind};
use reqwest::{StatusCode, Url};
use serde_json::Value as Json;

use crate::format::{AvroSchema, ProtoMessage};

const PATIENCE: Duration = Duration::from_secs(10);
/// How long a number that the registry does not have is not asked for again.
const UNKNOWN_STAYS: Duration = Duration::from_secs(5);

/// A schema that was fetched; they never change.
pub(crate) enum Schema {
    Avro(Box<AvroSchema>),
    Protobuf(ProtoMessage),
    Json,
    /// Why nothing can be read by it.
    Unusable(String),
}

pub(crate) struct Registry {
    url: Url,
    user: String,
    password: String,
    client: reqwest::Client,
    known: RwLock<HashMap<u32, Arc<Schema>>>,
    unknown: RwLock<HashMap<u32, Instant>>,
}

/// The number that a value begins with, and what is behind it.
pub(crate) fn split_id(value: &[u8]) -> Option<(u32, &[u8])> {
    let (id, rest) = value.strip_prefix(&[0])?.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*id), rest))
}

/// What the registry says to a question.
enum Asked {
    Told(Json),
    Unknown,
    Forbidden,
}

/// On the way through what refers to one another.
enum Step {
    Ask(Json),
    Take(Named),
}

/// The text of a schema under the name that others call it by.
pub(crate) type Named = (String, String);

impl Registry {
    /// # Errors
    /// An address or a certificate that cannot be used.
    pub(crate) fn new(url: &str, config: &BindingConfig) -> Result<Self, SourceError> {
        let unusable = |error: &dyn std::fmt::Display| {
            let sentence = "The address of the registry is not valid. Enter an address such as https://registry.example.com.";
            SourceError::new(SourceErrorKind::Config, sentence).because(error)
        };
        let url = Url::parse(url).map_err(|error| unusable(&error))?;
        if url.cannot_be_a_base() {
            return Err(unusable(&"no host"));
        }
        egress::check(&url, Peer::Service)?;
        let client = connect::tls::over_http(egress::client(Peer::Service).timeout(PATIENCE), config)?;
        Ok(Self {
            url,
            user: config.get("registry_user").to_owned(),
            password: config.get("registry_password").to_owned(),
            client: client.build().map_err(|error| unusable(&error))?,
            known: RwLock::default(),
            unknown: RwLock::default(),
        })
    }

    pub(crate) fn known(&self, id: u32) -> Option<Arc<Schema>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Fetches those that are not known yet; one that the registry does not have stays unknown.
    ///
    /// # Errors
    /// Where the registry does not answer, or refuses.
    pub(crate) async fn learn(&self, ids: &[u32]) -> Result<(), SourceError> {
        for id in ids {
            if self.known(*id).is_some() || self.is_unknown(*id) {
                continue;
            }
            if let Some(schema) = self.fetch(*id).await? {
                self.known.write().unwrap_or_else(PoisonError::into_inner).insert(*id, Arc::new(schema));
                continue;
            }
            let mut unknown = self.unknown.write().unwrap_or_else(PoisonError::into_inner);
            unknown.retain(|_, asked| asked.elapsed() < UNKNOWN_STAYS);
            unknown.insert(*id, Instant::now());
        }
        Ok(())
    }

    fn is_unknown(&self, id: u32) -> bool {
        let unknown = self.unknown.read().unwrap_or_else(PoisonError::into_inner);
        unknown.get(&id).is_some_and(|asked| asked.elapsed() < UNKNOWN_STAYS)
    }

    async fn fetch(&self, id: u32) -> Result<Option<Schema>, SourceError> {
        let answer = match self.ask(&["schemas", "ids", &id.to_string()]).await? {
            Asked::Told(answer) => answer,
            Asked::Unknown => return Ok(None),
            Asked::Forbidden => return Ok(Some(Schema::Unusable("the user of the registry has no permission to read the schema.".into()))),
        };
        let text = text_of(&answer);
        let others = self.references(&answer).await?;
        let read = match answer["schemaType"].as_str().unwrap_or("AVRO") {
            "AVRO" => AvroSchema::read(&text, &others).map(|schema| Schema::Avro(Box::new(schema))),
            "PROTOBUF" => ProtoMessage::read(&text, "", others).map(Schema::Protobuf),
            "JSON" => Ok(Schema::Json),
            other => Err(format!("schemas of the type {other} are not supported.")),
        };
        Ok(Some(read.unwrap_or_else(Schema::Unusable)))
    }

    /// The schemas that one refers to, and those that they do, each once and after all that it refers to itself.
    async fn references(&self, answer: &Json) -> Result<Vec<Named>, SourceError> {
        let of = |answer: &Json| answer["references"].as_array().cloned().unwrap_or_default().into_iter().map(Step::Ask);
        let mut waiting: Vec<Step> = of(answer).collect();
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while let Some(step) = waiting.pop() {
            let reference = match step {
                Step::Take(named) => {
                    found.push(named);
                    continue;
                }
                Step::Ask(reference) => reference,
            };
            let (name, subject) = (reference["name"].as_str().unwrap_or_default(), reference["subject"].as_str().unwrap_or_default());
            // What is missing is told when the schema that needs it is read.
            if seen.insert(name.to_owned())
                && let Asked::Told(answer) = self.ask(&["subjects", subject, "versions", &reference["version"].to_string()]).await?
            {
                waiting.push(Step::Take((name.to_owned(), text_of(&answer))));
                waiting.extend(of(&answer));
            }
        }
        Ok(found)
    }

    async fn ask(&self, path: &[&str]) -> Result<Asked, SourceError> {
        let away = |cause: reqwest::Error| {
            let silent = "The schema registry does not respond. Check its address.";
            egress::refusal(&cause).unwrap_or_else(|| SourceError::new(SourceErrorKind::Unreachable, silent).because(cause.without_url()))
        };
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let mut request = self.client.get(url);
        if !self.user.is_empty() {
            request = request.basic_auth(&self.user, Some(&self.password));
        }
        let answer = request.send().await.map_err(away)?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(Asked::Unknown),
            StatusCode::FORBIDDEN => Ok(Asked::Forbidden),
            status if status.is_redirection() => {
                let sentence = "The schema registry redirects to another address. Enter that address.";
                Err(SourceError::new(SourceErrorKind::Config, sentence).because(status))
            }
            status @ StatusCode::UNAUTHORIZED => {
                let sentence = "The schema registry refused the request. Check its user and password.";
                Err(SourceError::new(SourceErrorKind::Refused, sentence).because(status))
            }
            _ => Ok(Asked::Told(answer.error_for_status().map_err(away)?.json().await.map_err(away)?)),
        }
    }
}

fn text_of(answer: &Json) -> String {
    answer["schema"].as_str().unwrap_or_default().to_owned()
}
