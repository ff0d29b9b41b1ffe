//! How a service gives its rows in pages, and where the rows are in an answer.

use connect::{BindingConfig, ConfigField, SourceError, SourceErrorKind};
use reqwest::Url;
use serde_json::value::RawValue;

use super::client::Answer;
use crate::evidence::{Row, json_row};
use crate::json_cells::Fields;

/// More pages than this are a service that goes round in circles.
pub(super) const MAX_PAGES: u64 = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Page,
    Offset,
    Cursor,
    Link,
}

#[derive(Debug, Clone)]
pub(super) struct Paging {
    kind: Kind,
    /// The field that holds the rows, part by part.
    rows: Vec<String>,
    parameter: String,
    size_parameter: String,
    size: u64,
    first: u64,
    next: Vec<String>,
}

fn parts(path: &str) -> Vec<String> {
    path.split('.').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn at<'a>(json: &'a RawValue, path: &[String]) -> Option<&'a RawValue> {
    path.iter().try_fold(json, |json, part| {
        let fields: Fields<'a> = serde_json::from_str(json.get()).ok()?;
        fields.0.into_iter().rfind(|(name, _)| name == part).map(|(_, value)| value)
    })
}

impl Paging {
    pub(super) fn form() -> Vec<ConfigField> {
        let mut kind = ConfigField::new(
            "paging",
            "Pages",
            "none: one response has all rows. page and offset: a number in a parameter. cursor: the response has the next cursor. link: the response has the next address, in a Link header or a field.",
            "none",
        );
        kind.choices = ["none", "page", "offset", "cursor", "link"].map(str::to_owned).into();
        vec![
            kind,
            ConfigField::new("page_parameter", "Page parameter", "", "page").only_for("paging", &["page", "offset", "cursor"]),
            ConfigField::new("first_page", "First page number", "", "1").only_for("paging", &["page"]),
            ConfigField::new("size_parameter", "Page size parameter", "Leave empty to send no page size.", "limit")
                .only_for("paging", &["page", "offset", "cursor", "link"]),
            ConfigField::new("page_size", "Page size", "The value of the page size parameter.", "100")
                .only_for("paging", &["page", "offset", "cursor", "link"]),
            ConfigField::new(
                "next",
                "Next page field",
                "The field of the response with the next page. For link: leave empty for the Link header.",
                "meta.next",
            )
            .only_for("paging", &["cursor", "link"]),
        ]
    }

    /// # Errors
    /// Settings that do not go together.
    pub(super) fn of(config: &BindingConfig) -> Result<Self, SourceError> {
        let bad = |sentence: &str| SourceError::new(SourceErrorKind::Config, sentence);
        let kind = match config.get("paging") {
            "" | "none" => Kind::None,
            "page" => Kind::Page,
            "offset" => Kind::Offset,
            "cursor" => Kind::Cursor,
            "link" => Kind::Link,
            _ => return Err(bad("Pagination must be none, page, offset, cursor or link.")),
        };
        let number = |key: &str, usual: u64| match config.get(key) {
            "" => Ok(usual),
            text => text.parse().map_err(|_| bad("The first page number and the page size must be numbers.")),
        };
        let usual = match kind {
            Kind::Offset => "offset",
            Kind::Cursor => "cursor",
            _ => "page",
        };
        let parameter = if config.get("page_parameter").is_empty() { usual } else { config.get("page_parameter") };
        let paging = Self {
            kind,
            rows: parts(config.get("rows")),
            parameter: parameter.to_owned(),
            size_parameter: config.get("size_parameter").to_owned(),
            size: number("page_size", 100)?,
            first: number("first_page", 1)?,
            next: parts(config.get("next")),
        };
        if paging.size == 0 {
            return Err(bad("The page size must be at least 1."));
        }
        if kind == Kind::Cursor && paging.next.is_empty() {
            return Err(bad("Enter the next page field for pagination by cursor."));
        }
        Ok(paging)
    }

    /// The address of the first page.
    pub(super) fn begin(&self, mut url: Url) -> Url {
        if self.kind != Kind::None && !self.size_parameter.is_empty() {
            set(&mut url, &self.size_parameter, &self.size.to_string());
        }
        match self.kind {
            Kind::Page => set(&mut url, &self.parameter, &self.first.to_string()),
            Kind::Offset => set(&mut url, &self.parameter, "0"),
            Kind::None | Kind::Cursor | Kind::Link => {}
        }
        url
    }

    /// The address of the page behind the `n`th (from 0), which had so many rows; `None` behind the last.
    ///
    /// # Errors
    /// A next address that is none.
    pub(super) fn behind(&self, url: &Url, n: u64, rows: usize, read: u64, answer: &Answer) -> Result<Option<Url>, SourceError> {
        let mut next = url.clone();
        match self.kind {
            Kind::None => return Ok(None),
            Kind::Page | Kind::Offset if rows == 0 => return Ok(None),
            Kind::Page => set(&mut next, &self.parameter, &(self.first + n + 1).to_string()),
            // By what came, not by what was asked for: a service may give fewer.
            Kind::Offset => set(&mut next, &self.parameter, &read.to_string()),
            Kind::Cursor => match at(&answer.json, &self.next).map(plain).filter(|text| !text.is_empty()) {
                Some(cursor) => set(&mut next, &self.parameter, &cursor),
                None => return Ok(None),
            },
            Kind::Link => match at(&answer.json, &self.next).and_then(text_of).filter(|_| !self.next.is_empty()) {
                Some(link) => {
                    next = url.join(&link).map_err(|error| {
                        SourceError::new(
                            SourceErrorKind::Mismatch,
                            "The next page in the response is not an address. Check the next page field.",
                        )
                        .because(error)
                    })?;
                }
                None => return Ok(answer.next_link.clone()),
            },
        }
        Ok(Some(next))
    }

    /// The rows of an answer, with the digits that they are written with.
    ///
    /// # Errors
    /// Where the rows are not where they should be.
    pub(super) fn rows(&self, json: &RawValue) -> Result<Vec<Row>, SourceError> {
        let wrong = |sentence: String| SourceError::new(SourceErrorKind::Mismatch, sentence);
        let row = |item: &RawValue| {
            if !item.get().starts_with('{') {
                return Err(wrong("The rows of the response are not objects with fields.".into()));
            }
            json_row(item.get().as_bytes()).map_err(|why| wrong(format!("A row of the response cannot be read. {why}")))
        };
        let place = at(json, &self.rows);
        match place.and_then(|place| place.get().as_bytes().first()) {
            Some(b'[') => {
                let items: Vec<&RawValue> = place.and_then(|place| serde_json::from_str(place.get()).ok()).unwrap_or_default();
                items.into_iter().map(row).collect()
            }
            Some(b'{') => place.into_iter().map(row).collect(),
            Some(b'n') | None if !self.rows.is_empty() => Err(wrong(format!("The response has no field {}.", self.rows.join(".")))),
            _ => Err(wrong("The response is neither a list nor an object.".into())),
        }
    }
}

/// A text of JSON; nothing where it is something else.
fn text_of(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

/// As it stands in an address, a number with all its digits.
fn plain(json: &RawValue) -> String {
    match json.get().as_bytes().first() {
        Some(b'"') => text_of(json).unwrap_or_default(),
        Some(b'n' | b'f') | None => String::new(),
        Some(_) => json.get().to_owned(),
    }
}

/// A parameter of the query, in place of one of its name.
pub(super) fn set(url: &mut Url, name: &str, value: &str) {
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(key, _)| key != name).map(|(key, value)| (key.into(), value.into())).collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
}
