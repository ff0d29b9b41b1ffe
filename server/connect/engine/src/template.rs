//! Names with places for values, such as `plane:{tailnum}` and `/planes/{tailnum=N10156}`, and lists of tables made of them.

use connect::{SourceError, SourceErrorKind};

use crate::rows::Wanted;

/// Calls that one question may lead to.
pub(crate) const MAX_LOOKUPS: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A value of a column, with one to try it by.
    Value {
        column: String,
        example: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

impl Template {
    /// # Errors
    /// A bracket that is not closed, a column without a name, two values with nothing between them.
    pub(crate) fn read(text: &str) -> Result<Self, SourceError> {
        let bad = |what: &str| SourceError::new(SourceErrorKind::Config, format!("{text}: {what}"));
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) = after.split_once('}').ok_or_else(|| bad("a { has no }."))?;
            let (column, example) = inside.split_once('=').unwrap_or((inside, ""));
            if column.trim().is_empty() {
                return Err(bad("write the name of a column between { and }."));
            }
            if before.is_empty() && matches!(parts.last(), Some(Part::Value { .. })) {
                return Err(bad("two values follow each other; put a character between them."));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Value { column: column.trim().to_owned(), example: example.trim().to_owned() });
            rest = behind;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The columns of its values, in their order.
    pub(crate) fn columns(&self) -> Vec<String> {
        let column = |part: &Part| match part {
            Part::Value { column, .. } => Some(column.clone()),
            Part::Text(_) => None,
        };
        self.0.iter().filter_map(column).collect()
    }

    /// The values to try it by; `None` where one has no example.
    pub(crate) fn examples(&self) -> Option<Wanted> {
        let mut wanted = Wanted::new();
        for part in &self.0 {
            if let Part::Value { column, example } = part {
                if example.is_empty() {
                    return None;
                }
                wanted.insert(column.clone(), vec![example.clone()]);
            }
        }
        Some(wanted)
    }

    /// Every combination of the wanted values, in the order of [`Self::columns`]; `None` where a column may have any.
    ///
    /// # Errors
    /// More of them than one question may look up.
    pub(crate) fn combinations(&self, wanted: &Wanted) -> Result<Option<Vec<Vec<String>>>, SourceError> {
        let mut all: Vec<Vec<String>> = vec![Vec::new()];
        for column in self.columns() {
            let Some(values) = wanted.get(&column) else { return Ok(None) };
            if all.len() * values.len() > MAX_LOOKUPS {
                let sentence = format!("The query would need more than {MAX_LOOKUPS} lookups. Use fewer values of {column}.");
                return Err(SourceError::new(SourceErrorKind::Busy, sentence));
            }
            all = all
                .iter()
                .flat_map(|before| values.iter().map(|value| [before.as_slice(), std::slice::from_ref(value)].concat()))
                .collect();
        }
        Ok(Some(all))
    }

    /// Its text with values in their places, each written by `write`.
    pub(crate) fn fill(&self, values: &[String], write: impl Fn(&str) -> String) -> String {
        let mut values = values.iter();
        let text = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Value { .. } => values.next().map(|value| write(value)).unwrap_or_default(),
        };
        self.0.iter().map(text).collect()
    }

    /// The values in a text that is made like this; each reaches as far as the next part allows.
    pub(crate) fn values_in(&self, text: &str) -> Option<Vec<String>> {
        let mut rest = text;
        let mut values = Vec::new();
        for (index, part) in self.0.iter().enumerate() {
            match part {
                Part::Text(expected) => rest = rest.strip_prefix(expected.as_str())?,
                Part::Value { .. } => {
                    let end = match self.0.get(index + 1) {
                        Some(Part::Text(next)) => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    values.push(rest[..end].to_owned());
                    rest = &rest[end..];
                }
            }
        }
        rest.is_empty().then_some(values)
    }

    /// What it begins with, up to its first value.
    pub(crate) fn beginning(&self) -> &str {
        match self.0.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// As a pattern in which `*` stands for anything.
    pub(crate) fn glob(&self) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.chars().fold(String::new(), |mut out, char| {
                if matches!(char, '*' | '?' | '[' | ']' | '\\' | '^') {
                    out.push('\\');
                }
                out.push(char);
                out
            }),
            Part::Value { .. } => "*".to_owned(),
        };
        self.0.iter().map(part).collect()
    }
}

/// Tables as a form has them: one a line, `name = template`, or the template alone.
///
/// # Errors
/// A line that cannot be read; a name twice.
pub(crate) fn read_tables(text: &str, name_of: impl Fn(&Template) -> String) -> Result<Vec<(String, Template)>, SourceError> {
    let bad = |sentence: String| SourceError::new(SourceErrorKind::Config, sentence);
    let mut tables: Vec<(String, Template)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        // An example has an = of its own, behind its {.
        let named = line.split_once('=').filter(|(name, _)| !name.contains(['{', '/', '?', ':']));
        let (name, template) = match named {
            Some((name, template)) => (name.trim().to_owned(), Template::read(template.trim())?),
            None => {
                let template = Template::read(line)?;
                (name_of(&template), template)
            }
        };
        if name.is_empty() {
            return Err(bad(format!("{line}: write a name for this table, such as name = {line}.")));
        }
        if tables.iter().any(|(known, _)| *known == name) {
            return Err(bad(format!("Two tables are named {name}. Write another name and = before one of them.")));
        }
        tables.push((name, template));
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_and_found_again() {
        let template = Template::read("user:{id}:cart:{item}").unwrap();
        assert_eq!(template.columns(), ["id", "item"]);
        assert_eq!(template.glob(), "user:*:cart:*");
        assert_eq!(template.values_in("user:7:cart:a:b").unwrap(), ["7", "a:b"]);
        assert_eq!(template.values_in("user:7:basket:a"), None);
        let wanted = Wanted::from([("id".into(), vec!["1".into(), "2".into()]), ("item".into(), vec!["x".into()])]);
        let all = template.combinations(&wanted).unwrap().unwrap();
        assert_eq!(all.iter().map(|values| template.fill(values, str::to_owned)).collect::<Vec<_>>(), ["user:1:cart:x", "user:2:cart:x"]);
        assert_eq!(template.combinations(&Wanted::new()).unwrap(), None);
        assert!(Template::read("a{b").is_err() && Template::read("{a}{b}").is_err() && Template::read("x{}").is_err());
        assert_eq!(Template::read("odd[*]:{id}").unwrap().glob(), r"odd\[\*\]:*");
    }

    #[test]
    fn tables_are_named_or_named_after_themselves() {
        let tables = read_tables("plane:{tailnum}\n carts = user:{id=7}:cart \n", |template| template.beginning().trim_matches(':').into());
        let names: Vec<String> = tables.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["plane", "carts"]);
        assert!(read_tables("a = x\na = y", |_| String::new()).is_err());
    }
}
