//! From a definition and checked values to the statement that is sent: the one place where both meet.

use std::collections::BTreeMap;

use crate::dialect::{Dialect, PagePart};
use crate::script::{Rendered, Script, ScriptError};
use crate::spec::{ApiBody, Query, SqlBody};
use crate::{ApiSpec, DataType, Field, Parameter, Value, keyset};

/// The values of one call, by parameter; absent ones are not in it.
pub type Arguments = BTreeMap<String, Value>;

/// A definition's statement, parsed once and rendered for every request.
#[derive(Debug, Clone)]
pub struct Template {
    /// Without its order, where a form says it.
    script: Script,
    order: String,
    dialect: Dialect,
    paged: bool,
    /// What is asked for beside the fields: where a page ends, exactly.
    keys: Vec<Field>,
}

/// Which rows of a paged answer are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: u32,
    pub offset: u64,
}

impl Template {
    /// # Errors
    /// Where the script does not parse.
    pub fn new(spec: &ApiSpec, dialect: Dialect) -> Result<Self, ScriptError> {
        let keyset = spec.keyset();
        let (text, order) = match &spec.body {
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
                let order = form.order(&spec.fields, dialect);
                let order = if order.is_empty() { dialect.any_order().to_owned() } else { order };
                (keyset::unordered(form, &spec.parameters, &keyset, dialect), order)
            }
            _ => (spec.script(dialect), String::new()),
        };
        let script = Script::parse(&text, dialect)?;
        Ok(Self { script, order, dialect, paged: spec.page_size().is_some(), keys: keyset::fields(keyset.len(), dialect) })
    }

    /// Columns that the statement of an API with keyset pages gives behind its fields: the exact texts of what rows are sorted by, in
    /// their order. None where the fields themselves are exact.
    #[must_use]
    pub fn keys(&self) -> &[Field] {
        &self.keys
    }

    /// The values that a page begins behind, of their exact texts; `None` where a text is none of this API.
    #[must_use]
    pub fn behind(&self, spec: &ApiSpec, texts: &[Option<String>]) -> Option<Vec<Value>> {
        let keyset = spec.keyset();
        let read = keyset.iter().zip(texts).map(|((field, _), text)| match text {
            None => Some(Value::Null),
            Some(text) => keyset::value_of(self.dialect, field, text),
        });
        read.collect::<Option<Vec<Value>>>().filter(|values| values.len() == keyset.len() || texts.is_empty())
    }

    /// The names of the parameters behind the bound values of a statement for these arguments, before those of its page.
    #[must_use]
    pub fn bound_names(&self, arguments: &Arguments) -> Vec<String> {
        self.script.bound_names(|name| arguments.get(name))
    }

    /// The statement for these values. A page asks for one row more than it gives, to know whether there is a next.
    /// `after` holds the values of [`ApiSpec::keyset`] in the row that the page begins behind; empty from the first.
    #[must_use]
    pub fn render(&self, spec: &ApiSpec, arguments: &Arguments, page: Page, after: &[Value]) -> Rendered {
        let mut rendered = self.render_unpaged(spec, arguments);
        if !after.is_empty() {
            rendered.sql = format!("SELECT * FROM (\n{}\n) AS page\nWHERE ", rendered.sql);
            keyset::push_behind(&mut rendered, self.dialect, &spec.keyset(), after);
        }
        rendered.sql.push_str(&self.order);
        if self.paged {
            let has_offset = page.offset > 0 || spec.keyset().is_empty();
            self.push_page(&mut rendered, page, has_offset);
        }
        rendered
    }

    /// Values are bound in the order of the text, which is each dialect's own.
    fn push_page(&self, rendered: &mut Rendered, page: Page, has_offset: bool) {
        let bind = |rendered: &mut Rendered, number: i64| rendered.push(self.dialect, (DataType::Int64, ""), Value::Int(number));
        for part in self.dialect.page(has_offset) {
            match part {
                PagePart::Sql(text) => rendered.sql.push_str(text),
                PagePart::Rows => bind(rendered, i64::from(page.limit) + 1),
                PagePart::Offset => bind(rendered, i64::try_from(page.offset).unwrap_or(i64::MAX)),
            }
        }
    }

    /// The person's statement alone, without a page: whether it has a LIMIT of its own is seen there.
    #[must_use]
    pub fn render_unpaged(&self, spec: &ApiSpec, arguments: &Arguments) -> Rendered {
        self.script.render(self.dialect, &spec.parameters, |name| arguments.get(name))
    }

    /// The statement that counts all its rows, of every page.
    #[must_use]
    pub fn render_count(&self, spec: &ApiSpec, arguments: &Arguments) -> Rendered {
        let rendered = self.render_unpaged(spec, arguments);
        Rendered { sql: format!("SELECT count(*) AS n FROM (\n{}\n) AS counted", rendered.sql), ..rendered }
    }
}

/// Values for a check: the stored test value of each parameter, or one that its type allows. With `all`, optional
/// parameters are given too.
#[must_use]
pub fn test_arguments(spec: &ApiSpec, all: bool) -> Arguments {
    spec.parameters
        .iter()
        .filter(|parameter| all || parameter.required || parameter.default.is_some())
        .map(|parameter| {
            let given = parameter.test_value.as_ref().or(parameter.default.as_ref()).or(parameter.choices.first());
            let value = given
                .and_then(|text| parameter.read_texts(&[text]).ok())
                .unwrap_or_else(|| if parameter.list { Value::List(vec![any_of(parameter)]) } else { any_of(parameter) });
            (parameter.name.clone(), value)
        })
        .collect()
}

/// No text is sure to be of a type that only the source knows; none at all is.
fn any_of(parameter: &Parameter) -> Value {
    let is_foreign = parameter.data_type == DataType::String && !parameter.source_type.is_empty();
    if is_foreign { Value::Null } else { any_value(parameter.data_type) }
}

/// A value that a type allows, for a statement that is only prepared.
#[must_use]
pub fn any_value(data_type: DataType) -> Value {
    match data_type {
        DataType::String => Value::Text(String::new()),
        DataType::Bool => Value::Bool(false),
        DataType::Int32 | DataType::Int64 => Value::Int(1),
        DataType::Float64 => Value::Float(1.0),
        DataType::Decimal { .. } => Value::Text("1".into()),
        DataType::Date => Value::Text("2000-01-01".into()),
        DataType::Time => Value::Text("00:00:00".into()),
        DataType::Timestamp => Value::Text("2000-01-01T00:00:00Z".into()),
        DataType::Uuid => Value::Text("00000000-0000-0000-0000-000000000000".into()),
        DataType::Bytes => Value::Bytes(Vec::new()),
        DataType::Json => Value::Text("null".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ApiBody, ApiKind, Query, SqlBody};

    #[test]
    fn a_page_begins_behind_the_last_row_whatever_is_empty() {
        use crate::form::{QueryForm, Selected, Sort};
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        let field = |name: &str, nullable| Field {
            name: name.into(),
            column: name.into(),
            data_type: DataType::Int64,
            nullable,
            ..Field::default()
        };
        spec.fields = vec![field("a", true), field("b", false)];
        let sort = |name: &str, descending| Sort { field: name.into(), descending };
        let selected = |name: &str| Selected { name: name.into(), column: name.into(), ..Selected::default() };
        let form = QueryForm {
            table: crate::table::TableRef::new("t"),
            select: vec![selected("a"), selected("b")],
            sort: vec![sort("a", true), sort("b", false)],
            ..QueryForm::default()
        };
        spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(2), keyset: true });
        let template = Template::new(&spec, Dialect::Sqlite).unwrap();
        let page = Page { limit: 2, offset: 0 };
        let of = |after: &[Value]| {
            template.render(&spec, &Arguments::new(), page, after).sql.split("WHERE ").nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(of(&[]), "");
        assert_eq!(
            of(&[Value::Int(5), Value::Int(1)]),
            "(1 = 0 OR (\"a\" < ?1 OR \"a\" IS NULL) OR \"a\" = ?2 AND (\"b\" > ?3))\nORDER BY \"a\" DESC, \"b\"\nLIMIT ?4"
        );
        assert!(of(&[Value::Null, Value::Int(1)]).starts_with("(1 = 0 OR \"a\" IS NULL AND (\"b\" > ?1))"));
    }

    #[test]
    fn a_page_is_put_behind_the_statement_with_bound_numbers() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.parameters = vec![Parameter::new("m", DataType::Int64)];
        spec.body = ApiBody::Sql(SqlBody {
            query: Query::Script("select 1 [[ where 1 = :m ]] order by 1 ; ".into()),
            page_size: Some(20),
            keyset: false,
        });
        let template = Template::new(&spec, Dialect::Postgres).unwrap();
        let page = Page { limit: 20, offset: 40 };
        let none = template.render(&spec, &test_arguments(&spec, false), page, &[]);
        assert_eq!(none.sql, "select 1  order by 1\nLIMIT $1 OFFSET $2");
        let all = template.render(&spec, &test_arguments(&spec, true), page, &[]);
        assert_eq!(all.sql, "select 1  where 1 = $1  order by 1\nLIMIT $2 OFFSET $3");
        assert_eq!(all.binds[1], (DataType::Int64, Value::Int(21)));
    }
}
