//! A table as the program lists it, beside all rows that are right; the definitions of APIs over it, and what is wrong with their answers.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::client::Table;
use super::file::Server;
use super::right::{self, Place, Shown};

pub(super) struct Column {
    pub name: String,
    /// As the program names the type.
    data_type: Json,
    word: String,
}

pub(super) struct Given {
    server: Server,
    pub source: String,
    /// What its APIs and its dataset are called.
    pub api: String,
    pub name: String,
    pub columns: Vec<Column>,
    /// Which columns are the key that the program found.
    pub key: Vec<usize>,
    /// What is right, by the columns.
    pub rows: Vec<Vec<Shown>>,
}

impl Shown {
    /// How it is told where it cannot be read.
    pub(super) fn phrase(&self) -> Option<&str> {
        match self {
            Self::Value(_) => None,
            Self::Unreadable(phrase) => Some(phrase),
        }
    }

    pub(super) fn is_spoiled(&self) -> bool {
        self.phrase().is_some()
    }

    fn text(&self) -> String {
        match self {
            Self::Value(text) | Self::Unreadable(text) => text.clone(),
        }
    }
}

impl Given {
    /// A table of the client, and what the program lists of it.
    pub(super) fn new((server, file): (Server, &str), (source, api): (&str, &str), table: &Table, info: &Json) -> Result<Self, String> {
        let listed: Vec<&Json> = info["columns"].as_array().into_iter().flatten().collect();
        let names: Vec<&str> = listed.iter().map(|column| column["name"].as_str().unwrap_or_default()).collect();
        if !names.iter().eq(table.columns.iter().map(|column| &column.name)) {
            let theirs: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            return Err(format!("{}: its columns are listed as {names:?}, and {theirs:?} is right", table.name));
        }
        let columns: Vec<Column> = listed
            .iter()
            .map(|column| {
                let data_type = column["data_type"].clone();
                let word = data_type.as_str().unwrap_or("decimal").to_owned();
                Column { name: column["name"].as_str().unwrap_or_default().to_owned(), data_type, word }
            })
            .collect();
        let place = |at: usize| Place {
            server,
            file,
            table: &table.name,
            column: &columns[at].name,
            native: &table.columns[at].native,
            word: &columns[at].word,
        };
        let row = |cells: &super::client::Row| -> Vec<Shown> {
            cells.iter().enumerate().map(|(at, cell)| right::right(&place(at), cell.as_ref())).collect()
        };
        let rows: Vec<Vec<Shown>> = table.rows.iter().map(row).collect();
        let of_key = |name: &Json| columns.iter().position(|column| Some(column.name.as_str()) == name.as_str());
        let key: Vec<usize> = info["key"].as_array().into_iter().flatten().filter_map(of_key).collect();
        Ok(Self { server, source: source.to_owned(), api: api.to_owned(), name: table.name.clone(), columns, key, rows })
    }

    /// The columns of which every value can be read.
    pub(super) fn plain_columns(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| !self.rows.iter().any(|row| row[*at].is_spoiled())).collect()
    }

    /// How values are told that cannot be read.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flatten().filter_map(Shown::phrase)
    }

    /// A list of some columns, in the order of the key.
    pub(super) fn list_spec(&self, columns: &[usize]) -> Json {
        let select: Vec<Json> = columns.iter().map(|at| json!({"name": field(*at), "column": self.columns[*at].name})).collect();
        let sort: Vec<Json> = self.key.iter().filter(|at| columns.contains(at)).map(|at| json!({"field": field(*at)})).collect();
        json!({
            "title": "A case", "source": self.source, "kind": "sql", "policy": {"max_rows": 100_000},
            "form": {"table": {"name": self.name}, "select": select, "sort": sort},
        })
    }

    /// A row by its key, out of the dataset; nothing where no row can be read.
    pub(super) fn key_spec(&self) -> Option<Json> {
        let first = self.rows.iter().find(|row| !row.iter().any(Shown::is_spoiled))?;
        let fields: Vec<Json> = (0..self.columns.len()).map(|at| json!({"name": field(at), "column": self.columns[at].name})).collect();
        let parameter = |at: &usize| {
            let text = first[*at].text();
            let text = serde_json::from_str::<String>(&text).unwrap_or(text);
            json!({"name": field(*at), "type": self.columns[*at].data_type, "required": true, "test_value": text})
        };
        let parameters: Vec<Json> = self.key.iter().map(parameter).collect();
        let key: Vec<&str> = self.key.iter().map(|at| self.columns[*at].name.as_str()).collect();
        Some(json!({
            "title": "A case", "source": self.source, "kind": "kv", "table": {"name": self.name}, "key": key,
            "serve_from": {"dataset": self.api}, "fields": fields, "parameters": parameters,
        }))
    }

    /// The key of a row as a batch takes it.
    pub(super) fn key_of(&self, row: &[Shown]) -> Json {
        let cell = |at: &usize| (field(*at), serde_json::from_str(&row[*at].text()).unwrap_or(Json::Null));
        Json::Object(self.key.iter().map(cell).collect())
    }

    /// Whether a sample may have such a row: what cannot be read is empty there.
    pub(super) fn is_sample_of(&self, right: &[Shown], row: &[Json]) -> bool {
        let is_same = |((right, cell), column): ((&Shown, &Json), &Column)| match right {
            Shown::Unreadable(_) => cell.is_null(),
            // JSON with more digits than a number has is shown as its text.
            Shown::Value(text) if column.word == "json" => {
                cell.as_str() == Some(text.as_str()) || serde_json::from_str::<Json>(text).is_ok_and(|right| right == *cell)
            }
            Shown::Value(text) => right::given(self.server, &column.word, &cell.to_string()) == *text,
        };
        right.len() == row.len() && right.iter().zip(row).zip(&self.columns).all(is_same)
    }

    /// What is wrong with the rows of a list of some columns.
    pub(super) fn wrong(&self, columns: &[usize], rows: &[String], right: &[Vec<Shown>]) -> Vec<String> {
        let ours: Vec<Vec<String>> = rows.iter().map(|row| self.texts(columns, &cells(row))).collect();
        let right: Vec<Vec<String>> = right.iter().map(|row| row.iter().map(Shown::text).collect()).collect();
        let mut wrong = Vec::new();
        if ours.len() != right.len() {
            wrong.push(format!("{} rows, and {} is right", ours.len(), right.len()));
        }
        let key: Vec<usize> = self.key.iter().filter_map(|at| columns.iter().position(|column| column == at)).collect();
        if key.is_empty() {
            let (mut ours, mut right) = (ours, right);
            ours.sort();
            right.sort();
            ours.iter().zip(&right).for_each(|(ours, right)| wrong.extend(self.differences(columns, ours, right)));
            return wrong;
        }
        let of_key = |row: &[String]| -> Vec<String> { key.iter().map(|at| row[*at].clone()).collect() };
        let by_key: BTreeMap<Vec<String>, &Vec<String>> = ours.iter().map(|row| (of_key(row), row)).collect();
        for right in &right {
            match by_key.get(&of_key(right)) {
                Some(ours) => wrong.extend(self.differences(columns, ours, right)),
                None => wrong.push(format!("there is no row {}", short(&of_key(right).join(", ")))),
            }
        }
        wrong
    }

    /// What is wrong with one row of all columns.
    pub(super) fn wrong_row(&self, row: &HashMap<String, String>, right: &[Shown]) -> Vec<String> {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        let right: Vec<String> = right.iter().map(Shown::text).collect();
        self.differences(&all, &self.texts(&all, row), &right)
    }

    fn texts(&self, columns: &[usize], row: &HashMap<String, String>) -> Vec<String> {
        let cell = |at: &usize| row.get(&field(*at)).map(|json| right::given(self.server, &self.columns[*at].word, json));
        columns.iter().map(|at| cell(at).unwrap_or_else(|| "nothing".to_owned())).collect()
    }

    fn differences(&self, columns: &[usize], ours: &[String], right: &[String]) -> Vec<String> {
        assert_eq!((ours.len(), right.len()), (columns.len(), columns.len()), "{ours:?} {right:?}");
        let row: Vec<&str> = columns.iter().zip(right).filter(|(at, _)| self.key.contains(at)).map(|(_, text)| text.as_str()).collect();
        let differ = |((at, ours), right): ((&usize, &String), &String)| {
            let column = &self.columns[*at];
            let (name, word) = (&column.name, &column.word);
            (ours != right)
                .then(|| format!("row {}: {name} ({word}) is {}, and {} is right", short(&row.join(", ")), short(ours), short(right)))
        };
        columns.iter().zip(ours).zip(right).filter_map(differ).collect()
    }
}

/// The field of a column, whose own name may be none that a field can have.
fn field(at: usize) -> String {
    format!("c{at}")
}

/// The rows of a page, each as it is written.
pub(super) fn rows_of(text: &str) -> Vec<String> {
    let answer: HashMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    let rows: Vec<Box<RawValue>> = serde_json::from_str(answer["rows"].get()).unwrap();
    rows.iter().map(|row| row.get().to_owned()).collect()
}

/// The cells of a row, each as it is written.
pub(super) fn cells(row: &str) -> HashMap<String, String> {
    let cells: HashMap<String, Box<RawValue>> = serde_json::from_str(row).unwrap();
    cells.into_iter().map(|(name, cell)| (name, cell.get().to_owned())).collect()
}

/// The beginning of a text.
pub(super) fn short(text: &str) -> String {
    const LONG: usize = 160;
    if text.chars().count() <= LONG { text.to_owned() } else { text.chars().take(LONG).chain(['…']).collect() }
}
