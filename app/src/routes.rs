//! The one tree of addresses. Pages are rendered whole before they are sent, so that they read without a script and
//! carry the right status. The code of most areas comes when somebody goes to them: see `lazy.rs`.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::frame::Frame;
use crate::lazy::{AdministrationPages, AlertsPages, ApiPages, ApisPages, DatasetsPages, EditorPages, MonitoringPages, SourcesPages};
use crate::left_drafts::LeftDrafts;
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::sign_in::{JoinPage, SignInPage};
use crate::ui::{Headed, HistorySteps, Now};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Now::provide();
    Headed::provide();
    HistorySteps::provide();
    // Above the frame: a session that has ended takes nothing with it.
    provide_context(LeftDrafts::default());
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/join/:secret") view=JoinPage ssr=SsrMode::Async/>
                <Route path=path!("/documentation/:domain/:name") view=ApiPages::PublicDocumentation ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("inbox") view=ApisPages::Inbox ssr=SsrMode::Async/>
                    <Route path=path!("inbox/:id") view=ApisPages::Request ssr=SsrMode::Async/>
                    <Route path=path!("apis") view=ApisPages::List ssr=SsrMode::Async/>
                    <Route path=path!("apis/new") view=ApisPages::New ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/edit") view=EditorPages::Editor ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/test") view=ApiPages::Console ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/accelerate") view=ApiPages::Accelerate ssr=SsrMode::Async/>
                    <ParentRoute path=path!("apis/:domain/:name") view=ApiPages::Frame ssr=SsrMode::Async>
                        <Route path=path!("") view=ApiPages::Documentation ssr=SsrMode::Async/>
                        <Route path=path!("versions") view=ApiPages::Versions ssr=SsrMode::Async/>
                        <Route path=path!("access") view=ApiPages::Access ssr=SsrMode::Async/>
                        <Route path=path!("traffic") view=ApiPages::Traffic ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("sources") view=SourcesPages::List ssr=SsrMode::Async/>
                    <Route path=path!("sources/new") view=SourcesPages::New ssr=SsrMode::Async/>
                    <Route path=path!("sources/:name") view=SourcesPages::Source ssr=SsrMode::Async/>
                    <Route path=path!("sources/:name/tables/:table") view=SourcesPages::Table ssr=SsrMode::Async/>
                    <Route path=path!("datasets") view=DatasetsPages::List ssr=SsrMode::Async/>
                    <Route path=path!("datasets/new") view=DatasetsPages::New ssr=SsrMode::Async/>
                    <Route path=path!("datasets/:domain/:name") view=DatasetsPages::Dataset ssr=SsrMode::Async/>
                    <Route path=path!("monitoring") view=MonitoringPages::Overview ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/requests") view=MonitoringPages::Requests ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/requests/:id") view=MonitoringPages::Request ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/alerts") view=AlertsPages::Now ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/alerts/rules/new") view=AlertsPages::NewRule ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/alerts/rules/:domain/:name") view=AlertsPages::Rule ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/alerts/silences") view=AlertsPages::Silences ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/alerts/receivers") view=AlertsPages::Receivers ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/objectives") view=AlertsPages::Objectives ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/:kind/:name") view=MonitoringPages::Name ssr=SsrMode::Async/>
                    <Route path=path!("monitoring/:kind/:domain/:name") view=MonitoringPages::Path ssr=SsrMode::Async/>
                    <Route path=path!("apps") view=AdministrationPages::Apps ssr=SsrMode::Async/>
                    <Route path=path!("apps/:domain/:name") view=AdministrationPages::App ssr=SsrMode::Async/>
                    <Route path=path!("domains") view=AdministrationPages::Domains ssr=SsrMode::Async/>
                    <Route path=path!("domains/:domain") view=AdministrationPages::Domain ssr=SsrMode::Async/>
                    <Route path=path!("people") view=AdministrationPages::People ssr=SsrMode::Async/>
                    <Route path=path!("audit") view=AdministrationPages::Audit ssr=SsrMode::Async/>
                    <Route path=path!("account") view=AdministrationPages::Account ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
