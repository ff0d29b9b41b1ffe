//! A cursor that is a text: whether what stands in it sorts as it counts is seen in the table alone.

use model::data_type::ANY_DECIMAL;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::incremental::sorts_as_text;
use model::job::JobSpec;
use model::snapshot::Environment;
use model::{DataType, Field, FieldError};

use crate::Control;
use crate::sources::read_rows;

/// How many values are looked at.
const LOOKED_AT: usize = 200;

impl Control {
    /// What is wrong with a text as the cursor of a job, where its table can be asked.
    pub(super) async fn text_cursor_error(&self, of: &DatasetSpec, job: &JobSpec) -> Option<FieldError> {
        let incremental = job.incremental.as_ref().filter(|incremental| !incremental.cursor.is_empty())?;
        let data_type = of.mapping.fields(of).iter().find(|field| field.name == incremental.cursor)?.data_type;
        if self.feeds(&of.source).await.ok()? || !matches!(data_type, DataType::String | ANY_DECIMAL) {
            return None;
        }
        let resolved = self.resolve_source(&of.source, Environment::Prod).await.ok()?;
        if data_type == ANY_DECIMAL {
            let sentence = format!(
                "{} is a decimal of any size, which this source stores as text. Text sorts 10 before 9, so changes would be missed. Choose another column, or set its type in the source to a decimal(p,s), such as decimal(38,10).",
                incremental.cursor
            );
            return (resolved.dialect == Dialect::Datafusion).then(|| FieldError::new("cursor", sentence));
        }
        let (name, from) = (resolved.dialect.quote(&incremental.cursor), resolved.dialect.table(&of.table));
        let statement = connect::Statement {
            sql: resolved.dialect.cut(&format!("SELECT {name} FROM {from} WHERE {name} IS NOT NULL"), LOOKED_AT),
            binds: Vec::new(),
            fields: vec![Field::plain(incremental.cursor.as_str(), DataType::String)],
            timeout: connect::SESSION_TIMEOUT,
            max_rows: LOOKED_AT,
            purpose: connect::Purpose::Response,
        };
        let sample = read_rows(&resolved, statement).await.ok()?;
        let texts: Vec<&str> = sample.rows.iter().filter_map(|row| row.first()?.as_str()).collect();
        sorts_as_text(&texts).then(|| {
            let sentence = format!(
                "{} is a text column with numbers. Text sorts 10 before 9, so changes would be missed. Choose a number or time column, or change its type in the source.",
                incremental.cursor
            );
            FieldError::new("cursor", sentence)
        })
    }
}
