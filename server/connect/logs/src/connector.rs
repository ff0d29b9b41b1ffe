//! The form of logs, and what it opens: a source whose tables are logs, each read from its files as they stand.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect::{BindingConfig, ConfigField, Connection, Connector, Feed, FeedOf, SourceError, SourceErrorKind, policy};
use engine::RuntimeEnv;
use engine::catalogue::{Asked, Catalogue, Seen, Tables, runtime};
use engine::cells::Cell;
use engine::evidence::{Row, columns};
use engine::rows::{Described, ReadRows, RowSender, RowTable, Rows, Wanted};
use engine::types::{Overrides, types_field};
use model::DataType;
use model::dialect::Dialect;
use model::table::Column;

use crate::feed::{FILE, LogFeed, OFFSET, PART, beside as beside_line, blocking, check_length, origin};
use crate::pattern::{Lines, Log};
use crate::tail::{Position, Tail};

/// Lines that types are read from.
const SAMPLE: usize = 1_000;
/// How long what was seen of the logs is taken to be the same.
const SEEN_STAYS: Duration = Duration::from_secs(5);

/// For the list of connectors.
pub struct Logs;

#[async_trait]
impl Connector for Logs {
    fn driver(&self) -> &'static str {
        "logs"
    }

    fn title(&self) -> &'static str {
        "Log files"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    fn feeds(&self) -> bool {
        true
    }

    fn form(&self) -> Vec<ConfigField> {
        let about = format!(
            "One log per line: a table name, a file on the machine of Sluice, and the format of its lines: json, text, or line and a regular expression whose named groups are columns. Lines are UTF-8; set another encoding before the format, such as encoding=windows-1252. Rotated files are found beside the file. {}",
            policy::places().help()
        );
        let example = "app = /var/log/app/app.log json\naccess = /var/log/nginx/access.log line ^(?<ip>\\S+) .* \"(?<request>[^\"]*)\" (?<status>\\d+)";
        vec![ConfigField::new("logs", "Logs", &about, example).lines().required(), types_field()]
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let lines = config.get("logs").lines().map(str::trim).filter(|line| !line.is_empty());
        let logs: Result<Vec<Log>, String> = lines.map(Log::read).collect();
        let logs = logs.map_err(|sentence| SourceError::new(SourceErrorKind::Config, sentence))?;
        for log in &logs {
            policy::places().check(Path::new(&log.path))?;
        }
        Ok(Arc::new(Asked(LogSource {
            logs,
            overrides: Overrides::read(config.get("types"))?,
            runtime: runtime()?,
            seen: Seen::default(),
        })))
    }
}

struct LogSource {
    logs: Vec<Log>,
    overrides: Overrides,
    runtime: Arc<RuntimeEnv>,
    seen: Seen,
}

#[async_trait]
impl Catalogue for LogSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        self.seen.or(self.learn()).await
    }

    fn seen(&self) -> Option<Arc<Tables>> {
        self.seen.last()
    }

    async fn feed(&self, of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        let missing = || SourceError::new(SourceErrorKind::Missing, format!("Log {} does not exist.", of.table.name));
        let log = self.logs.iter().find(|log| log.name == of.table.name).ok_or_else(missing)?;
        Ok(Box::new(LogFeed::open(log, of).await?))
    }
}

impl LogSource {
    async fn learn(&self) -> Result<(Tables, Duration), SourceError> {
        let mut tables = Tables::new(self.runtime.clone());
        for log in &self.logs {
            tables.add(&log.name, self.describe(log).await);
        }
        Ok((tables, SEEN_STAYS))
    }

    async fn describe(&self, log: &Log) -> Result<Described, SourceError> {
        let path = PathBuf::from(&log.path);
        let sample = blocking(move || Tail::new(path, Position::default()).look()).await?.lines;
        if sample.is_empty() {
            let sentence = format!("Log {} has no line yet, so its columns are unknown.", log.name);
            return Err(SourceError::new(SourceErrorKind::Missing, sentence));
        }
        // What cannot be read has no say in the columns; where it is followed, it is told.
        let rows: Vec<Row> = sample.iter().take(SAMPLE).filter_map(|line| log.lines.row(&line.bytes).ok()).collect();
        let mut found = beside();
        found.extend(columns(&rows, &[], &log.name, &self.overrides, log.lines.texts_speak()));
        let key = vec![PART.to_owned(), OFFSET.to_owned()];
        let reader = Read { path: PathBuf::from(&log.path), lines: log.lines.clone() };
        Ok(RowTable::described(&log.name, found, key, Arc::new(reader)))
    }
}

/// The columns that stand beside those of a line.
fn beside() -> Vec<Column> {
    let column = |name: &str, data_type, nullable| Column { name: name.into(), data_type, nullable, native: "of every line".into() };
    vec![column(FILE, DataType::String, true), column(PART, DataType::Int32, false), column(OFFSET, DataType::Int64, false)]
}

/// A log from its first line to the last that is there.
struct Read {
    path: PathBuf,
    lines: Lines,
}

#[async_trait]
impl ReadRows for Read {
    fn asked_by(&self) -> &[String] {
        &[]
    }

    fn place(&self, row: &Row) -> Option<String> {
        match (row.get(PART)?, row.get(OFFSET)?) {
            (Cell::Number(part), Cell::Number(offset)) => Some(format!("partition {part}, offset {offset}")),
            _ => None,
        }
    }

    fn skips(&self) -> bool {
        true
    }

    async fn read(&self, _: &Wanted, sender: &RowSender) -> Result<(), SourceError> {
        let (mut tail, lines, sender) = (Tail::new(self.path.clone(), Position::default()), self.lines.clone(), sender.clone());
        blocking(move || {
            let ends = tail.lengths()?;
            loop {
                let looked = tail.look()?;
                let mut read = Rows::default();
                for line in looked.lines {
                    match check_length(&line).and_then(|()| lines.row(&line.bytes)) {
                        Ok(mut row) => {
                            beside_line(&line, |column, cell| drop(row.insert(column.into(), cell.into_own())));
                            read.rows.push(row);
                        }
                        Err(reason) => read.spoiled.push(origin(line).spoiled(reason)),
                    }
                }
                // Whoever asked may be gone.
                let is_wanted = sender.blocking_send(Ok(read)).is_ok();
                if !is_wanted || looked.at_end || tail.is_behind(&ends) {
                    return Ok(());
                }
            }
        })
        .await
    }
}
