//! The check: a definition against its real source. Parsed, guarded, prepared, explained, and run once on test values.

use std::time::Duration;

use connect::{Purpose, Statement, guard};
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::name::{is_identifier, suggest_identifier};
use model::near::{near, question};
use model::number::grouped;
use model::script::Rendered;
use model::snapshot::Environment;
use model::spec::{ApiBody, KvBody, Query, SqlBody};
use model::statement::{Page, Template, any_value, test_arguments};
use model::table::{QueryPlan, Sample, TableInfo, TableRef};
use model::validate::validate;
use model::view::CheckReport;
use model::{Action, ApiSpec, DataType, Field, FieldError, Problem, Value};

use super::check_form::{joined_info, order_error, type_form_fields};
use super::check_script::{refused, script_text, told_of_script};
use super::{Beside, own_types};
use crate::failure::from_source;
use crate::sources::{Resolved, read_rows};
use crate::{Caller, Control};

/// Rows of a check's sample.
const SAMPLE_ROWS: u32 = 8;
/// A full scan of more rows than this is named to the approver.
const LARGE_TABLE: i64 = 100_000;

/// A definition and where it would run.
pub(crate) struct CheckInput<'a> {
    pub name: &'a str,
    pub spec: &'a ApiSpec,
    /// Unions have none.
    pub source: Option<&'a Resolved>,
    pub beside: Beside<'a>,
}

impl Control {
    /// Checks a definition against its source.
    ///
    /// # Errors
    /// Faults of the definition are in the report; an error is where the check itself could not be made.
    pub async fn check_api(
        &self,
        caller: &Caller,
        (domain, name): (&str, &str),
        spec: &ApiSpec,
        environment: Environment,
    ) -> Result<CheckReport, Problem> {
        caller.authorise(Action::EditApi, domain)?;
        let beside = Beside { domain, environment, planned: &[] };
        if spec.union().is_some() {
            caller.authorise(Action::ReadSample, domain)?;
            return Ok(self.check_with_cases(&CheckInput { name, spec, source: None, beside }).await?.0);
        }
        if spec.source.is_empty() {
            return Ok(CheckReport { errors: validate(spec, None), ..CheckReport::default() });
        }
        let source = self.visible_source(caller, &spec.source).await?;
        caller.authorise(Action::ReadSample, &source.domain)?;
        let resolved = self.resolve_source(&spec.source, environment).await?;
        Ok(self.check_with_cases(&CheckInput { name, spec, source: Some(&resolved), beside }).await?.0)
    }

    /// The check, and then the kept cases.
    pub(crate) async fn check_with_cases(&self, input: &CheckInput<'_>) -> Result<(CheckReport, ApiSpec), Problem> {
        let (mut report, spec) = self.check_on(input).await?;
        if report.errors.is_empty() {
            report.cases = self.run_cases(input, &spec).await?;
        }
        Ok((report, spec))
    }

    /// The report, and the definition with all that the check found out: the types of its fields, what its steps give.
    pub(crate) async fn check_on(&self, input: &CheckInput<'_>) -> Result<(CheckReport, ApiSpec), Problem> {
        let mut report = CheckReport::default();
        let mut spec = input.spec.clone();
        own_types::forget(&mut spec);
        check_patterns(&spec, &mut report.errors);
        let Some(source) = input.source else {
            report.errors.extend(self.complete_union(input.name, &input.beside, &mut spec).await?);
            report.errors.extend(validate(&spec, None));
            if report.errors.is_empty() {
                self.try_union(input, &mut spec, &mut report).await?;
            }
            report.fields.clone_from(&spec.fields);
            return Ok((report, spec));
        };
        report.binding = self.binding_fingerprint(source)?;
        let domain = input.beside.domain;
        if source.domain != domain {
            let message =
                format!("Source {} belongs to domain {}, not to {domain}. Choose a source of the domain.", spec.source, source.domain);
            report.errors.push(FieldError::new("source", message));
            return Ok((report, spec));
        }
        if let Some(dataset) = self.making_dataset(domain, &spec, source).await? {
            self.check_made(source, &dataset, domain, (&mut spec, &mut report)).await?;
            return Ok((report, spec));
        }
        self.check_table(source, &mut spec, &mut report).await?;
        self.check_dataset(domain, &spec, &mut report.errors).await?;
        report.errors.extend(validate(&spec, Some(source.dialect)));
        if report.errors.is_empty() {
            self.check_statement(source, &mut spec, &mut report).await?;
        }
        report.fields.clone_from(&spec.fields);
        Ok((report, spec))
    }

    /// What the form names must be there; the answer's types are the table's own.
    async fn check_table(&self, source: &Resolved, spec: &mut ApiSpec, report: &mut CheckReport) -> Result<(), Problem> {
        let Some(table) = spec.table().filter(|table| !table.name.is_empty()).cloned() else { return Ok(()) };
        let info = source.connection.table(&table).await.map_err(|error| from_source(&source.name, &error))?;
        let Some(info) = info else {
            let tables = source.connection.tables().await.unwrap_or_default();
            let meant = near(&table.name, tables.iter().map(|info| info.table.name.as_str()));
            report.errors.push(FieldError::new("table", format!("{} has no table {}.{}", source.name, table.path(), question(&meant))));
            return Ok(());
        };
        match spec.body.clone() {
            ApiBody::Kv(kv) => {
                type_kv_fields(spec, &info, &mut report.errors);
                if let Some(name) = spec.serve_from.dataset().map(str::to_owned)
                    && let Some(dataset) = self.dataset_spec(&source.domain, &name).await?
                {
                    type_by_dataset(spec, &info, &dataset);
                }
                own_types::of_key(spec, &kv, &info, source.dialect, &mut report.errors);
                // A dataset proves its key itself, and may hold but the last of what its source tells of it.
                if report.errors.is_empty() && !kv.key.is_empty() && spec.serve_from.dataset().is_none() {
                    self.check_key(source, &kv, &info, &mut report.errors).await?;
                }
            }
            ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
                let whole = joined_info(source, &form, info, &mut report.errors).await?;
                type_form_fields(spec, &form, &whole, &mut report.errors);
                own_types::of_form(spec, &form, &whole, source.dialect, &mut report.errors);
                report.errors.extend(order_error(spec, &form, &whole));
            }
            ApiBody::Sql(_) | ApiBody::Union(_) => {}
        }
        Ok(())
    }

    /// A key must be unique and never empty: known from the table's own key, or read from its rows.
    async fn check_key(&self, source: &Resolved, kv: &KvBody, info: &TableInfo, errors: &mut Vec<FieldError>) -> Result<(), Problem> {
        let mut own = info.key.clone();
        let mut asked = kv.key.clone();
        own.sort_unstable();
        asked.sort_unstable();
        if own == asked && !own.is_empty() {
            return Ok(());
        }
        let sample = read_rows(source, key_statement(source, kv, info)).await?;
        if sample.rows.is_empty() {
            return Ok(());
        }
        let examples: Vec<String> = sample.rows.iter().map(|row| row.iter().map(plain).collect::<Vec<_>>().join(", ")).collect();
        errors.push(FieldError::new(
            "key",
            format!(
                "The key {} is not unique: for example {}. Add a column to the key, or choose another key.",
                kv.key.join(" and "),
                examples.join("; ")
            ),
        ));
        Ok(())
    }

    async fn check_statement(&self, source: &Resolved, spec: &mut ApiSpec, report: &mut CheckReport) -> Result<(), Problem> {
        let template = match Template::new(spec, source.dialect) {
            Ok(template) => template,
            Err(error) => {
                report.errors.push(FieldError::new("script", error.to_string()));
                return Ok(());
            }
        };
        if let Some(error) = own_limit(spec, source.dialect, &template) {
            report.errors.push(error);
            return Ok(());
        }
        if is_script(spec) {
            self.learn_script_types(source, spec, &template).await;
        }
        let page = Page { limit: SAMPLE_ROWS, offset: 0 };
        let mut whole = template.render(spec, &test_arguments(spec, true), page, &[]);
        let mut bare = template.render(spec, &test_arguments(spec, false), page, &[]);
        let mut second = (!spec.keyset().is_empty()).then(|| {
            let behind: Vec<Value> = spec.keyset().iter().map(|(field, _)| any_behind(field, source.dialect)).collect();
            template.render(spec, &test_arguments(spec, true), page, &behind)
        });
        // Checked both ways: with every optional part, and with none; and a page behind another.
        for rendered in [Some(&mut whole), Some(&mut bare), second.as_mut()].into_iter().flatten() {
            if let Err(error) = self.check_sql(source, spec, rendered, report).await? {
                report.errors.push(error);
                return Ok(());
            }
        }
        report.sql = spec.script(source.dialect);
        match self.result_fields(source, spec, &whole).await {
            Ok(fields) => spec.fields = fields,
            Err(error) => {
                report.errors.push(error);
                return Ok(());
            }
        }
        report.errors.extend(validate(spec, Some(source.dialect)));
        match self.sample(source, spec, &bare).await {
            Ok(sample) => report.sample = sample,
            // The source has answered before: it is there, and the statement takes too long.
            Err(problem) if problem.code == model::ErrorCode::SourceTimeout => {
                report.errors.push(FieldError::new(if is_script(spec) { "script" } else { "table" }, problem.detail));
                return Ok(());
            }
            Err(problem) => return Err(problem),
        }
        self.explain(source, spec, (&whole, &bare), report).await;
        Ok(())
    }

    /// What the source does for a call without optional parameters, and which tables that or a call with all of them reads whole. What is
    /// served from a dataset does not ask it.
    async fn explain(&self, source: &Resolved, spec: &ApiSpec, (whole, bare): (&Rendered, &Rendered), report: &mut CheckReport) {
        if spec.serve_from.dataset().is_some() {
            return;
        }
        let mut with_none = plan_of(source, bare).await;
        let has_optional = whole.sql != bare.sql;
        let with_all = if has_optional { plan_of(source, whole).await } else { with_none.clone() };
        let reads = |name: &String| match (with_all.full_scans.contains(name), with_none.full_scans.contains(name)) {
            (false, true) => "A request without its optional parameters reads",
            (true, false) => "A request with all its parameters reads",
            _ => "Every request reads",
        };
        let mut names = with_none.full_scans.clone();
        names.extend(with_all.full_scans.iter().filter(|name| !with_none.full_scans.contains(name)).cloned());
        let told: Vec<(String, &str)> = names.iter().map(|name| (name.clone(), reads(name))).collect();
        report.costs = self.full_scans(source, spec, &told).await;
        with_none.full_scans = names;
        report.plan = with_none;
    }

    /// Guards one rendering, and lets the source prepare it. Of a script, what the guard wrote is what is sent from there on.
    async fn check_sql(
        &self,
        source: &Resolved,
        spec: &ApiSpec,
        rendered: &mut Rendered,
        report: &mut CheckReport,
    ) -> Result<Result<(), FieldError>, Problem> {
        let own_limit = spec.page_size().is_some() && is_script(spec);
        let passed = match guard::check(&rendered.sql, source.dialect) {
            Ok(passed) => passed,
            Err(refusal) => return Ok(Err(FieldError::new("script", refused(&refusal, &rendered.sql, spec)))),
        };
        if is_script(spec) {
            rendered.sql = passed.sql;
        }
        if own_limit && !passed.has_order {
            return Ok(Err(FieldError::new("page_size", "Pagination needs a sort order. Add ORDER BY, or turn pagination off.")));
        }
        if is_script(spec) && spec.page_size().is_none() && !passed.has_limit {
            let note = format!("Without pagination and without LIMIT, a response is cut at {} rows.", grouped(spec.policy.max_rows));
            if !report.warnings.contains(&note) {
                report.warnings.push(note);
            }
        }
        let described = match source.connection.describe(&rendered.sql, &rendered.binds).await {
            // What a dataset serves is not asked of the source.
            Ok(_) if spec.serve_from.dataset().is_none() => source.connection.vet(&rendered.sql, &rendered.binds).await,
            described => described.map(drop),
        };
        match described {
            Ok(()) => Ok(Ok(())),
            Err(error) if error.code() == model::ErrorCode::SourceUnavailable => Err(from_source(&source.name, &error)),
            Err(error) => {
                tracing::info!(source = source.name, cause = %error.cause, "a source refused a draft");
                let Some(text) = script_text(spec) else { return Ok(Err(FieldError::new("table", error.sentence))) };
                Ok(Err(FieldError::new("script", told_of_script(source, &error, &rendered.sql, text).await)))
            }
        }
    }

    /// A script's fields are what its statement gives; what was written about them stays.
    async fn result_fields(&self, source: &Resolved, spec: &ApiSpec, rendered: &Rendered) -> Result<Vec<Field>, FieldError> {
        if !is_script(spec) {
            return Ok(spec.fields.clone());
        }
        let columns =
            source.connection.describe(&rendered.sql, &rendered.binds).await.map_err(|error| FieldError::new("script", error.sentence))?;
        if let Some(column) = columns.iter().find(|column| !is_identifier(&column.name)) {
            let (name, better) = (&column.name, suggest_identifier(&column.name));
            return Err(FieldError::new(
                "script",
                format!("The column {name} is not a valid field name. Add AS {better} after the column."),
            ));
        }
        Ok(columns
            .into_iter()
            .map(|column| {
                let known = spec.fields.iter().find(|field| field.column == column.name);
                // A number that was an integer before its type came to the tables stays one.
                let was = known.map(|field| field.data_type).filter(|was| *was == DataType::Int64 && column.stays(*was));
                let data_type = was.unwrap_or(column.data_type);
                Field {
                    name: column.name.clone(),
                    column: column.name,
                    data_type,
                    nullable: true,
                    about: known.map(|field| field.about.clone()).unwrap_or_default(),
                    as_string: known.is_some_and(|field| field.as_string) && data_type == DataType::Int64,
                    ..Field::default()
                }
            })
            .collect())
    }

    async fn sample(&self, source: &Resolved, spec: &ApiSpec, rendered: &Rendered) -> Result<Sample, Problem> {
        let statement = Statement {
            sql: rendered.sql.clone(),
            binds: rendered.binds.clone(),
            fields: spec.fields.clone(),
            timeout: Duration::from_millis(spec.policy.timeout_ms.into()),
            max_rows: SAMPLE_ROWS as usize,
            purpose: Purpose::of_api(&spec.policy),
        };
        read_rows(source, statement).await
    }

    /// A full scan of a large table is named, and needs an approver's yes.
    async fn full_scans(&self, source: &Resolved, spec: &ApiSpec, scans: &[(String, &str)]) -> Vec<String> {
        if scans.is_empty() {
            return Vec::new();
        }
        // A plan names tables without their schemas: those that the definition names stand before others of the same name.
        let mut tables = Vec::new();
        for table in named_tables(spec).into_iter().filter(|table| !table.schema.is_empty()) {
            tables.extend(source.connection.table(table).await.ok().flatten());
        }
        tables.extend(source.connection.tables().await.unwrap_or_default());
        let of = |name: &str| {
            let same = tables.iter().find(|info| info.table.name == name);
            // Names without quotes are the same in any case.
            same.or_else(|| tables.iter().find(|info| info.table.name.eq_ignore_ascii_case(name)))
        };
        scans
            .iter()
            .filter_map(|(name, reads)| {
                let rows = of(name)?.rows?;
                (rows > LARGE_TABLE).then(|| format!("{reads} all of {name}, about {} rows.", grouped(rows)))
            })
            .collect()
    }
}

/// Nothing where the source does not explain it.
async fn plan_of(source: &Resolved, rendered: &Rendered) -> QueryPlan {
    source.connection.explain(&rendered.sql, &rendered.binds).await.unwrap_or_default()
}

/// The tables that a form or a key names.
fn named_tables(spec: &ApiSpec) -> Vec<&TableRef> {
    let joined = match &spec.body {
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => form.joins.as_slice(),
        _ => &[],
    };
    spec.table().into_iter().chain(joined.iter().map(|join| &join.table)).collect()
}

/// A LIMIT of a script's own, which would stand before that of the page.
fn own_limit(spec: &ApiSpec, dialect: Dialect, template: &Template) -> Option<FieldError> {
    if spec.page_size().is_none() || !is_script(spec) {
        return None;
    }
    let limited = [true, false].into_iter().any(|all| {
        let unpaged = template.render_unpaged(spec, &test_arguments(spec, all));
        // What the guard refuses is told with the page.
        guard::check(&unpaged.sql, dialect).is_ok_and(|passed| passed.has_limit)
    });
    let message = "The SQL has its own LIMIT, and pagination adds one. Remove LIMIT from the SQL, or turn pagination off.";
    limited.then(|| FieldError::new("page_size", message))
}

/// A value that a page may begin behind. ClickHouse reads it before anything runs, and not every text is of a type that only it knows.
fn any_behind(field: &Field, dialect: Dialect) -> Value {
    let is_foreign = dialect == Dialect::Clickhouse && field.data_type == DataType::String && !field.source_type.is_empty();
    if is_foreign { Value::Null } else { any_value(field.data_type) }
}

fn is_script(spec: &ApiSpec) -> bool {
    matches!(&spec.body, ApiBody::Sql(SqlBody { query: Query::Script(_), .. }))
}

/// Patterns are compiled here, by the server alone.
fn check_patterns(spec: &ApiSpec, errors: &mut Vec<FieldError>) {
    for parameter in &spec.parameters {
        let Some(pattern) = &parameter.pattern else { continue };
        if regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().is_err() {
            let place = format!("parameters.{}.pattern", parameter.name);
            errors.push(FieldError::new(place, "Enter a valid regular expression."));
        }
    }
}

pub(super) fn type_kv_fields(spec: &mut ApiSpec, info: &TableInfo, errors: &mut Vec<FieldError>) {
    for field in &mut spec.fields {
        match info.column(&field.column) {
            Some(column) => {
                if !column.stays(field.data_type) {
                    field.data_type = column.data_type;
                }
                field.nullable = column.nullable;
            }
            None => errors
                .push(FieldError::new(format!("fields.{}", field.name), format!("{} has no column {}.", info.table.name, field.column))),
        }
    }
}

/// A dataset keeps the types that its columns were first read as, and what is served from it has them.
fn type_by_dataset(spec: &mut ApiSpec, info: &TableInfo, dataset: &DatasetSpec) {
    for field in &mut spec.fields {
        if let (Some(column), Some(known)) = (info.column(&field.column), dataset.field(&field.column))
            && column.was(known.data_type)
        {
            field.data_type = known.data_type;
        }
    }
}

/// Keys that stand in more than one row, or in none: three examples.
fn key_statement(source: &Resolved, kv: &KvBody, info: &TableInfo) -> Statement {
    let names: Vec<String> = kv.key.iter().map(|name| source.dialect.quote(name)).collect();
    let empty: Vec<String> = names.iter().map(|name| format!("{name} IS NULL")).collect();
    let fields = kv
        .key
        .iter()
        .map(|name| Field {
            name: name.clone(),
            column: name.clone(),
            data_type: info.column(name).map(|column| column.data_type).unwrap_or_default(),
            nullable: true,
            ..Field::default()
        })
        .collect();
    let (list, from) = (names.join(", "), source.dialect.table(&kv.table));
    let all = format!("SELECT {list} FROM {from} GROUP BY {list} HAVING count(*) > 1 OR {}", empty.join(" OR "));
    Statement {
        sql: source.dialect.cut(&all, 3),
        binds: Vec::new(),
        fields,
        timeout: connect::SESSION_TIMEOUT,
        max_rows: 3,
        purpose: Purpose::Response,
    }
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "nothing".into(),
        other => other.to_string(),
    }
}
