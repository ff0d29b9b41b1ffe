//! Lineage for other programs, as events of OpenLineage: what each API and each job reads and gives, column by column, and the last runs of
//! each job.

use std::collections::{BTreeMap, BTreeSet};

use model::catalogue::{AssetKind, AssetPath, EdgeKind, LineageEdge, asset_of};
use model::clock::rfc3339;
use model::job::RunState;
use model::{Action, Problem};
use serde_json::{Map, Value as Json, json};
use store::RunRow;

use crate::{Caller, Control};

/// Runs of each job that are told.
const RUNS: i64 = 20;
/// Definitions that are told at once.
const MOST: usize = 10_000;

const JOB_EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent";
const RUN_EVENT: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const COLUMN_LINEAGE: &str = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
const SCHEMA: &str = "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
const SQL: &str = "https://openlineage.io/spec/facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet";
const ERROR: &str = "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet";

impl Control {
    /// The lineage of the caller's domains, or of one of them, as events: one for each API that is live and each job, and those of the last
    /// runs. Statements are among them where the caller may read SQL.
    ///
    /// # Errors
    /// For a domain that the caller may not see; where there are more definitions than one answer holds.
    pub async fn openlineage(&self, caller: &Caller, domain: Option<&str>) -> Result<Vec<Json>, Problem> {
        if let Some(domain) = domain {
            caller.authorise(Action::See, domain)?;
        }
        self.current_lineage().await?;
        let definitions = self.store.lineage_definitions().await?.into_iter().map(|(path, _)| path);
        let wanted: Vec<AssetPath> = definitions.filter(|path| is_told(caller, path, domain)).collect();
        if wanted.len() > MOST {
            return Err(Problem::field("domain", format!("More than {MOST} definitions. Choose a domain.")));
        }
        let mut of: BTreeMap<AssetPath, Vec<LineageEdge>> = BTreeMap::new();
        for edge in self.store.lineage_edges_by(&wanted).await? {
            of.entry(edge.by.clone()).or_default().push(edge);
        }
        let writer = Writer::new(&self.settings.public_url, rfc3339(self.host.now()));
        let mut events = Vec::new();
        for path in &wanted {
            let edges = of.remove(path).unwrap_or_default();
            match path {
                AssetPath::Api { domain, .. } => {
                    let sql = if caller.can(Action::SeeSql, domain) { self.lineage_sql(caller, path).await? } else { Vec::new() };
                    let facets = sql.first().map(|sql| writer.facet(SQL, json!({"query": sql.sql})));
                    events.push(writer.job_event(path, facets.map(|facet| json!({"sql": facet})), &writer.datasets(path, &edges)));
                }
                AssetPath::Dataset { domain, name } => {
                    let datasets = writer.datasets(path, &edges);
                    let job = AssetPath::job(domain, name);
                    events.push(writer.job_event(&job, None, &datasets));
                    events.extend(self.run_events(&writer, (domain, name), &datasets).await?);
                }
                _ => {}
            }
        }
        Ok(events)
    }

    async fn run_events(&self, writer: &Writer, (domain, name): (&str, &str), datasets: &Datasets) -> Result<Vec<Json>, Problem> {
        let Some(dataset) = self.store.dataset(domain, name).await? else { return Ok(Vec::new()) };
        let Some(job) = self.store.job_of(&dataset.id).await? else { return Ok(Vec::new()) };
        let mut runs = self.store.runs_of(&job.id, RUNS).await?;
        self.mask_runs(&dataset, &mut runs).await?;
        let mut events = Vec::new();
        for run in runs.iter().rev() {
            events.extend(writer.run_events(&AssetPath::job(domain, name), (run, run.decoded_state()?), datasets));
        }
        Ok(events)
    }
}

/// Whether a definition is told: of a domain that the reader may see, and of the one that is asked for.
fn is_told(caller: &Caller, path: &AssetPath, wanted: Option<&str>) -> bool {
    match path {
        AssetPath::Api { domain, .. } | AssetPath::Dataset { domain, .. } => {
            caller.can(Action::See, domain) && wanted.is_none_or(|wanted| wanted == domain)
        }
        _ => false,
    }
}

/// What a job reads and what it gives.
struct Datasets {
    inputs: Vec<Json>,
    outputs: Vec<Json>,
}

/// What all events share.
struct Writer {
    namespace: String,
    producer: String,
    now: String,
}

impl Writer {
    fn new(public_url: &str, now: String) -> Self {
        let public_url = public_url.trim_end_matches('/');
        let (namespace, producer) = match public_url {
            "" => ("sluice".to_owned(), "urn:sluice".to_owned()),
            url => (url.to_owned(), format!("{url}/admin/v1/openlineage")),
        };
        Self { namespace, producer, now }
    }

    fn facet(&self, schema: &str, members: Json) -> Json {
        let mut facet = json!({"_producer": self.producer, "_schemaURL": schema});
        if let (Json::Object(facet), Json::Object(members)) = (&mut facet, members) {
            facet.extend(members);
        }
        facet
    }

    fn named(&self, path: &AssetPath) -> Json {
        json!({"namespace": self.namespace, "name": path.to_string()})
    }

    fn datasets(&self, output: &AssetPath, edges: &[LineageEdge]) -> Datasets {
        let inputs: BTreeSet<&AssetPath> =
            edges.iter().map(|edge| asset_of(&edge.from)).filter(|from| *from != output && from.kind() != AssetKind::Job).collect();
        let mut given = self.named(output);
        given["facets"] = json!({"schema": self.schema(output, edges), "columnLineage": self.column_lineage(output, edges)});
        // A dataset may be written into a table of a database too.
        let written: BTreeSet<&AssetPath> = edges.iter().filter(|edge| edge.from == *output).map(|edge| &edge.to).collect();
        let outputs = std::iter::once(given).chain(written.into_iter().map(|path| self.named(path))).collect();
        Datasets { inputs: inputs.into_iter().map(|path| self.named(path)).collect(), outputs }
    }

    fn schema(&self, output: &AssetPath, edges: &[LineageEdge]) -> Json {
        let columns: BTreeSet<&str> =
            edges.iter().filter(|edge| edge.to != *output && asset_of(&edge.to) == output).map(|edge| edge.to.name()).collect();
        let fields: Vec<Json> = columns.into_iter().map(|name| json!({"name": name})).collect();
        self.facet(SCHEMA, json!({"fields": fields}))
    }

    /// What goes into each column, and what decides over all of them.
    fn column_lineage(&self, output: &AssetPath, edges: &[LineageEdge]) -> Json {
        let mut fields: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
        let mut whole = Vec::new();
        for edge in edges.iter().filter(|edge| asset_of(&edge.to) == output && edge.from.kind() == AssetKind::Column) {
            let mut input = self.named(asset_of(&edge.from));
            input["field"] = edge.from.name().into();
            input["transformations"] = json!([transformation(edge.how)]);
            if edge.to == *output {
                whole.push(input);
            } else {
                fields.entry(edge.to.name()).or_default().push(input);
            }
        }
        let fields: Map<String, Json> =
            fields.into_iter().map(|(name, inputs)| (name.to_owned(), json!({"inputFields": inputs}))).collect();
        self.facet(COLUMN_LINEAGE, json!({"fields": fields, "dataset": whole}))
    }

    fn job_event(&self, job: &AssetPath, facets: Option<Json>, datasets: &Datasets) -> Json {
        let mut named = self.named(job);
        named["facets"] = facets.unwrap_or_else(|| json!({}));
        json!({
            "eventTime": self.now,
            "producer": self.producer,
            "schemaURL": JOB_EVENT,
            "job": named,
            "inputs": datasets.inputs,
            "outputs": datasets.outputs,
        })
    }

    /// That a run has begun, and how it has ended, where it has.
    fn run_events(&self, job: &AssetPath, (run, state): (&RunRow, RunState), datasets: &Datasets) -> Vec<Json> {
        let event = |at: i64, kind: &str, facets: Json| {
            json!({
                "eventTime": rfc3339(at),
                "producer": self.producer,
                "schemaURL": RUN_EVENT,
                "eventType": kind,
                "run": {"runId": run.id, "facets": facets},
                "job": self.named(job),
                "inputs": datasets.inputs,
                "outputs": datasets.outputs,
            })
        };
        let mut events: Vec<Json> = run.started_at.map(|at| event(at, "START", json!({}))).into_iter().collect();
        let end = match state {
            RunState::Done => Some(("COMPLETE", json!({}))),
            RunState::Failed => {
                let message = json!({"message": run.reason, "programmingLanguage": "SQL"});
                Some(("FAIL", json!({"errorMessage": self.facet(ERROR, message)})))
            }
            RunState::Stopped => Some(("ABORT", json!({}))),
            RunState::Waiting | RunState::Running => None,
        };
        events.extend(end.zip(run.finished_at).map(|((kind, facets), at)| event(at, kind, facets)));
        events
    }
}

fn transformation(how: EdgeKind) -> Json {
    match how {
        EdgeKind::Filter => json!({"type": "INDIRECT", "subtype": "FILTER"}),
        EdgeKind::Join => json!({"type": "INDIRECT", "subtype": "JOIN"}),
        EdgeKind::Group => json!({"type": "INDIRECT", "subtype": "GROUP_BY"}),
        EdgeKind::Sort => json!({"type": "INDIRECT", "subtype": "SORT"}),
        EdgeKind::Direct | EdgeKind::Read | EdgeKind::Call => json!({"type": "DIRECT"}),
    }
}
