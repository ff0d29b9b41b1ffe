//! The statement of a plan for one call, as it is sent to its source.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use connect::guard;
use model::dialect::Dialect;
use model::script::Rendered;
use model::spec::{ApiBody, Query, SqlBody};
use model::statement::{Arguments, Page, Template};
use model::{ApiSpec, ErrorCode, Field, Problem};

use crate::reserved::FOREIGN;

/// The most texts of one script that are remembered: its optional parts, and the lengths of its lists, make several.
const MAX_KNOWN: usize = 256;

/// A definition's statement. A script's text goes through the guard, once for each of its forms, and what the guard wrote is sent; the
/// text of a form or a key is our own, and was looked at when it was checked.
pub(crate) struct Statements {
    template: Template,
    dialect: Dialect,
    by_person: bool,
    /// What is sent for a text. Copied to be changed, which is seldom, so that calls share no lock.
    known: ArcSwap<HashMap<String, Arc<str>>>,
}

impl Statements {
    /// # Errors
    /// Where the script does not parse.
    pub(crate) fn new(spec: &ApiSpec, dialect: Dialect) -> Result<Self, String> {
        let template = Template::new(spec, dialect).map_err(|error| format!("The SQL of the API cannot be parsed: {error}."))?;
        let by_person = matches!(&spec.body, ApiBody::Sql(SqlBody { query: Query::Script(_), .. }));
        Ok(Self { template, dialect, by_person, known: ArcSwap::default() })
    }

    /// `after` holds the row that the page begins behind, as the source wrote it.
    ///
    /// # Errors
    /// A script that the guard does not let by with these parameters; a row that is none of this source.
    pub(crate) fn render(&self, spec: &ApiSpec, arguments: &Arguments, page: Page, after: &[Option<String>]) -> Result<Rendered, Problem> {
        let behind = self.template.behind(spec, after).ok_or_else(|| Problem::field("after", FOREIGN))?;
        self.guarded(self.template.render(spec, arguments, page, &behind))
    }

    /// The columns that tell where a page ends; none where the fields that rows are sorted by do.
    pub(crate) fn keys(&self) -> &[Field] {
        self.template.keys()
    }

    /// The statement that counts all rows.
    ///
    /// # Errors
    /// As of [`Self::render`].
    pub(crate) fn render_count(&self, spec: &ApiSpec, arguments: &Arguments) -> Result<Rendered, Problem> {
        self.guarded(self.template.render_count(spec, arguments))
    }

    fn guarded(&self, rendered: Rendered) -> Result<Rendered, Problem> {
        if !self.by_person {
            return Ok(rendered);
        }
        if let Some(sent) = self.known.load().get(&rendered.sql) {
            return Ok(Rendered { sql: sent.as_ref().to_owned(), ..rendered });
        }
        let passed = guard::check(&rendered.sql, self.dialect).map_err(|refusal| {
            Problem::new(
                ErrorCode::Invalid,
                format!("The SQL of the API is refused: {refusal} The owner of the API has to change the SQL."),
            )
        })?;
        let sent: Arc<str> = passed.sql.as_str().into();
        self.known.rcu(|known| {
            let mut more = if known.len() < MAX_KNOWN { HashMap::clone(known) } else { HashMap::new() };
            more.insert(rendered.sql.clone(), sent.clone());
            more
        });
        Ok(Rendered { sql: passed.sql, ..rendered })
    }
}
