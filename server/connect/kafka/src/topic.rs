//! A topic as a table: its columns from its newest messages, its rows from its first message to the last that was there when it
//! was asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use connect::{BATCH_BYTES, SourceError, SourceErrorKind};
use engine::cells::Cell;
use engine::evidence::{Row, SAMPLE_BYTES, columns};
use engine::rows::{Described, ReadRows, RowSender, RowTable, Rows, Wanted};
use engine::types::Overrides;
use model::DataType;
use model::table::Column;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::Offset;

use crate::client::{Client, Consumer, asked, ends, is_of_group, of_kafka, partitions};
use crate::format::TopicFormat;
use crate::message::{HEADERS, KEY, Message, OFFSET, PARTITION, TIME, learn as learn_schemas};

/// Messages that types are read from.
const SAMPLE: i64 = 1_000;
/// Messages of one portion.
const PORTION: usize = 1_024;
/// The longest that a broker may send nothing.
const PATIENCE: Duration = Duration::from_secs(10);

struct Topic {
    client: Arc<Client>,
    name: String,
    format: TopicFormat,
}

/// # Errors
/// Where there is no such topic, or it has no message to read columns from.
pub(crate) async fn learn(client: &Arc<Client>, name: &str, format: TopicFormat, overrides: &Overrides) -> Result<Described, SourceError> {
    let (consumer, topic) = (client.consumer()?, name.to_owned());
    let sample = asked(consumer, move |consumer| {
        let mut between = Vec::new();
        let found = partitions(consumer, &topic)?;
        let each = (SAMPLE / i64::try_from(found.len()).unwrap_or(1)).max(1);
        for partition in found {
            let (first, end) = ends(consumer, &topic, partition)?;
            between.push((partition, first.max(end - each), end));
        }
        let (mut messages, mut bytes) = (Vec::new(), 0);
        Reading::begin(consumer, &topic, &between)?.read_out(consumer, |message| {
            bytes += message.bytes();
            messages.push(message);
            bytes < SAMPLE_BYTES
        })?;
        Ok(messages)
    })
    .await?;
    if sample.is_empty() {
        let sentence = format!("Topic {name} has no message yet, so its columns are unknown. Send a message.");
        return Err(SourceError::new(SourceErrorKind::Missing, sentence));
    }
    learn_schemas(&format, &sample, true).await?;
    let format = format.by_sample(sample.iter().filter_map(|message| message.value.as_deref()));
    // What cannot be read has no say in the columns; where it is followed, it is told.
    let rows: Vec<Row> = sample.iter().filter_map(|message| format.row(message.value.as_deref()?).ok()).collect();
    let mut found = beside();
    found.extend(columns(&rows, &[], name, overrides, format.texts_speak()));
    let topic = Topic { client: client.clone(), name: name.to_owned(), format };
    // No key of its own: a topic may say many things of one, one after another.
    Ok(RowTable::described(name, found, Vec::new(), Arc::new(topic)))
}

/// The columns that stand beside the value.
fn beside() -> Vec<Column> {
    let column = |name: &str, data_type, nullable| Column { name: name.into(), data_type, nullable, native: "of every message".into() };
    vec![
        column(KEY, DataType::String, true),
        column(HEADERS, DataType::Json, false),
        column(PARTITION, DataType::Int32, false),
        column(OFFSET, DataType::Int64, false),
        column(TIME, DataType::Timestamp, true),
    ]
}

/// Reading partitions from one offset to another.
struct Reading {
    /// The partitions that are not at their end, with that.
    left: Vec<(i32, i64)>,
}

impl Reading {
    fn begin(consumer: &Consumer, topic: &str, between: &[(i32, i64, i64)]) -> Result<Self, SourceError> {
        let mut list = TopicPartitionList::new();
        let some = between.iter().filter(|(_, from, end)| from < end);
        for (partition, from, _) in some.clone() {
            list.add_partition_offset(topic, *partition, Offset::Offset(*from)).map_err(|error| of_kafka(&error))?;
        }
        consumer.assign(&list).map_err(|error| of_kafka(&error))?;
        Ok(Self { left: some.map(|(partition, _, end)| (*partition, *end)).collect() })
    }

    /// Gives every message, for as long as `take` wants more.
    fn read_out(mut self, consumer: &Consumer, mut take: impl FnMut(Message) -> bool) -> Result<(), SourceError> {
        let mut heard = Instant::now();
        while !self.left.is_empty() {
            match consumer.poll(Duration::from_millis(200)) {
                None if heard.elapsed() > PATIENCE => {
                    return Err(of_kafka(&KafkaError::Global(rdkafka::types::RDKafkaErrorCode::OperationTimedOut)));
                }
                None => continue,
                Some(Ok(message)) => {
                    let message = Message::of(&message);
                    let (partition, next) = (message.partition, message.offset + 1);
                    if self.left.iter().any(|(left, end)| *left == partition && next <= *end) && !take(message) {
                        return Ok(());
                    }
                    self.left.retain(|(left, end)| *left != partition || next < *end);
                }
                // The last offsets of a partition may be marks of transactions, which are no messages.
                Some(Err(KafkaError::PartitionEOF(partition))) => self.left.retain(|(left, _)| *left != partition),
                Some(Err(error)) if is_of_group(&error) => continue,
                Some(Err(error)) => return Err(of_kafka(&error)),
            }
            heard = Instant::now();
        }
        Ok(())
    }
}

#[async_trait]
impl ReadRows for Topic {
    fn asked_by(&self) -> &[String] {
        &[]
    }

    fn place(&self, row: &Row) -> Option<String> {
        match (row.get(PARTITION)?, row.get(OFFSET)?) {
            (Cell::Number(partition), Cell::Number(offset)) => Some(format!("partition {partition}, offset {offset}")),
            _ => None,
        }
    }

    fn skips(&self) -> bool {
        true
    }

    async fn read(&self, _: &Wanted, sender: &RowSender) -> Result<(), SourceError> {
        let (consumer, topic, format, sender) = (self.client.consumer()?, self.name.clone(), self.format.clone(), sender.clone());
        asked(consumer, move |consumer| {
            let mut between = Vec::new();
            for partition in partitions(consumer, &topic)? {
                let (first, end) = ends(consumer, &topic, partition)?;
                between.push((partition, first, end));
            }
            let runtime = tokio::runtime::Handle::current();
            let (mut waiting, mut bytes): (Vec<Message>, usize) = (Vec::new(), 0);
            let rows_of = |messages: Vec<Message>| -> Result<Rows, SourceError> {
                runtime.block_on(learn_schemas(&format, &messages, true))?;
                let mut read = Rows::default();
                for message in messages {
                    // What deletes is no row.
                    let Some(row) = message.value.as_deref().map(|value| format.row(value)) else { continue };
                    match row {
                        Ok(mut row) => {
                            message.beside(&format, |_| true, |column, cell| drop(row.insert(column.into(), cell.into_own())));
                            read.rows.push(row);
                        }
                        Err(reason) => read.spoiled.push(message.origin().spoiled(reason)),
                    }
                }
                Ok(read)
            };
            let mut failed = None;
            Reading::begin(consumer, &topic, &between)?.read_out(consumer, |message| {
                bytes += message.bytes();
                waiting.push(message);
                if waiting.len() < PORTION && bytes < BATCH_BYTES {
                    return true;
                }
                bytes = 0;
                match rows_of(std::mem::take(&mut waiting)) {
                    Ok(rows) => sender.blocking_send(Ok(rows)).is_ok(),
                    Err(error) => {
                        failed = Some(error);
                        false
                    }
                }
            })?;
            if let Some(error) = failed {
                return Err(error);
            }
            // Whoever asked may be gone.
            let _ = sender.blocking_send(rows_of(waiting));
            Ok(())
        })
        .await
    }
}
