//! A topic as a feed: every partition from where it is, portions of what has come, and where the next one begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use connect::{Feed, FeedOf, Origin, Portion, SourceError, SourceErrorKind, Spoiled};
use engine::cells::{Cell, CellRows, RowFields, apart, keep_good};
use engine::evidence::{Row, json_row};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::Offset;

use crate::client::{Client, Consumer, asked, ends, is_of_group, metadata, of_kafka, partitions};
use crate::format::TopicFormat;
use crate::message::{KEY, Message, learn};
use crate::position::Position;

/// Messages of one portion: enough that what a portion costs by itself does not count.
const PORTION: usize = 8_192;
const PORTION_BYTES: usize = 8 << 20;
/// How often it is looked whether the topic has more partitions by now.
const PARTITIONS_STAY: Duration = Duration::from_secs(10);
/// Brokers come and go; away for longer is told.
const AWAY: Duration = Duration::from_secs(10);

/// Reads a topic from where it was.
pub(crate) struct TopicFeed {
    reader: Arc<Reader>,
    format: TopicFormat,
    fields: RowFields,
    key: Vec<String>,
    state: State,
}

/// What is polled.
struct Reader {
    consumer: Arc<Consumer>,
    topic: String,
}

/// How far it is.
#[derive(Clone, Default)]
struct State {
    position: Position,
    /// Where each partition ended when it was opened.
    ends: BTreeMap<i32, i64>,
    /// Partitions whose end was reached since it was opened, and those that are at their end now.
    reached: BTreeSet<i32>,
    at_end: BTreeSet<i32>,
    looked: Option<Instant>,
    away_since: Option<Instant>,
}

impl TopicFeed {
    pub(crate) async fn open(client: &Client, format: TopicFormat, of: FeedOf<'_>) -> Result<Self, SourceError> {
        let reader = Arc::new(Reader { consumer: client.consumer()?, topic: of.table.name.clone() });
        let (opened, position, start) = (reader.clone(), of.position.to_owned(), of.start.to_owned());
        let (position, ends) = asked(reader.consumer.clone(), move |consumer| {
            metadata(consumer, Some(opened.topic.as_str()))?;
            let position =
                if position.is_empty() { Position::at_start(consumer, &opened.topic, &start)? } else { Position::read(&position)? };
            let found = position.0.keys().map(|partition| Ok((*partition, ends(consumer, &opened.topic, *partition)?.1)));
            let ends = found.collect::<Result<BTreeMap<i32, i64>, SourceError>>()?;
            opened.assign(&position)?;
            Ok((position, ends))
        })
        .await?;
        let format = format.by_columns(of.fields.iter().map(|field| field.column.as_str()));
        let state = State { position, ends, looked: Some(Instant::now()), ..State::default() };
        Ok(Self { reader, format, fields: RowFields::new(of.fields), key: of.key.to_vec(), state })
    }

    /// Puts what is wanted of a message; of one that deletes, nothing but its key. Says whether it does.
    fn put<'m>(&self, cells: &mut CellRows<'_, 'm>, message: &'m Message) -> Result<bool, String> {
        match &message.value {
            Some(value) => self.format.put(cells, value)?,
            None => cells.put_row(self.key_alone(message)?),
        }
        message.beside(&self.format, |column| self.fields.has(column), |column, cell| cells.put(column, cell));
        Ok(message.value.is_none())
    }

    /// What a message without a value deletes: by the fields of its key, where that is JSON, or by its key as the one column.
    fn key_alone(&self, message: &Message) -> Result<Row, String> {
        message.key.as_deref().map_or_else(|| Ok(Row::new()), |key| self.format.key(key).map(|key| self.key_row(key)))
    }

    fn key_row(&self, key: Cell<'_>) -> Row {
        if let Cell::Text(text) = &key
            && let Ok(row) = json_row(text.as_bytes())
        {
            // Some write the schema beside the key.
            return match row.get("payload") {
                Some(Cell::Written(payload)) if row.contains_key("schema") => json_row(payload.as_bytes()).unwrap_or(row),
                _ => row,
            };
        }
        match self.key.as_slice() {
            [only] if only != KEY => Row::from_iter([(only.clone(), key.into_own())]),
            _ => Row::new(),
        }
    }

    fn portion(&self, messages: Vec<Message>) -> Result<Portion, SourceError> {
        let mut cells = CellRows::new(&self.fields, messages.len());
        let mut deleted = Vec::with_capacity(messages.len());
        let mut unread = Vec::with_capacity(messages.len());
        for message in &messages {
            let taken = cells.take(|cells| self.put(cells, message));
            deleted.extend(taken.as_ref().ok());
            unread.push(taken.err());
        }
        let (cells, bad) = cells.finish()?;
        keep_good(&mut deleted, &bad);
        let (origins, spoiled) = apart(messages.into_iter().map(Message::origin).zip(unread), &bad);
        let State { position, ends, reached, at_end, .. } = &self.state;
        let is_read = |partition: &i32, next: &i64| reached.contains(partition) || ends.get(partition).is_none_or(|end| next >= end);
        Ok(Portion {
            rows: cells,
            deleted,
            origins,
            spoiled,
            position: position.text(),
            whole: position.0.iter().all(|(partition, next)| is_read(partition, next)),
            at_end: position.0.keys().all(|partition| at_end.contains(partition)),
        })
    }
}

#[async_trait]
impl Feed for TopicFeed {
    async fn next(&mut self, wait: Duration) -> Result<Portion, SourceError> {
        let (reader, mut state) = (self.reader.clone(), self.state.clone());
        let (messages, state) = asked(reader.consumer.clone(), move |_| {
            reader.take_new_partitions(&mut state)?;
            Ok((reader.poll(&mut state, wait)?, state))
        })
        .await?;
        learn(&self.format, &messages, self.fields.has(KEY)).await?;
        self.state = state;
        self.portion(messages)
    }

    async fn again(&mut self, spoiled: Vec<Spoiled>) -> Result<Portion, SourceError> {
        let mut messages: Vec<Message> = spoiled.into_iter().filter_map(Origin::of).map(Message::again).collect();
        messages.sort_by_key(|message| (message.partition, message.offset));
        learn(&self.format, &messages, self.fields.has(KEY)).await?;
        self.portion(messages)
    }
}

impl Reader {
    fn assign(&self, position: &Position) -> Result<(), SourceError> {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in &position.0 {
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(*offset)).map_err(|error| of_kafka(&error))?;
        }
        self.consumer.assign(&list).map_err(|error| of_kafka(&error))
    }

    /// A topic may have been given more partitions; they are read from their beginning.
    fn take_new_partitions(&self, state: &mut State) -> Result<(), SourceError> {
        if state.looked.is_some_and(|at| at.elapsed() < PARTITIONS_STAY) {
            return Ok(());
        }
        state.looked = Some(Instant::now());
        // A cluster that does not answer now is noticed by the poll, which has patience.
        let Ok(found) = partitions(&self.consumer, &self.topic) else { return Ok(()) };
        let mut list = TopicPartitionList::new();
        for partition in found.into_iter().filter(|partition| !state.position.0.contains_key(partition)).collect::<Vec<_>>() {
            list.add_partition_offset(&self.topic, partition, Offset::Offset(0)).map_err(|error| of_kafka(&error))?;
            state.position.0.insert(partition, 0);
        }
        if list.count() == 0 { Ok(()) } else { self.consumer.incremental_assign(&list).map_err(|error| of_kafka(&error)) }
    }

    /// What has come: waits for the first message, and takes those that are there behind it.
    fn poll(&self, state: &mut State, wait: Duration) -> Result<Vec<Message>, SourceError> {
        let until = Instant::now() + wait;
        let (mut messages, mut bytes) = (Vec::new(), 0);
        while messages.len() < PORTION && bytes < PORTION_BYTES {
            let left = if messages.is_empty() { until.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
            match self.consumer.poll(left) {
                None => break,
                Some(Ok(message)) => {
                    state.away_since = None;
                    state.at_end.remove(&message.partition());
                    state.position.0.insert(message.partition(), message.offset() + 1);
                    bytes += message.payload_len();
                    messages.push(Message::of(&message));
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    state.away_since = None;
                    state.reached.insert(partition);
                    state.at_end.insert(partition);
                    if messages.is_empty() && state.at_end.len() == state.position.0.len() && state.reached.len() == state.at_end.len() {
                        break;
                    }
                }
                Some(Err(error)) if is_of_group(&error) => {}
                Some(Err(error)) => self.bear(&error, state)?,
            }
        }
        Ok(messages)
    }

    /// Brokers that are away for a moment come back by themselves; everything else is told.
    fn bear(&self, error: &KafkaError, state: &mut State) -> Result<(), SourceError> {
        use RDKafkaErrorCode as Code;
        let passing = [
            Code::BrokerTransportFailure,
            Code::AllBrokersDown,
            Code::Resolve,
            Code::OperationTimedOut,
            Code::LeaderNotAvailable,
            Code::NotLeaderForPartition,
        ];
        let told = of_kafka(error);
        let is_passing = error.rdkafka_error_code().is_some_and(|code| passing.contains(&code));
        let since = *state.away_since.get_or_insert_with(Instant::now);
        if is_passing && since.elapsed() < AWAY {
            return Ok(());
        }
        Err(if told.kind == SourceErrorKind::Missing {
            SourceError { sentence: format!("{}: {}", self.topic, told.sentence), ..told }
        } else {
            told
        })
    }
}
