//! A definition compiled for calls: where its rows come from, its patterns, its codecs, and the way from a request's
//! bytes to a key.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use accel::{Dataset, Place, Stores};
use connect::pools::Pools;
use connect::proto::ProtoColumn;
use connect::queue::Queued;
use connect::vault::Vault;
use connect::{Connection, Consumer, SourceErrorKind, registry};
use http::HeaderValue;
use model::snapshot::{SnapshotApi, SnapshotDataset, SnapshotSource, compartment};
use model::spec::{ApiBody, ApiKind, KvBody};
use model::statement::{Page, test_arguments};
use model::{DataType, Parameter};
use regex::Regex;

use crate::statements::Statements;
use crate::union::UnionPlan;
use crate::view::View;

/// The longest that a plan is tried before it goes live.
const TRY_TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that one call needs, made off the request path.
pub(crate) struct Plan {
    pub(crate) api: Arc<SnapshotApi>,
    pub(crate) backend: Backend,
    pub(crate) patterns: HashMap<String, Regex>,
    pub(crate) timeout: Duration,
    /// `travel/plane`
    pub(crate) path: String,
    /// `sluice.travel.Plane`
    pub(crate) service: Arc<str>,
    /// The version as a header's value.
    pub(crate) version: HeaderValue,
    /// The dataset version, where rows come from a dataset.
    pub(crate) data_version: Option<HeaderValue>,
    /// What an app sees that nothing is hidden from.
    pub(crate) view: Arc<View>,
    /// Key-value APIs: the parameters of the key, in the order of its parts.
    pub(crate) key: Vec<KeyPart>,
    /// Whether a key can be read straight from a request: no bounds, no patterns, no choices.
    pub(crate) plain_key: bool,
    /// These two stand here and not only in the definition, which the short way has no need to look at.
    pub(crate) kind: ApiKind,
    pub(crate) cached: bool,
}

/// Where rows come from.
pub(crate) enum Backend {
    Source(SourceBackend),
    Dataset(OpenDataset),
    Union(UnionPlan),
}

pub(crate) struct SourceBackend {
    pub(crate) source: Arc<SnapshotSource>,
    pub(crate) statements: Statements,
    pub(crate) connection: Arc<Queued>,
    /// The dataset versions that its tables are, where they are datasets: cached responses belong to those.
    pub(crate) rests_on: String,
    /// How a row becomes a message, in the order of the numbers.
    pub(crate) columns: Vec<ProtoColumn>,
}

/// A dataset version that is open, and what it is called.
#[derive(Clone)]
pub(crate) struct OpenDataset {
    pub(crate) about: Arc<SnapshotDataset>,
    pub(crate) data: Arc<Dataset>,
}

/// One part of a key.
pub(crate) struct KeyPart {
    pub(crate) parameter: String,
    pub(crate) number: u32,
    pub(crate) data_type: DataType,
}

impl OpenDataset {
    /// # Errors
    /// A sentence that says why it cannot be read.
    pub(crate) async fn open(stores: &Stores, about: &Arc<SnapshotDataset>) -> Result<Self, String> {
        let place = Place { dataset: about.id.clone(), version: about.version_id.clone() };
        let opened = match stores.of(about.store) {
            Ok(store) => Dataset::open(&**store, &place).await,
            Err(error) => Err(error),
        };
        let data = opened.map_err(|error| {
            tracing::warn!(dataset = about.name, cause = %error.cause, "a dataset version cannot be opened: {error}");
            format!("Dataset {}: {}", about.name, error.sentence)
        })?;
        Ok(Self { about: about.clone(), data: Arc::new(data) })
    }
}

impl Plan {
    /// # Errors
    /// A sentence that says why it cannot be served.
    pub(crate) fn from_source(api: Arc<SnapshotApi>, source: Arc<SnapshotSource>, pools: &Pools, vault: &Vault) -> Result<Self, String> {
        let connector = registry::connector(&source.driver).ok_or_else(|| format!("This node has no connector for {}.", source.driver))?;
        let statements = Statements::new(&api.spec, connector.dialect())?;
        let share = compartment(&api.domain, api.switches.priority);
        let connection =
            connect::binding::open(pools, vault, &source, &share).map_err(|error| format!("{}: {}", source.name, error.sentence))?;
        let mut columns: Vec<ProtoColumn> = (0..api.spec.fields.len())
            .map(|index| ProtoColumn { number: api.spec.field_number(index), column: index, data_type: api.spec.fields[index].data_type })
            .collect();
        columns.sort_by_key(|column| column.number);
        Self::new(api, Backend::Source(SourceBackend { source, statements, connection, rests_on: String::new(), columns }))
    }

    /// The same, of tables that are these dataset versions.
    pub(crate) fn resting_on(mut self, versions: String) -> Self {
        if let Backend::Source(backend) = &mut self.backend {
            backend.rests_on = versions;
        }
        self
    }

    /// # Errors
    /// A sentence that says how the dataset does not fit the definition.
    pub(crate) fn from_dataset(api: Arc<SnapshotApi>, dataset: OpenDataset) -> Result<Self, String> {
        let about = &dataset.about;
        let ApiBody::Kv(KvBody { key, .. }) = &api.spec.body else {
            return Err("Only a key lookup can be served from a dataset with keys.".into());
        };
        if *key != about.key {
            return Err(format!(
                "The key of dataset {} is {}, not {}. Choose the same key.",
                about.name,
                about.key.join(" and "),
                key.join(" and ")
            ));
        }
        for (index, field) in api.spec.fields.iter().enumerate() {
            let number = api.spec.field_number(index);
            let there = about
                .register
                .iter()
                .any(|known| known.column == field.column && known.number == number && known.data_type == field.data_type);
            if !there {
                return Err(format!(
                    "{} of {} has changed since this version was created. Release a version that fits.",
                    field.column, about.name
                ));
            }
        }
        Self::new(api, Backend::Dataset(dataset))
    }

    /// `live` gives the plan of another API of the domain by its name.
    ///
    /// # Errors
    /// A sentence that says why it cannot be served.
    pub(crate) fn from_union(api: Arc<SnapshotApi>, live: &dyn Fn(&str) -> Option<Arc<Plan>>) -> Result<Self, String> {
        let union = UnionPlan::compile(&api, live)?;
        Self::new(api, Backend::Union(union))
    }

    /// Whether others than this consumer wait for its source at this moment.
    pub(crate) fn is_pressed(&self, consumer: Consumer) -> bool {
        matches!(&self.backend, Backend::Source(backend) if backend.connection.is_pressed(consumer))
    }

    fn new(api: Arc<SnapshotApi>, backend: Backend) -> Result<Self, String> {
        let mut patterns = HashMap::new();
        for parameter in &api.spec.parameters {
            if let Some(pattern) = &parameter.pattern {
                // A pattern must match the whole value: that is what people mean by one.
                let whole = Regex::new(&format!("^(?:{pattern})$"))
                    .map_err(|_| format!("The pattern of {} is not a valid regular expression.", parameter.name))?;
                patterns.insert(parameter.name.clone(), whole);
            }
        }
        let data_version = match &backend {
            Backend::Source(_) | Backend::Union(_) => None,
            Backend::Dataset(dataset) => Some(number_value(dataset.about.version)),
        };
        let view = Arc::new(View::new(&api.spec, (0..api.spec.fields.len()).collect(), &stored_numbers(&backend, &api)));
        let key = key_parts(&api);
        Ok(Self {
            timeout: Duration::from_millis(api.spec.policy.timeout_ms.into()),
            path: format!("{}/{}", api.domain, api.name),
            service: model::message::service_name(&api.domain, &api.name).into(),
            version: number_value(api.version),
            data_version,
            view,
            plain_key: !key.is_empty() && api.spec.parameters.iter().all(is_plain),
            key,
            patterns,
            backend,
            kind: api.spec.kind(),
            cached: api.spec.policy.cache.is_some(),
            api,
        })
    }

    /// The numbers that its rows may have.
    pub(crate) fn stored(&self) -> Vec<u32> {
        stored_numbers(&self.backend, &self.api)
    }

    /// The dataset version, or versions, that serve it, in the identity of its cached responses.
    pub(crate) fn data_version_id(&self) -> &str {
        match &self.backend {
            Backend::Source(backend) => &backend.rests_on,
            Backend::Union(_) => "",
            Backend::Dataset(dataset) => &dataset.about.version_id,
        }
    }

    /// Tries it once before it goes live: lets the source prepare the statement. A source that is away does not speak
    /// against the plan.
    ///
    /// # Errors
    /// Why the statement can no longer run.
    pub(crate) async fn try_out(&self) -> Result<(), String> {
        let Backend::Source(backend) = &self.backend else { return Ok(()) };
        let arguments = test_arguments(&self.api.spec, true);
        let page = Page { limit: 1, offset: 0 };
        let rendered = backend.statements.render(&self.api.spec, &arguments, page, &[]).map_err(|problem| problem.detail)?;
        let described = tokio::time::timeout(TRY_TIMEOUT, backend.connection.describe(&rendered.sql, &rendered.binds)).await;
        match described {
            Ok(Err(error)) if matches!(error.kind, SourceErrorKind::Missing | SourceErrorKind::Statement) => {
                tracing::warn!(api = self.path, cause = %error.cause, "a plan does not fit its source: {error}");
                Err(format!("{}: {}", backend.source.name, error.sentence))
            }
            _ => Ok(()),
        }
    }
}

/// A number as a header's value. Nearly all are small: these are shared and not counted, so that thousands of plans
/// touch the same few lines of memory.
fn number_value(number: i64) -> HeaderValue {
    static SMALL: LazyLock<Vec<HeaderValue>> =
        LazyLock::new(|| (0..1_000).map(|number: u32| HeaderValue::from_static(number.to_string().leak())).collect());
    let small = usize::try_from(number).ok().and_then(|number| SMALL.get(number));
    small.cloned().unwrap_or_else(|| HeaderValue::from(number))
}

fn stored_numbers(backend: &Backend, api: &SnapshotApi) -> Vec<u32> {
    match backend {
        Backend::Source(_) | Backend::Union(_) => (0..api.spec.fields.len()).map(|index| api.spec.field_number(index)).collect(),
        Backend::Dataset(dataset) => dataset.about.register.iter().filter(|field| !field.retired).map(|field| field.number).collect(),
    }
}

fn is_plain(parameter: &Parameter) -> bool {
    !parameter.list
        && parameter.pattern.is_none()
        && parameter.min.is_none()
        && parameter.max.is_none()
        && parameter.choices.is_empty()
        && matches!(parameter.data_type, DataType::String | DataType::Int32 | DataType::Int64)
}

fn key_parts(api: &SnapshotApi) -> Vec<KeyPart> {
    let ApiBody::Kv(kv) = &api.spec.body else { return Vec::new() };
    let part = |column: &String| {
        let name = &api.spec.fields.iter().find(|field| &field.column == column)?.name;
        let index = api.spec.parameters.iter().position(|parameter| &parameter.name == name)?;
        let parameter = &api.spec.parameters[index];
        Some(KeyPart { parameter: name.clone(), number: api.spec.parameter_number(index), data_type: parameter.data_type })
    };
    kv.key.iter().filter_map(part).collect()
}
