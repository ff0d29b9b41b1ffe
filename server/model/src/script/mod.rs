//! SQL with named parameters: `:name` is read out of the text by itself, and `[[ … ]]` vanishes when a parameter
//! inside it is absent. A part that holds others stays with at least one of them. Nothing a caller sends ever becomes part
//! of the text. Texts, names and comments, which hold neither, are told by the rules of the dialect.

mod lexer;
pub mod pieces;
pub mod place;
mod reader;

use crate::Parameter;
use crate::dialect::Dialect;
use crate::own_type;
use crate::value::Value;

pub use lexer::{Piece, PieceKind};

/// A place in the text and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScriptError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Parameter(String),
    Optional(Vec<Part>),
}

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    parts: Vec<Part>,
}

/// A statement ready to be sent: text with the dialect's placeholders, and the values in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    pub sql: String,
    pub binds: Vec<(crate::DataType, Value)>,
}

impl Script {
    /// The script of a text, without the semicolons and the white space at its end: a page is put behind it.
    ///
    /// # Errors
    /// Where brackets, quotes or comments do not close.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, ScriptError> {
        reader::Reader::new(text, dialect).parts()
    }

    /// The names of all parameters in the order of their first appearance, each with whether it stands only in
    /// optional parts.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, bool)> {
        let mut found: Vec<(String, bool)> = Vec::new();
        let mut note = |name: &String, optional: bool| match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, only_optional)) => *only_optional &= optional,
            None => found.push((name.clone(), optional)),
        };
        walk(&self.parts, false, &mut note);
        found
    }

    /// Whether there is an optional part without a parameter, which could never vanish.
    #[must_use]
    pub fn has_constant_optional(&self) -> bool {
        fn holds(parts: &[Part]) -> bool {
            parts.iter().any(|part| match part {
                Part::Text(_) => false,
                Part::Parameter(_) => true,
                Part::Optional(inner) => holds(inner),
            })
        }
        fn constant(parts: &[Part]) -> bool {
            parts.iter().any(|part| matches!(part, Part::Optional(inner) if !holds(inner) || constant(inner)))
        }
        constant(&self.parts)
    }

    /// The names of the parameters whose values are bound for these values, one for each bound value, in their order.
    #[must_use]
    pub fn bound_names<'a>(&self, given: impl Fn(&str) -> Option<&'a Value>) -> Vec<String> {
        let mut names = Vec::new();
        self.parts.iter().for_each(|part| push_names(&mut names, part, &given));
        names
    }

    /// The statement for these values. `given` answers `None` for an absent parameter.
    pub fn render<'a>(&self, dialect: Dialect, parameters: &[Parameter], given: impl Fn(&str) -> Option<&'a Value>) -> Rendered {
        let mut out = Rendered { sql: String::new(), binds: Vec::new() };
        self.parts.iter().for_each(|part| push_part(&mut out, part, dialect, parameters, &given));
        out
    }
}

fn walk(parts: &[Part], optional: bool, note: &mut impl FnMut(&String, bool)) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Parameter(name) => note(name, optional),
            Part::Optional(inner) => walk(inner, true, note),
        }
    }
}

/// Whether an optional part stays: its own parameters are given, and of the parts inside it, where there are any, one
/// stays.
fn stays<'a>(inner: &[Part], given: &impl Fn(&str) -> Option<&'a Value>) -> bool {
    let own = inner.iter().all(|part| !matches!(part, Part::Parameter(name) if given(name).is_none()));
    let mut others = inner.iter().filter_map(|part| match part {
        Part::Optional(parts) => Some(stays(parts, given)),
        _ => None,
    });
    own && others.next().is_none_or(|first| first || others.any(|stays| stays))
}

fn push_part<'a>(out: &mut Rendered, part: &Part, dialect: Dialect, parameters: &[Parameter], given: &impl Fn(&str) -> Option<&'a Value>) {
    match part {
        Part::Text(text) => out.sql.push_str(text),
        Part::Parameter(name) => {
            let known = parameters.iter().find(|parameter| &parameter.name == name);
            let bound_as = known.map_or((crate::DataType::default(), ""), |p| (p.data_type, p.source_type.as_str()));
            match given(name) {
                Some(Value::List(items)) if !items.is_empty() => {
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            out.sql.push_str(", ");
                        }
                        out.push(dialect, bound_as, item.clone());
                    }
                }
                Some(value) => out.push(dialect, bound_as, value.clone()),
                None => out.push(dialect, bound_as, Value::Null),
            }
        }
        Part::Optional(inner) if stays(inner, given) => {
            inner.iter().for_each(|part| push_part(out, part, dialect, parameters, given));
        }
        Part::Optional(_) => {}
    }
}

fn push_names<'a>(names: &mut Vec<String>, part: &Part, given: &impl Fn(&str) -> Option<&'a Value>) {
    match part {
        Part::Parameter(name) => {
            let count = match given(name) {
                Some(Value::List(items)) if !items.is_empty() => items.len(),
                _ => 1,
            };
            names.extend(std::iter::repeat_n(name.clone(), count));
        }
        Part::Optional(inner) if stays(inner, given) => inner.iter().for_each(|part| push_names(names, part, given)),
        Part::Text(_) | Part::Optional(_) => {}
    }
}

impl Rendered {
    /// Adds one bound value at the end of the text: of a type of ours, and of the source's own where there is one.
    pub fn push(&mut self, dialect: Dialect, bound_as: (crate::DataType, &str), value: Value) {
        self.sql.push_str(&own_type::placeholder(dialect, self.binds.len() + 1, bound_as, &value));
        self.binds.push((bound_as.0, own_type::bound(dialect, bound_as, value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataType;

    fn rendered(text: &str, given: &[(&str, Value)]) -> Rendered {
        let parameters = [Parameter::new("carrier", DataType::String), Parameter::new("day", DataType::Date)];
        Script::parse(text, Dialect::Postgres)
            .unwrap()
            .render(Dialect::Postgres, &parameters, |name| given.iter().find(|(known, _)| *known == name).map(|(_, value)| value))
    }

    #[test]
    fn an_optional_part_vanishes_with_its_parameter() {
        let text = "select 1 from f where true [[ and carrier = :carrier ]] [[ and day >= :day ]]";
        assert_eq!(rendered(text, &[]).sql, "select 1 from f where true  ");
        let both = rendered(text, &[("carrier", Value::Text("UA".into())), ("day", Value::Text("2013-01-01".into()))]);
        assert_eq!(both.sql, "select 1 from f where true  and carrier = $1   and day >= CAST($2 AS date) ");
        assert_eq!(both.binds.len(), 2);
    }

    #[test]
    fn a_part_that_holds_others_stays_with_one_of_them() {
        let text = "select 1 where true [[ and (false [[or carrier = :carrier]] [[or day = :day]]) ]]";
        assert_eq!(rendered(text, &[]).sql, "select 1 where true ");
        let one = rendered(text, &[("day", Value::Text("2013-01-01".into()))]);
        assert_eq!(one.sql, "select 1 where true  and (false  or day = CAST($1 AS date)) ");
        assert!(Script::parse("[[ a [[ b ]] ]]", Dialect::Postgres).unwrap().has_constant_optional());
        assert_eq!(Script::parse(text, Dialect::Postgres).unwrap().parameters(), [("carrier".to_owned(), true), ("day".to_owned(), true)]);
    }

    #[test]
    fn lists_expand_to_placeholders_and_nothing_else() {
        let list = Value::List(vec![Value::Text("UA".into()), Value::Text("x'); drop table f --".into())]);
        let out = rendered("select 1 from f where carrier in (:carrier)", &[("carrier", list)]);
        assert_eq!(out.sql, "select 1 from f where carrier in ($1, $2)");
    }

    #[test]
    fn bound_values_are_named_in_their_order() {
        let list = Value::List(vec![Value::Int(1), Value::Int(2)]);
        let script = Script::parse("a = :b [[ and c = :gone ]] and d in (:list) and e = :b", Dialect::Sqlite).unwrap();
        let one = Value::Int(7);
        let given = |name: &str| [("b", &one), ("list", &list)].into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        assert_eq!(script.bound_names(given), ["b", "list", "list", "b"]);
        assert_eq!(script.render(Dialect::Sqlite, &[], given).binds.len(), 4);
    }

    #[test]
    fn what_only_looks_like_a_parameter_is_left_alone() {
        let text = "select ':no', \"a:b\", x::int, $$ :no $$, $t$ :no $t$ -- :no\n /* :no [[ */ from f where a = :yes";
        let script = Script::parse(text, Dialect::Postgres).unwrap();
        assert_eq!(script.parameters(), vec![("yes".to_owned(), false)]);
    }

    #[test]
    fn a_parameter_is_optional_only_where_every_use_is() {
        let script = Script::parse("select 1 where a = :a [[ and b = :b ]] [[ and c = :a ]]", Dialect::Postgres).unwrap();
        assert_eq!(script.parameters(), vec![("a".to_owned(), false), ("b".to_owned(), true)]);
    }

    #[test]
    fn what_does_not_close_is_refused_at_its_place() {
        let unclosed = Script::parse("select 1\n where [[ a = :a", Dialect::Postgres).unwrap_err();
        assert_eq!((unclosed.line, unclosed.column), (2, 8));
        assert!(Script::parse("select 'x", Dialect::Postgres).is_err());
        assert!(Script::parse("select /* x", Dialect::Postgres).is_err());
        assert!(Script::parse("[[ a [[ b = :b ]]", Dialect::Postgres).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_fall(text in "[-\\[\\]'\"`#$:;/*\\\\eE a-c\n]{0,60}|\\PC{0,60}") {
            for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion] {
                let _ = Script::parse(&text, dialect);
            }
        }
    }
}
