//! What people are shown, masked by tag: each of these takes what one use case is about to show, and leaves no masked value in it.

use std::collections::{BTreeSet, HashMap};

use model::audit::{AuditAction, AuditRow};
use model::catalogue::{ApiMasks, MASK, Masks, mask_members, mask_sample, mask_sentence};
use model::dataset::DatasetSpec;
use model::rejected::RejectedRowView;
use model::view::{CheckReport, DatasetView, LoggedParameter, LoggedRequest, TryAnswer};
use model::{ApiSpec, Parameter, Problem};
use store::{DatasetRow, RunRow};

use crate::Control;
use crate::apis::Beside;
use crate::failure::api_spec;

impl Control {
    /// The report of a check.
    pub(crate) async fn mask_report(&self, beside: &Beside<'_>, spec: &ApiSpec, report: &mut CheckReport) -> Result<(), Problem> {
        let masks = self.masks_of_spec(beside, spec).await?;
        mask_check(report, &masks);
        Ok(())
    }

    /// What a check had found when a version was sent.
    pub(crate) async fn mask_evidence(&self, of: (&str, &str), spec: &ApiSpec, evidence: &mut CheckReport) -> Result<(), Problem> {
        let masks = self.masks_of_version(of, spec).await?;
        mask_check(evidence, &masks);
        Ok(())
    }

    /// Rows that could not be taken into a dataset.
    pub(crate) async fn mask_rejected(&self, dataset: &DatasetRow, rows: &mut [RejectedRowView]) -> Result<(), Problem> {
        if rows.is_empty() {
            return Ok(());
        }
        let spec: DatasetSpec = dataset.definition()?;
        let masks = self.masks_of_rows((&dataset.domain, &dataset.name), &spec).await?;
        if masks.is_empty() {
            return Ok(());
        }
        let known: BTreeSet<String> = spec.written().map(|field| field.column.clone()).collect();
        for row in rows {
            row.text = model::catalogue::mask_row_text(&row.text, &masks, &known);
            row.reason = mask_sentence(&row.reason);
        }
        Ok(())
    }

    /// The masked columns of the rows of a dataset as its source writes them, and as the dataset does.
    async fn masks_of_rows(&self, of: (&str, &str), spec: &DatasetSpec) -> Result<Masks, Problem> {
        let read = spec.mapping.fields(spec);
        let columns: Vec<&str> = read.iter().map(|field| field.name.as_str()).collect();
        let table = self.masks_of_table(&spec.source, &spec.table, &columns).await?;
        Ok(self.masks_of_dataset_named(of, spec).await?.and(table))
    }

    /// A dataset: why runs failed and rows differ is told with examples of rows.
    pub(crate) async fn mask_dataset(&self, view: &mut DatasetView) -> Result<(), Problem> {
        if !tells_of_rows(view) {
            return Ok(());
        }
        let masks = self.masks_of_rows((&view.domain, &view.name), &view.spec).await?;
        if masks.is_empty() {
            return Ok(());
        }
        let cursor = view.job.spec.incremental.as_ref().map(|incremental| incremental.cursor.clone()).unwrap_or_default();
        view.job.runs.iter_mut().for_each(|run| run.reason = mask_sentence(&run.reason));
        for version in &mut view.versions {
            version.reason = mask_sentence(&version.reason);
            if let Some(sync) = &mut version.incremental_sync {
                sync.reason = mask_sentence(&sync.reason);
                if masks.has(&cursor) && !sync.figures.position.is_empty() {
                    MASK.clone_into(&mut sync.figures.position);
                }
            }
            for compared in &mut version.compared {
                compared.reason = mask_sentence(&compared.reason);
                if view.spec.key.iter().any(|column| masks.has(column)) {
                    compared.figures.examples.iter_mut().for_each(|example| MASK.clone_into(example));
                }
            }
        }
        Ok(())
    }

    /// Runs of the job of a dataset: why they failed is told with examples of rows.
    pub(crate) async fn mask_runs(&self, dataset: &DatasetRow, runs: &mut [RunRow]) -> Result<(), Problem> {
        if runs.iter().all(|run| run.reason.is_empty()) {
            return Ok(());
        }
        let masks = self.masks_of_rows((&dataset.domain, &dataset.name), &dataset.definition()?).await?;
        if !masks.is_empty() {
            runs.iter_mut().for_each(|run| run.reason = mask_sentence(&run.reason));
        }
        Ok(())
    }

    /// Requests out of the request log: the values of parameters that are compared with masked columns.
    pub(crate) async fn mask_requests(&self, requests: &mut [LoggedRequest]) -> Result<(), Problem> {
        let mut known: HashMap<String, Option<(ApiMasks, Vec<Parameter>)>> = HashMap::new();
        for request in requests.iter_mut().filter(|request| request.parameters.iter().any(|parameter| parameter.value.is_some())) {
            if !known.contains_key(&request.api) {
                known.insert(request.api.clone(), self.logged_masks(&request.api).await?);
            }
            mask_parameters(&mut request.parameters, known.get(&request.api).and_then(Option::as_ref));
        }
        Ok(())
    }

    /// What is masked of an API by its newest version; nothing where there is no such API any more.
    async fn logged_masks(&self, path: &str) -> Result<Option<(ApiMasks, Vec<Parameter>)>, Problem> {
        let Some((domain, name)) = path.split_once('/') else { return Ok(None) };
        let Some(api) = self.store.api(domain, name).await? else { return Ok(None) };
        let Some(version) = self.store.versions_of(&api.id).await?.into_iter().max_by_key(|version| version.number) else {
            return Ok(None);
        };
        let spec = api_spec(&api, &version)?;
        Ok(Some((self.masks_of_version((domain, name), &spec).await?, spec.parameters)))
    }

    /// The audit log: why builds failed.
    pub(crate) async fn mask_audit(&self, rows: &mut [AuditRow]) -> Result<(), Problem> {
        let mut known: HashMap<String, bool> = HashMap::new();
        for row in rows.iter_mut().filter(|row| row.kind() == Some(AuditAction::DatasetFailed)) {
            if !known.contains_key(&row.subject) {
                known.insert(row.subject.clone(), self.is_masked_dataset(&row.subject).await?);
            }
            if known.get(&row.subject) == Some(&true) {
                row.after = row.after.take().map(|after| mask_after(&after));
            }
        }
        Ok(())
    }

    async fn is_masked_dataset(&self, path: &str) -> Result<bool, Problem> {
        let Some((domain, name)) = path.split_once('/') else { return Ok(false) };
        let Some(spec) = self.dataset_spec(domain, name).await? else { return Ok(false) };
        Ok(!self.masks_of_rows((domain, name), &spec).await?.is_empty())
    }
}

fn mask_check(report: &mut CheckReport, masks: &ApiMasks) {
    mask_sample(&mut report.sample, &masks.fields);
    if !masks.is_empty() {
        // A key that is not unique is told with keys of rows.
        report.errors.iter_mut().filter(|error| error.field == "key").for_each(|error| error.message = mask_sentence(&error.message));
    }
}

/// A response in the test console. What is no JSON is masked as a whole, and so is what a fault says.
pub(crate) fn mask_answer(answer: &mut TryAnswer, fields: &Masks) {
    if fields.is_empty() || answer.body.is_empty() {
        return;
    }
    let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&answer.body) else { return MASK.clone_into(&mut answer.body) };
    if answer.status < 400 {
        mask_members(&mut json, fields);
    } else if answer.status >= 500
        && let Some(serde_json::Value::String(detail)) = json.get_mut("detail")
    {
        *detail = mask_sentence(detail);
    }
    answer.body = json.to_string();
}

/// The parameters of an API that is known by its newest version. One that this version does not have may be any: where something of the
/// API is masked, it is too.
fn mask_parameters(parameters: &mut [LoggedParameter], of: Option<&(ApiMasks, Vec<Parameter>)>) {
    let Some((masks, known)) = of else { return };
    if masks.is_empty() {
        return;
    }
    for parameter in parameters {
        let is_known = known.iter().any(|own| own.name == parameter.name);
        if !is_known || masks.parameters.has(&parameter.name) {
            parameter.value = None;
        }
    }
}

/// `version 3: The key id is not unique: …`
fn mask_after(after: &str) -> String {
    match after.split_once(": ") {
        Some((version, reason)) => format!("{version}: {}", mask_sentence(reason)),
        None => after.to_owned(),
    }
}

/// Whether something of a dataset may name a value of a row.
fn tells_of_rows(view: &DatasetView) -> bool {
    let of_version = view.versions.iter().any(|version| {
        let compared = version.compared.iter().any(|compared| !compared.reason.is_empty() || !compared.figures.examples.is_empty());
        !version.reason.is_empty() || version.incremental_sync.is_some() || compared
    });
    of_version || view.job.runs.iter().any(|run| !run.reason.is_empty())
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::table::QueryPlan;

    use super::*;

    fn answer(status: u16, body: &str) -> TryAnswer {
        TryAnswer {
            status,
            headers: Vec::new(),
            body: body.into(),
            steps: Vec::new(),
            took_us: 0,
            rows: None,
            plan: QueryPlan::default(),
            sql: String::new(),
            graph: Vec::new(),
            sha256: String::new(),
            calls: Vec::new(),
        }
    }

    #[test]
    fn a_response_shows_no_masked_field_whatever_came_of_the_request() {
        let masks = Masks::of(["email".to_owned()]);
        let shown = |status, body: &str| {
            let mut answer = answer(status, body);
            mask_answer(&mut answer, &masks);
            answer.body
        };
        assert_eq!(shown(200, r#"{"id":1,"email":"a@b.c"}"#), format!(r#"{{"id":1,"email":"{MASK}"}}"#));
        assert_eq!(shown(200, "id,email\n1,a@b.c\n"), MASK);
        assert!(!shown(502, r#"{"detail":"email of row 1 has a@b.c, which is no integer."}"#).contains("a@b.c"));
        assert_eq!(shown(400, r#"{"detail":"Expected an integer."}"#), r#"{"detail":"Expected an integer."}"#);
        let mut open = answer(200, "[1]");
        mask_answer(&mut open, &Masks::default());
        assert_eq!(open.body, "[1]");
    }

    #[test]
    fn parameters_are_masked_that_are_compared_with_masked_columns_or_are_not_known() {
        let logged = |name: &str| LoggedParameter { name: name.into(), value: Some("x".into()) };
        let known = vec![Parameter::new("email", DataType::String), Parameter::new("page", DataType::Int64)];
        let shown = |masks: ApiMasks| {
            let mut parameters = vec![logged("email"), logged("page"), logged("of_before")];
            mask_parameters(&mut parameters, Some(&(masks, known.clone())));
            parameters.into_iter().filter(|parameter| parameter.value.is_some()).map(|parameter| parameter.name).collect::<Vec<_>>()
        };
        let email = Masks::of(["email".to_owned()]);
        assert_eq!(shown(ApiMasks { fields: email.clone(), parameters: email }), ["page"]);
        assert_eq!(shown(ApiMasks::default()), ["email", "page", "of_before"]);
    }

    #[test]
    fn the_audit_log_keeps_which_version_it_was() {
        assert_eq!(mask_after("version 3: a@b.c is no id."), "version 3: The details are masked by a tag.");
    }
}
