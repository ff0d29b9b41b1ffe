//! A schema registry that speaks as Confluent's does: each value begins with a zero byte and the number of its schema.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use connect::{BindingConfig, SourceError, SourceErrorKind};
use serde_json::Value as Json;

use crate::format::{AvroSchema, ProtoMessage};

const PATIENCE: Duration = Duration::from_secs(10);

/// A schema that was fetched; they never change.
pub(crate) enum Schema {
    Avro(AvroSchema),
    Protobuf(ProtoMessage),
    /// Why nothing can be read by it.
    Unusable(String),
}

pub(crate) struct Registry {
    url: String,
    client: reqwest::Client,
    known: RwLock<HashMap<u32, Arc<Schema>>>,
}

/// The number that a value begins with, and what is behind it.
pub(crate) fn split_id(value: &[u8]) -> Option<(u32, &[u8])> {
    let (id, rest) = value.strip_prefix(&[0])?.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*id), rest))
}

impl Registry {
    /// # Errors
    /// A certificate that cannot be used.
    pub(crate) fn new(url: &str, config: &BindingConfig) -> Result<Self, SourceError> {
        let client = connect::tls::over_http(reqwest::Client::builder().timeout(PATIENCE), config)?;
        let unusable =
            |error: reqwest::Error| SourceError::new(SourceErrorKind::Config, "The registry's address cannot be used.").because(error);
        Ok(Self { url: url.trim_end_matches('/').to_owned(), client: client.build().map_err(unusable)?, known: RwLock::default() })
    }

    pub(crate) fn known(&self, id: u32) -> Option<Arc<Schema>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Fetches those that are not known yet; one that the registry does not have stays unknown.
    ///
    /// # Errors
    /// Where the registry does not answer.
    pub(crate) async fn learn(&self, ids: &[u32]) -> Result<(), SourceError> {
        for id in ids {
            if self.known(*id).is_none()
                && let Some(schema) = self.fetch(*id).await?
            {
                self.known.write().unwrap_or_else(PoisonError::into_inner).insert(*id, Arc::new(schema));
            }
        }
        Ok(())
    }

    async fn fetch(&self, id: u32) -> Result<Option<Schema>, SourceError> {
        let away = |cause: String| {
            SourceError::new(SourceErrorKind::Unreachable, "The schema registry does not answer. Check its address.").because(cause)
        };
        let answer = self.client.get(format!("{}/schemas/ids/{id}", self.url)).send().await.map_err(|error| away(error.to_string()))?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer: Json =
            answer.error_for_status().map_err(|error| away(error.to_string()))?.json().await.map_err(|error| away(error.to_string()))?;
        let text = answer["schema"].as_str().unwrap_or_default();
        let read = match answer["schemaType"].as_str().unwrap_or("AVRO") {
            "AVRO" => AvroSchema::read(text).map(Schema::Avro),
            "PROTOBUF" => ProtoMessage::read(text, "").map(Schema::Protobuf),
            other => Err(format!("{other} is not read here.")),
        };
        Ok(Some(read.unwrap_or_else(Schema::Unusable)))
    }
}
