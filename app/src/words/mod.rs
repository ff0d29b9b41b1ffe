//! What the portal says, in one place, so that it can be translated: a file for each area, English in it. Another language is another value of
//! the same types, so that a text that is missing in it does not compile.

mod account;
#[cfg(feature = "ssr")]
mod alert_metrics;
mod alert_receivers;
mod alert_rule;
mod alert_silences;
mod alerts;
mod api;
mod api_accelerate;
mod api_access;
mod api_console;
mod api_traffic;
mod api_versions;
mod apis;
mod apps;
mod audit;
mod datasets;
mod datasets_detail;
mod datasets_incremental;
mod datasets_job;
mod datasets_mapping;
mod datasets_new;
mod datasets_quality;
mod datasets_runs;
mod documentation;
mod domains;
mod editor;
mod editor_check;
mod editor_fields;
mod editor_filters;
mod editor_joins;
mod editor_parameters;
mod editor_policies;
mod editor_script;
mod editor_union;
mod errors;
mod frame;
mod home;
mod inbox;
mod issuers;
mod load_limits;
mod monitoring;
mod objectives;
mod people;
mod request_log;
mod sign_in;
mod source_form;
mod sources;
mod texts;
mod ui;
mod ui_forms;
mod ui_table;

use self::account::Account;
#[cfg(feature = "ssr")]
use self::alert_metrics::AlertMetrics;
use self::alert_receivers::AlertReceivers;
use self::alert_rule::AlertRule;
use self::alert_silences::AlertSilences;
use self::alerts::Alerts;
use self::api::Api;
use self::api_accelerate::ApiAccelerate;
use self::api_access::ApiAccess;
use self::api_console::ApiConsole;
use self::api_traffic::ApiTraffic;
use self::api_versions::ApiVersions;
use self::apis::Apis;
use self::apps::Apps;
use self::audit::Audit;
use self::datasets::Datasets;
use self::datasets_detail::DatasetsDetail;
use self::datasets_incremental::DatasetsIncremental;
use self::datasets_job::DatasetsJob;
use self::datasets_mapping::DatasetsMapping;
use self::datasets_new::DatasetsNew;
use self::datasets_quality::DatasetsQuality;
use self::datasets_runs::DatasetsRuns;
use self::documentation::Documentation;
use self::domains::Domains;
use self::editor::Editor;
use self::editor_check::EditorCheck;
use self::editor_fields::EditorFields;
use self::editor_filters::EditorFilters;
use self::editor_joins::EditorJoins;
use self::editor_parameters::EditorParameters;
use self::editor_policies::EditorPolicies;
use self::editor_script::EditorScript;
use self::editor_union::EditorUnion;
use self::errors::Errors;
use self::frame::Frame;
use self::home::Home;
use self::inbox::Inbox;
use self::issuers::Issuers;
use self::load_limits::LoadLimits;
use self::monitoring::Monitoring;
use self::objectives::Objectives;
use self::people::People;
use self::request_log::RequestLog;
use self::sign_in::SignIn;
use self::source_form::SourceForm;
use self::sources::Sources;
use self::ui::Ui;
use self::ui_forms::UiForms;
use self::ui_table::UiTable;

/// The texts of one language, by area.
pub(crate) struct Words {
    pub(crate) account: Account,
    #[cfg(feature = "ssr")]
    pub(crate) alert_metrics: AlertMetrics,
    pub(crate) alert_receivers: AlertReceivers,
    pub(crate) alert_rule: AlertRule,
    pub(crate) alert_silences: AlertSilences,
    pub(crate) alerts: Alerts,
    pub(crate) api: Api,
    pub(crate) api_accelerate: ApiAccelerate,
    pub(crate) api_access: ApiAccess,
    pub(crate) api_console: ApiConsole,
    pub(crate) api_traffic: ApiTraffic,
    pub(crate) api_versions: ApiVersions,
    pub(crate) apis: Apis,
    pub(crate) apps: Apps,
    pub(crate) audit: Audit,
    pub(crate) datasets: Datasets,
    pub(crate) datasets_detail: DatasetsDetail,
    pub(crate) datasets_incremental: DatasetsIncremental,
    pub(crate) datasets_job: DatasetsJob,
    pub(crate) datasets_mapping: DatasetsMapping,
    pub(crate) datasets_new: DatasetsNew,
    pub(crate) datasets_quality: DatasetsQuality,
    pub(crate) datasets_runs: DatasetsRuns,
    pub(crate) documentation: Documentation,
    pub(crate) domains: Domains,
    pub(crate) editor: Editor,
    pub(crate) editor_check: EditorCheck,
    pub(crate) editor_fields: EditorFields,
    pub(crate) editor_filters: EditorFilters,
    pub(crate) editor_joins: EditorJoins,
    pub(crate) editor_parameters: EditorParameters,
    pub(crate) editor_policies: EditorPolicies,
    pub(crate) editor_script: EditorScript,
    pub(crate) editor_union: EditorUnion,
    pub(crate) errors: Errors,
    pub(crate) frame: Frame,
    pub(crate) home: Home,
    pub(crate) inbox: Inbox,
    pub(crate) issuers: Issuers,
    pub(crate) load_limits: LoadLimits,
    pub(crate) monitoring: Monitoring,
    pub(crate) objectives: Objectives,
    pub(crate) people: People,
    pub(crate) request_log: RequestLog,
    pub(crate) sign_in: SignIn,
    pub(crate) source_form: SourceForm,
    pub(crate) sources: Sources,
    pub(crate) ui: Ui,
    pub(crate) ui_forms: UiForms,
    pub(crate) ui_table: UiTable,
}

static ENGLISH: Words = Words {
    account: Account::ENGLISH,
    #[cfg(feature = "ssr")]
    alert_metrics: AlertMetrics::ENGLISH,
    alert_receivers: AlertReceivers::ENGLISH,
    alert_rule: AlertRule::ENGLISH,
    alert_silences: AlertSilences::ENGLISH,
    alerts: Alerts::ENGLISH,
    api: Api::ENGLISH,
    api_accelerate: ApiAccelerate::ENGLISH,
    api_access: ApiAccess::ENGLISH,
    api_console: ApiConsole::ENGLISH,
    api_traffic: ApiTraffic::ENGLISH,
    api_versions: ApiVersions::ENGLISH,
    apis: Apis::ENGLISH,
    apps: Apps::ENGLISH,
    audit: Audit::ENGLISH,
    datasets: Datasets::ENGLISH,
    datasets_detail: DatasetsDetail::ENGLISH,
    datasets_incremental: DatasetsIncremental::ENGLISH,
    datasets_job: DatasetsJob::ENGLISH,
    datasets_mapping: DatasetsMapping::ENGLISH,
    datasets_new: DatasetsNew::ENGLISH,
    datasets_quality: DatasetsQuality::ENGLISH,
    datasets_runs: DatasetsRuns::ENGLISH,
    documentation: Documentation::ENGLISH,
    domains: Domains::ENGLISH,
    editor: Editor::ENGLISH,
    editor_check: EditorCheck::ENGLISH,
    editor_fields: EditorFields::ENGLISH,
    editor_filters: EditorFilters::ENGLISH,
    editor_joins: EditorJoins::ENGLISH,
    editor_parameters: EditorParameters::ENGLISH,
    editor_policies: EditorPolicies::ENGLISH,
    editor_script: EditorScript::ENGLISH,
    editor_union: EditorUnion::ENGLISH,
    errors: Errors::ENGLISH,
    frame: Frame::ENGLISH,
    home: Home::ENGLISH,
    inbox: Inbox::ENGLISH,
    issuers: Issuers::ENGLISH,
    load_limits: LoadLimits::ENGLISH,
    monitoring: Monitoring::ENGLISH,
    objectives: Objectives::ENGLISH,
    people: People::ENGLISH,
    request_log: RequestLog::ENGLISH,
    sign_in: SignIn::ENGLISH,
    source_form: SourceForm::ENGLISH,
    sources: Sources::ENGLISH,
    ui: Ui::ENGLISH,
    ui_forms: UiForms::ENGLISH,
    ui_table: UiTable::ENGLISH,
};

/// The texts in the language of the reader. English is the only one yet.
pub(crate) fn words() -> &'static Words {
    &ENGLISH
}
