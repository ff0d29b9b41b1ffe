//! How the text files of tables are written, as people set it by hand: a line a table.

use connect::{ConfigField, SourceError, SourceErrorKind};
use encoding_rs::Encoding;

/// The settings of the tables of a source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings(Vec<(String, Given)>);

/// What is set by hand for a table; what is not is read from its files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) separator: Option<u8>,
    /// Nothing where cells are not quoted.
    pub(crate) quote: Option<Option<u8>>,
    pub(crate) header: Option<bool>,
    pub(crate) comment: Option<u8>,
    pub(crate) nulls: Option<Vec<String>>,
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) decimal: Option<char>,
    pub(crate) thousands: Option<char>,
    pub(crate) dates: Option<DateOrder>,
    /// Where in a JSON document the array of rows is.
    pub(crate) path: Option<String>,
}

/// In which order the parts of a date are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    Ymd,
    Dmy,
    Mdy,
}

impl DateOrder {
    pub(crate) const ALL: [Self; 3] = [Self::Ymd, Self::Dmy, Self::Mdy];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ymd => "y/m/d",
            Self::Dmy => "d/m/y",
            Self::Mdy => "m/d/y",
        }
    }
}

/// The field of a form for [`Settings`].
pub(crate) fn field() -> ConfigField {
    ConfigField::new(
        "text_files",
        "Text format",
        "Leave empty to detect the format; the page of a table shows the detected format. One line per table, or * for all tables, such as sales: separator=; decimal=, thousands=. dates=d/m/y header=no quote=none comment=# null=NA,- encoding=windows-1252. A separator is a character or tab. For JSON, path=a.b is the path of the array of rows.",
        "sales: separator=; decimal=, encoding=windows-1252",
    )
    .lines()
    .decides_rows()
}

impl Settings {
    /// # Errors
    /// A line that cannot be read.
    pub(crate) fn read(text: &str) -> Result<Self, SourceError> {
        let mut tables = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let bad = |what: &str| SourceError::new(SourceErrorKind::Config, format!("Text format, line {line}: {what}"));
            // A name may have a colon; settings have none before their first space.
            let (table, rest) = line
                .rsplit_once(": ")
                .or_else(|| line.strip_suffix(':').map(|table| (table, "")))
                .ok_or_else(|| bad("start the line with a table, a colon and a space, such as sales: separator=;"))?;
            let mut given = Given::default();
            for part in rest.split_whitespace() {
                let (name, value) =
                    part.split_once('=').ok_or_else(|| bad(&format!("{part} is not a setting. An example is separator=;")))?;
                given.set(name, value).map_err(|what| bad(&what))?;
            }
            tables.push((table.trim().to_owned(), given));
        }
        Ok(Self(tables))
    }

    pub(crate) fn of(&self, table: &str) -> Given {
        let named = self.0.iter().find(|(name, _)| name == table);
        named.or_else(|| self.0.iter().find(|(name, _)| name == "*")).map(|(_, given)| given.clone()).unwrap_or_default()
    }
}

impl Given {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "separator" => self.separator = Some(byte(name, value)?),
            "quote" => self.quote = Some(if value == "none" { None } else { Some(byte(name, value)?) }),
            "header" => self.header = Some(yes_no(value)?),
            "comment" => self.comment = Some(byte(name, value)?),
            "null" => self.nulls = Some(value.split(',').map(str::to_owned).collect()),
            "encoding" => {
                let known = Encoding::for_label(value.as_bytes());
                self.encoding =
                    Some(known.ok_or_else(|| format!("{value} is not an encoding. Examples are utf-8, windows-1252 and gb18030."))?);
            }
            "decimal" => self.decimal = Some(one(name, value)?),
            "thousands" => self.thousands = Some(one(name, value)?),
            "dates" => {
                let known = DateOrder::ALL.into_iter().find(|order| order.word() == value);
                self.dates = Some(known.ok_or_else(|| format!("dates must be y/m/d, d/m/y or m/d/y, not {value}."))?);
            }
            "path" => self.path = Some(value.to_owned()),
            _ => return Err(format!("unknown setting {name}.")),
        }
        Ok(())
    }
}

fn yes_no(value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("header must be yes or no, not {value}.")),
    }
}

fn one(name: &str, value: &str) -> Result<char, String> {
    let named = match value {
        "tab" => "\t",
        "space" => " ",
        value => value,
    };
    let mut all = named.chars();
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(format!("{name} must be one character, tab or space, not {value}.")),
    }
}

fn byte(name: &str, value: &str) -> Result<u8, String> {
    let one = one(name, value)?;
    u8::try_from(one).ok().filter(u8::is_ascii).ok_or_else(|| format!("{name} must be an ASCII character, not {value}."))
}

/// A character as it is shown.
pub(crate) fn shown(byte: u8) -> String {
    match byte {
        b'\t' => "tab".to_owned(),
        b' ' => "space".to_owned(),
        other => char::from(other).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_by_table() {
        let text = "a: b: separator=; decimal=, thousands=. dates=d/m/y null=NA,-,\n*: separator=tab header=no quote=none encoding=latin1";
        let set = Settings::read(text).unwrap();
        let one = set.of("a: b");
        assert_eq!((one.separator, one.decimal, one.dates), (Some(b';'), Some(','), Some(DateOrder::Dmy)));
        assert_eq!(one.nulls.unwrap(), ["NA", "-", ""]);
        let other = set.of("other");
        assert_eq!((other.separator, other.header, other.quote), (Some(b'\t'), Some(false), Some(None)));
        assert_eq!(other.encoding.unwrap().name(), "windows-1252");
        for wrong in ["separator=;", "a: separator=;;", "a: header=maybe", "a: dates=y", "a: encoding=klingon", "a: what=x", "a: separator"]
        {
            let error = Settings::read(wrong).unwrap_err();
            assert!(error.sentence.contains(wrong), "{error}");
        }
    }
}
