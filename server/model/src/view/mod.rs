//! What the control plane shows: plain data that the portal draws and `/admin/v1` answers with. No secret is in it.

mod access;
mod alerts;
mod apis;
mod console;
mod datasets;
mod diagnosis;
mod home;
mod monitoring;
mod people;
mod request_log;
mod reviews;
mod sources;
mod zones;

pub use access::{AppView, GrantView, KeyView, NewKey};
pub use alerts::{
    AlertEventView, AlertPreview, AlertRuleView, AlertView, MaintenanceView, NoticeView, ObjectiveView, ReceiverSaved, ReceiverView,
    RiskView, SilenceView,
};
pub use apis::{
    ApiDetail, ApiStanding, ApiSummary, Callable, CaseResult, CheckReport, DraftView, Lapse, LapseKind, Live, VersionState, VersionView,
};
pub use console::{StepTrace, TryAnswer, TryStep};
pub use datasets::{
    Acceleration, CallFigures, CompartmentView, DataVersionView, DatasetSaved, DatasetView, IncrementalView, IssuerView, JobView,
    MappingPreview, NewIssuer, RunView, SwitchesView, WaitingChange,
};
pub use diagnosis::{Diagnosis, DiagnosisAct, Evidence, Finding, FindingKind, LimitOf};
pub use home::{Need, NeedKind};
pub use monitoring::{
    ChartLine, ChartQuery, ChartView, CompareWith, CompartmentFigures, Mark, MarkKind, Metric, OverviewQuery, OverviewView, Subject,
    SubjectFigures, SubjectKind, TopBy,
};
pub use people::{DomainView, Me, Membership, NewLink, NewToken, NodeView, SessionView, TokenView, UserView};
pub use request_log::{FETCH_SPAN, LoggedCaller, LoggedParameter, LoggedRequest, LoggedSpan, RequestLogPage, RequestLogQuery, SpanKind};
pub use reviews::{DiffLine, DiffSide, HeldChange, Rejection, RequestDetail, RequestKind, RequestState, RequestView, SettingChange};
pub use sources::{BindingView, HomeSource, KnownTables, SourceAway, SourceSaved, SourceView};
pub use zones::{NextTime, ZoneView};
