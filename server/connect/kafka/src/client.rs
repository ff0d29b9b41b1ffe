//! How brokers are spoken to: the settings of every consumer, questions about topics, and librdkafka's errors in words of ours.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connect::hosts::check_told;
use connect::tls::Tls;
use connect::{BindingConfig, Hosts, SourceError, SourceErrorKind};
use rdkafka::ClientContext;
use rdkafka::TopicPartitionList;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::{Metadata, MetadataPartition, MetadataTopic};
use rdkafka::topic_partition_list::Offset;

/// How long a question about topics may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of what is told is looked through for why.
const TOLD: usize = 100;

/// What the library says of itself goes to our log, where it is not shouted: brokers come and go, and what matters is told by
/// who reads.
#[derive(Default)]
pub(crate) struct Quiet {
    /// What brokers said when they last refused us.
    refusal: Mutex<Option<String>>,
}

impl Quiet {
    fn take_refusal(&self) -> Option<String> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, about: &str, text: &str) {
        tracing::debug!(about, "{text}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(cause = %error, "{reason}");
        // A certificate that is missing is told once one begins to speak, as a line that broke.
        use RDKafkaErrorCode as Code;
        let is_refusal = matches!(error.rdkafka_error_code(), Some(Code::Authentication | Code::SaslAuthenticationFailed | Code::SSL));
        if is_refusal || reason.contains("SSL alert") {
            *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        }
    }
}

impl ConsumerContext for Quiet {}

/// What reads.
pub(crate) type Consumer = BaseConsumer<Quiet>;

/// Makes consumers of one cluster.
pub(crate) struct Client {
    config: ClientConfig,
}

impl Client {
    /// # Errors
    /// Settings that make no sense.
    pub(crate) fn new(config: &BindingConfig) -> Result<Self, SourceError> {
        if config.get("brokers").is_empty() {
            return Err(SourceError::new(SourceErrorKind::Config, "Enter at least one broker, such as kafka-1.example.com:9092."));
        }
        Hosts::of_brokers(config.get("brokers"))?;
        let mut client = ClientConfig::new();
        let protocol = match config.get("security") {
            "tls" => "ssl",
            "sasl" => "sasl_plaintext",
            "sasl over tls" => "sasl_ssl",
            _ => "plaintext",
        };
        client
            .set("bootstrap.servers", config.get("brokers"))
            .set("security.protocol", protocol)
            .set("client.id", "sluice")
            // Asked for by the library and used for nothing: no offset is committed, no group is joined.
            .set("group.id", "sluice")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            // What is gone is told, and not jumped over.
            .set("auto.offset.reset", "error")
            .set("fetch.wait.max.ms", "100")
            .set("reconnect.backoff.max.ms", "2000")
            .set("queued.max.messages.kbytes", "32768")
            // Once that many wait, the library would not look for a whole second whether they still do: docs/performance.md.
            .set("fetch.queue.backoff.ms", "5")
            .set("topic.metadata.refresh.interval.ms", "30000");
        if protocol.starts_with("sasl") {
            let mechanism = Some(config.get("mechanism")).filter(|mechanism| !mechanism.is_empty()).unwrap_or("SCRAM-SHA-512");
            client.set("sasl.mechanism", mechanism).set("sasl.username", config.get("user")).set("sasl.password", config.get("password"));
        }
        if protocol.ends_with("ssl") {
            let tls = Tls::of(config)?;
            let text = |pem: Vec<u8>| String::from_utf8_lossy(&pem).into_owned();
            match tls.authority {
                Some(pem) => client.set("ssl.ca.pem", text(pem)),
                // The library's own TLS looks where it was built for; this is where certificates are.
                None => client.set("ssl.ca.location", "probe"),
            };
            if let Some((certificate, key)) = tls.client {
                client.set("ssl.certificate.pem", text(certificate)).set("ssl.key.pem", text(key));
            }
        }
        Ok(Self { config: client })
    }

    /// # Errors
    /// Settings that the library does not take.
    pub(crate) fn consumer(&self) -> Result<Arc<Consumer>, SourceError> {
        let unusable = |error: KafkaError| {
            SourceError::new(SourceErrorKind::Config, "The settings of the source are not valid. Check each setting.").because(error)
        };
        self.config.create_with_context(Quiet::default()).map(Arc::new).map_err(unusable)
    }

    /// The topics that are not the cluster's own, by name.
    pub(crate) async fn topics(&self) -> Result<Vec<String>, SourceError> {
        asked(self.consumer()?, |consumer| {
            let metadata = metadata(consumer, None)?;
            let mut names: Vec<String> = metadata.topics().iter().map(|topic| topic.name().to_owned()).collect();
            names.retain(|name| !name.starts_with("__"));
            names.sort();
            Ok(names)
        })
        .await
    }
}

/// Asks a consumer, which waits, on a thread where one may.
pub(crate) async fn asked<T: Send + 'static>(
    consumer: Arc<Consumer>,
    question: impl FnOnce(&Consumer) -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    let asking = move || {
        drop(consumer.context().take_refusal());
        question(&consumer).map_err(|error| match error.kind {
            SourceErrorKind::Unreachable | SourceErrorKind::Timeout => refused(&consumer).unwrap_or(error),
            _ => error,
        })
    };
    tokio::task::spawn_blocking(asking)
        .await
        .map_err(|error| SourceError::new(SourceErrorKind::Other, "The query ended early. Try again.").because(error))?
}

/// Whether it is about the group that the library asks for, of which nothing is used: a right to the topic is enough.
pub(crate) fn is_of_group(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::GroupAuthorizationFailed)
}

/// Whether brokers have refused us meanwhile. Who is only asked a question says that there was no answer; why, stands among what is told
/// to those who poll.
fn refused(consumer: &Consumer) -> Option<SourceError> {
    // Looking gives it to the context.
    (0..TOLD).for_each(|_| drop(consumer.poll(Duration::ZERO)));
    consumer.context().take_refusal().map(|reason| of_kafka(&KafkaError::Global(RDKafkaErrorCode::Authentication)).because(reason))
}

/// What the brokers say of a topic, or of all, and of themselves. Asked before anything is read: the library dials the brokers that have
/// what is read by the names that they tell, which may lead elsewhere than those that a person wrote.
///
/// # Errors
/// Where no broker answers, and a broker at an address that may not be dialled.
pub(crate) fn metadata(consumer: &Consumer, topic: Option<&str>) -> Result<Metadata, SourceError> {
    let metadata = consumer.fetch_metadata(topic, PATIENCE).map_err(|error| of_kafka(&error))?;
    metadata.brokers().iter().try_for_each(|broker| check_told(broker.host()))?;
    Ok(metadata)
}

/// The partitions of a topic.
///
/// # Errors
/// Where there is no such topic, or no broker answers.
pub(crate) fn partitions(consumer: &Consumer, topic: &str) -> Result<Vec<i32>, SourceError> {
    let metadata = metadata(consumer, Some(topic))?;
    let told = metadata.topics().first().and_then(MetadataTopic::error);
    if let Some(error) =
        told.map(|code| of_kafka(&KafkaError::MetadataFetch(code.into()))).filter(|error| error.kind == SourceErrorKind::Refused)
    {
        return Err(error);
    }
    let found = metadata.topics().first().filter(|topic| topic.error().is_none() && !topic.partitions().is_empty());
    let found = found.ok_or_else(|| SourceError::new(SourceErrorKind::Missing, format!("Topic {topic} does not exist.")))?;
    Ok(found.partitions().iter().map(MetadataPartition::id).collect())
}

/// The first offset that is there, and the one that comes next.
pub(crate) fn ends(consumer: &Consumer, topic: &str, partition: i32) -> Result<(i64, i64), SourceError> {
    consumer.fetch_watermarks(topic, partition, PATIENCE).map_err(|error| of_kafka(&error))
}

/// The offset of the first message at or after a time; the end where there is none.
pub(crate) fn at_time(consumer: &Consumer, topic: &str, partition: i32, at: i64) -> Result<i64, SourceError> {
    let mut times = TopicPartitionList::new();
    times.add_partition_offset(topic, partition, Offset::Offset(at)).map_err(|error| of_kafka(&error))?;
    let found = consumer.offsets_for_times(times, PATIENCE).map_err(|error| of_kafka(&error))?;
    match found.elements().first().map(rdkafka::topic_partition_list::TopicPartitionListElem::offset) {
        Some(Offset::Offset(offset)) => Ok(offset),
        _ => ends(consumer, topic, partition).map(|(_, end)| end),
    }
}

pub(crate) fn of_kafka(error: &KafkaError) -> SourceError {
    use RDKafkaErrorCode as Code;
    let (kind, sentence) = match error.rdkafka_error_code() {
        Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
            (SourceErrorKind::Missing, "The topic or its partitions no longer exist. Check the topic.")
        }
        Some(Code::OffsetOutOfRange | Code::AutoOffsetReset) => (
            SourceErrorKind::Missing,
            "Messages were deleted before they were read: the next offset no longer exists. Build the dataset again.",
        ),
        Some(Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed) => {
            (SourceErrorKind::Refused, "The user has no permission to read this topic. Grant it read access.")
        }
        Some(Code::Authentication | Code::SaslAuthenticationFailed | Code::SSL) => {
            (SourceErrorKind::Refused, "The brokers refused the connection. Check the user, the password and the certificates.")
        }
        Some(Code::OperationTimedOut | Code::RequestTimedOut | Code::MessageTimedOut) => {
            (SourceErrorKind::Timeout, "No broker responded in time. Check the broker addresses, then try again.")
        }
        _ => (
            SourceErrorKind::Unreachable,
            "No broker responds. Check the broker addresses and that the brokers are running, then try again.",
        ),
    };
    SourceError::new(kind, sentence).because(error)
}
