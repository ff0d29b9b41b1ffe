//! The form of Kafka, and what it opens: a source whose tables are topics.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect::{BindingConfig, ConfigField, Connection, Connector, Feed, FeedOf, Hosts, SourceError, tls};
use engine::RuntimeEnv;
use engine::catalogue::{Asked, Catalogue, Seen, Tables, runtime};
use engine::types::{Overrides, types_field};
use model::dialect::Dialect;

use crate::client::Client;
use crate::feed;
use crate::format::Formats;
use crate::topic;

/// How long what was seen of the topics is taken to be the same.
const SEEN_STAYS: Duration = Duration::from_secs(30);

/// For the list of connectors.
pub struct Kafka;

#[async_trait]
impl Connector for Kafka {
    fn driver(&self) -> &'static str {
        "kafka"
    }

    fn title(&self) -> &'static str {
        "Apache Kafka"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    fn feeds(&self) -> bool {
        true
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut security = ConfigField::new("security", "Security", "Security protocol of the brokers.", "plaintext");
        security.choices = ["plaintext", "tls", "sasl", "sasl over tls"].map(str::to_owned).into();
        let mut mechanism = ConfigField::new("mechanism", "SASL mechanism", "The mechanism that the brokers require.", "SCRAM-SHA-512");
        mechanism.choices = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"].map(str::to_owned).into();
        let sasl = ["sasl", "sasl over tls"];
        let mut form = vec![
            ConfigField::new("brokers", "Brokers", "Some brokers, separated by commas. The other brokers are found.", "kafka-1.example.com:9092").required(),
            security,
            mechanism.only_for("security", &sasl),
            ConfigField::new("user", "User", "A user with read permission for the topics is enough.", "sluice").only_for("security", &sasl),
            ConfigField::new("password", "Password", "Stored encrypted, never shown again.", "").secret().only_for("security", &sasl),
            ConfigField::new(
                "topics",
                "Topics",
                "One topic per line, with the format of its values: json, text, csv(id, at), avro, protobuf(package.Message). Leave empty for all topics, as JSON, or as text where the values are not JSON.",
                "orders = json\nclicks = csv(id, url, at)",
            )
            .lines()
            .decides_rows(),
            ConfigField::new(
                "registry",
                "Schema registry",
                "Compatible with Confluent. Values with a schema id are read by that schema: Avro, Protobuf or JSON.",
                "https://registry.example.com",
            ),
            ConfigField::new("registry_user", "Registry's user", "If the registry requires a user. Some registries use an API key.", "sluice"),
            ConfigField::new("registry_password", "Registry's password", "Stored encrypted, never shown again.", "").secret(),
            ConfigField::new(
                "schemas",
                "Schemas",
                "Without a registry: a line with # and the topic, then its Avro schema or .proto file.",
                "# orders\n{\"type\": \"record\", …}",
            )
            .lines()
            .decides_rows(),
            types_field(),
        ];
        form.extend(tls::certificates().into_iter().map(|field| field.only_for("security", &["tls", "sasl over tls"])));
        form
    }

    fn hosts(&self, config: &BindingConfig) -> Result<Hosts, SourceError> {
        Hosts::of_brokers(config.get("brokers"))
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        Ok(Arc::new(Asked(KafkaSource {
            client: Arc::new(Client::new(config)?),
            formats: Arc::new(Formats::read(config)?),
            overrides: Overrides::read(config.get("types"))?,
            runtime: runtime()?,
            seen: Seen::default(),
        })))
    }
}

struct KafkaSource {
    client: Arc<Client>,
    formats: Arc<Formats>,
    overrides: Overrides,
    runtime: Arc<RuntimeEnv>,
    seen: Seen,
}

#[async_trait]
impl Catalogue for KafkaSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        self.seen.or(self.learn()).await
    }

    fn seen(&self) -> Option<Arc<Tables>> {
        self.seen.last()
    }

    async fn test(&self) -> Result<String, SourceError> {
        let topics = self.client.topics().await?.len();
        Ok(format!("Kafka, {topics} {}", if topics == 1 { "topic" } else { "topics" }))
    }

    async fn feed(&self, of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        Ok(Box::new(feed::TopicFeed::open(&self.client, self.formats.of(&of.table.name), of).await?))
    }
}

impl KafkaSource {
    async fn learn(&self) -> Result<(Tables, Duration), SourceError> {
        let named = self.formats.topics();
        let topics = if named.is_empty() { self.client.topics().await? } else { named };
        let mut tables = Tables::new(self.runtime.clone());
        for name in topics {
            tables.add(&name, topic::learn(&self.client, &name, self.formats.of(&name), &self.overrides).await);
        }
        Ok((tables, SEEN_STAYS))
    }
}
