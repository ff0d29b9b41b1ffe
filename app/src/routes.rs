//! The one tree of addresses. Pages are rendered whole before they are sent, so that they read without a script and
//! carry the right status.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::frame::Frame;
use crate::pages::account::AccountPage;
use crate::pages::api::{AcceleratePage, AccessTab, ApiPage, ConsolePage, DocumentationTab, TrafficTab, VersionsTab};
use crate::pages::apis::{ApisPage, NewApiPage};
use crate::pages::apps::{AppPage, AppsPage};
use crate::pages::audit::AuditPage;
use crate::pages::datasets::{DatasetPage, DatasetsPage, NewDatasetPage};
use crate::pages::documentation::PublicDocumentationPage;
use crate::pages::domains::{DomainPage, DomainsPage};
use crate::pages::editor::EditorPage;
use crate::pages::home::HomePage;
use crate::pages::inbox::{InboxPage, RequestPage};
use crate::pages::not_found::NotFoundPage;
use crate::pages::people::PeoplePage;
use crate::pages::sign_in::{JoinPage, SignInPage};
use crate::pages::sources::{NewSourcePage, SourcePage, SourcesPage, TablePage};
use crate::ui::{Headed, Now};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Now::provide();
    Headed::provide();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/join/:secret") view=JoinPage ssr=SsrMode::Async/>
                <Route path=path!("/documentation/:domain/:name") view=PublicDocumentationPage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=HomePage ssr=SsrMode::Async/>
                    <Route path=path!("inbox") view=InboxPage ssr=SsrMode::Async/>
                    <Route path=path!("inbox/:id") view=RequestPage ssr=SsrMode::Async/>
                    <Route path=path!("apis") view=ApisPage ssr=SsrMode::Async/>
                    <Route path=path!("apis/new") view=NewApiPage ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/edit") view=EditorPage ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/test") view=ConsolePage ssr=SsrMode::Async/>
                    <Route path=path!("apis/:domain/:name/accelerate") view=AcceleratePage ssr=SsrMode::Async/>
                    <ParentRoute path=path!("apis/:domain/:name") view=ApiPage ssr=SsrMode::Async>
                        <Route path=path!("") view=DocumentationTab ssr=SsrMode::Async/>
                        <Route path=path!("versions") view=VersionsTab ssr=SsrMode::Async/>
                        <Route path=path!("access") view=AccessTab ssr=SsrMode::Async/>
                        <Route path=path!("traffic") view=TrafficTab ssr=SsrMode::Async/>
                    </ParentRoute>
                    <Route path=path!("sources") view=SourcesPage ssr=SsrMode::Async/>
                    <Route path=path!("sources/new") view=NewSourcePage ssr=SsrMode::Async/>
                    <Route path=path!("sources/:name") view=SourcePage ssr=SsrMode::Async/>
                    <Route path=path!("sources/:name/tables/:table") view=TablePage ssr=SsrMode::Async/>
                    <Route path=path!("datasets") view=DatasetsPage ssr=SsrMode::Async/>
                    <Route path=path!("datasets/new") view=NewDatasetPage ssr=SsrMode::Async/>
                    <Route path=path!("datasets/:domain/:name") view=DatasetPage ssr=SsrMode::Async/>
                    <Route path=path!("apps") view=AppsPage ssr=SsrMode::Async/>
                    <Route path=path!("apps/:domain/:name") view=AppPage ssr=SsrMode::Async/>
                    <Route path=path!("domains") view=DomainsPage ssr=SsrMode::Async/>
                    <Route path=path!("domains/:domain") view=DomainPage ssr=SsrMode::Async/>
                    <Route path=path!("people") view=PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("audit") view=AuditPage ssr=SsrMode::Async/>
                    <Route path=path!("account") view=AccountPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
