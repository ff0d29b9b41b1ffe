//! What the control plane shows: plain data that the portal draws and `/admin/v1` answers with. No secret is in it.

mod access;
mod alerts;
mod apis;
mod catalogue;
mod catalogue_lineage;
mod catalogue_profile;
mod catalogue_search;
mod catalogue_stewards;
mod catalogue_suggestions;
mod catalogue_tags;
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
pub use catalogue::{
    AssetColumn, AssetEvent, AssetPage, AssetRef, AssetSummary, AssetTag, AssetValue, ColumnRename, ScanChoices, SourceScanView,
};
pub use catalogue_lineage::{
    ImpactHidden, ImpactItem, ImpactView, LineageBox, LineageColumn, LineageColumnLink, LineageFound, LineageGap, LineageLink,
    LineageQuery, LineageSql, LineageView, MAX_LINEAGE_STEPS,
};
pub use catalogue_profile::{
    AssetSample, ColumnProfileView, NewestProfile, ProfileRequestState, ProfileRequestView, ProfileView, QualityBuild, QualityView,
};
pub use catalogue_search::{
    AssetFacet, AssetHit, AssetOrder, AssetQuery, AssetResults, AssetSuggestion, Excerpt, FacetCounts, FacetValue, MAX_QUERY, SavedView,
};
pub use catalogue_stewards::{StewardshipCounts, StewardshipDay, StewardshipLine, StewardshipView};
pub use catalogue_suggestions::{SuggestionRefused, SuggestionView, SuggestionsDecided};
pub use catalogue_tags::{
    AssetTagsView, AssetTermView, EffectiveTagView, EntityView, MergePreview, TagSaved, TagView, TaggingCounts, TaggingDone, TaggingLine,
    TaggingPreview, TaggingView, TermPage, TermView, UndoDone, VocabularyView, WaitingTag,
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
