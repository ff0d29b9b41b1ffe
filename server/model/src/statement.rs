//! From a definition and checked values to the statement that is sent: the one place where both meet.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::script::{Rendered, Script, ScriptError};
use crate::{ApiSpec, DataType, Value};

/// The values of one call, by parameter; absent ones are not in it.
pub type Arguments = BTreeMap<String, Value>;

/// A definition's statement, parsed once and rendered for every call.
#[derive(Debug, Clone)]
pub struct Template {
    script: Script,
    dialect: Dialect,
    paged: bool,
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
        let text = spec.script(dialect);
        // A closing semicolon is what people write; the page is put behind the statement.
        let script = Script::parse(text.trim_end().trim_end_matches(';').trim_end())?;
        Ok(Self { script, dialect, paged: spec.page_size().is_some() })
    }

    /// The statement for these values. A page asks for one row more than it gives, to know whether there is a next.
    #[must_use]
    pub fn render(&self, spec: &ApiSpec, arguments: &Arguments, page: Page) -> Rendered {
        let mut rendered = self.script.render(self.dialect, &spec.parameters, |name| arguments.get(name));
        if self.paged {
            rendered.sql.push_str("\nLIMIT ");
            rendered.push(self.dialect, DataType::Int64, Value::Int(i64::from(page.limit) + 1));
            rendered.sql.push_str(" OFFSET ");
            rendered.push(self.dialect, DataType::Int64, Value::Int(i64::try_from(page.offset).unwrap_or(i64::MAX)));
        }
        rendered
    }
}

impl Template {
    /// The statement that counts all its rows, of every page.
    #[must_use]
    pub fn render_count(&self, spec: &ApiSpec, arguments: &Arguments) -> Rendered {
        let rendered = self.script.render(self.dialect, &spec.parameters, |name| arguments.get(name));
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
            let value = given.and_then(|text| parameter.read_texts(&[text]).ok()).unwrap_or_else(|| {
                if parameter.list { Value::List(vec![any_value(parameter.data_type)]) } else { any_value(parameter.data_type) }
            });
            (parameter.name.clone(), value)
        })
        .collect()
}

fn any_value(data_type: DataType) -> Value {
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
    use crate::Parameter;
    use crate::spec::{ApiBody, ApiKind, Query, SqlBody};

    #[test]
    fn a_page_is_put_behind_the_statement_with_bound_numbers() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.parameters = vec![Parameter::new("m", DataType::Int64)];
        spec.body = ApiBody::Sql(SqlBody { query: Query::Script("select 1 [[ where 1 = :m ]] order by 1 ; ".into()), page_size: Some(20) });
        let template = Template::new(&spec, Dialect::Postgres).unwrap();
        let page = Page { limit: 20, offset: 40 };
        let none = template.render(&spec, &test_arguments(&spec, false), page);
        assert_eq!(none.sql, "select 1  order by 1\nLIMIT $1 OFFSET $2");
        let all = template.render(&spec, &test_arguments(&spec, true), page);
        assert_eq!(all.sql, "select 1  where 1 = $1  order by 1\nLIMIT $2 OFFSET $3");
        assert_eq!(all.binds[1], (DataType::Int64, Value::Int(21)));
    }
}
