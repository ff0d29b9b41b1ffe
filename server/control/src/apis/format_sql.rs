//! The layout of SQL that a person writes.

use connect::script_format::formatted;
use model::{Action, Problem};

use crate::{Caller, Control};

impl Control {
    /// The SQL of an API, laid out: with other white space, and nothing else.
    ///
    /// # Errors
    /// For those who may change APIs. SQL that cannot be read, and SQL that would not stay the same.
    pub async fn format_sql(&self, caller: &Caller, (domain, name): (&str, &str), source: &str, text: &str) -> Result<String, Problem> {
        self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditApi, domain)?;
        let dialect = self.dialect_in(domain, source).await?;
        let text = text.to_owned();
        // A long text takes a while, on a thread that answers nobody else.
        let formatting = tokio::task::spawn_blocking(move || formatted(&text, dialect));
        match formatting.await {
            Ok(formatted) => formatted.map_err(|sentence| Problem::field("script", sentence)),
            Err(cause) => {
                tracing::error!(%cause, "SQL cannot be formatted");
                Err(Problem::field("script", "Sluice cannot format this SQL. The SQL is unchanged."))
            }
        }
    }
}
