//! The areas of the portal whose code comes when somebody goes to them. Each is one split point, at which
//! `scripts/build-portal.sh` cuts the wasm; sign-in and Home stay in what every page loads. On the server, and once an
//! area has come, its pages are plain functions.

#![allow(unsafe_code)] // a split point is an imported and an exported function, which its macro writes

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::ChooseView;

use crate::not_loaded::{NotLoaded, not_loaded};
use crate::pages::account::AccountPage;
use crate::pages::alerts::{AlertsPage, NewRulePage, ObjectivesPage, ReceiversPage, RulePage, SilencesPage};
use crate::pages::api::{AcceleratePage, AccessTab, ApiPage, ConsolePage, DocumentationTab, TrafficTab, VersionsTab};
use crate::pages::apis::{ApisPage, NewApiPage};
use crate::pages::apps::{AppPage, AppsPage};
use crate::pages::audit::AuditPage;
use crate::pages::datasets::{DatasetPage, DatasetsPage, NewDatasetPage};
use crate::pages::documentation::PublicDocumentationPage;
use crate::pages::domains::{DomainPage, DomainsPage};
use crate::pages::editor::EditorPage;
use crate::pages::inbox::{InboxPage, RequestPage};
use crate::pages::monitoring::{MonitoringPage, NamePage, PathPage};
use crate::pages::people::PeoplePage;
use crate::pages::requests_log::{LoggedRequestPage, RequestLogPage};
use crate::pages::sources::{NewSourcePage, SourcePage, SourcesPage, TablePage};

/// Writes the areas: of each its split point, what loads it, and its pages as the routes name them.
macro_rules! areas {
    ($($area:ident, $split:ident, $load:ident, $pages:ident { $($page:ident => $view:ident),+ $(,)? })+) => {
        /// An area whose code comes when somebody goes to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum LazyArea {
            $($area),+
        }

        impl LazyArea {
            /// The name of its split point, by which the build knows it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$area => stringify!($split)),+
                }
            }

            /// Waits until its code is there.
            ///
            /// # Errors
            /// Where the code does not come. The next call tries again.
            pub async fn load(self) -> Result<(), NotLoaded> {
                match self {
                    $(Self::$area => $load().await?),+
                }
                Ok(())
            }
        }

        $(
            #[derive(Clone, Copy)]
            pub(crate) enum $pages {
                $($page),+
            }

            #[wasm_split($split, wasm_split_path = ::leptos::wasm_split, preload($load), fallible)]
            fn $split(page: $pages) -> Result<AnyView, NotLoaded> {
                Ok(match page {
                    $($pages::$page => $view().into_any()),+
                })
            }

            impl ChooseView for $pages {
                async fn choose(self) -> AnyView {
                    $split(self).await.unwrap_or_else(|NotLoaded| not_loaded())
                }

                async fn preload(&self) {
                    // Where the code does not come, `choose` says so.
                    let _ = $load().await;
                }
            }
        )+
    };
}

areas! {
    Apis, apis, load_apis, ApisPages { List => ApisPage, New => NewApiPage, Inbox => InboxPage, Request => RequestPage }
    Api, api, load_api, ApiPages {
        Frame => ApiPage, Documentation => DocumentationTab, Versions => VersionsTab, Access => AccessTab, Traffic => TrafficTab,
        Console => ConsolePage, Accelerate => AcceleratePage, PublicDocumentation => PublicDocumentationPage,
    }
    Editor, editor, load_editor, EditorPages { Editor => EditorPage }
    Sources, sources, load_sources, SourcesPages { List => SourcesPage, New => NewSourcePage, Source => SourcePage, Table => TablePage }
    Datasets, datasets, load_datasets, DatasetsPages { List => DatasetsPage, New => NewDatasetPage, Dataset => DatasetPage }
    Monitoring, monitoring, load_monitoring, MonitoringPages {
        Overview => MonitoringPage, Name => NamePage, Path => PathPage, Requests => RequestLogPage, Request => LoggedRequestPage,
    }
    Alerts, alerts, load_alerts, AlertsPages {
        Now => AlertsPage, NewRule => NewRulePage, Rule => RulePage, Silences => SilencesPage, Receivers => ReceiversPage,
        Objectives => ObjectivesPage,
    }
    Administration, administration, load_administration, AdministrationPages {
        Apps => AppsPage, App => AppPage, Domains => DomainsPage, Domain => DomainPage, People => PeoplePage, Audit => AuditPage,
        Account => AccountPage,
    }
}

impl LazyArea {
    /// The area of an address, so that its code can be asked for before the routes are there to say so. None for
    /// sign-in, Home and addresses at which there is nothing.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        Some(match parts.as_slice() {
            ["apis", _, _, "edit"] => Self::Editor,
            ["inbox", ..] | ["apis"] | ["apis", "new"] => Self::Apis,
            ["apis" | "documentation", _, _, ..] => Self::Api,
            ["sources", ..] => Self::Sources,
            ["datasets"] | ["datasets", "new"] | ["datasets", _, _] => Self::Datasets,
            ["monitoring", "objectives"] | ["monitoring", "alerts"] | ["monitoring", "alerts", "silences" | "receivers"] => Self::Alerts,
            ["monitoring", "alerts", "rules", "new"] | ["monitoring", "alerts", "rules", _, _] => Self::Alerts,
            ["monitoring"] | ["monitoring", "requests"] | ["monitoring", _, _] | ["monitoring", _, _, _] => Self::Monitoring,
            ["apps" | "domains" | "people" | "audit" | "account", ..] => Self::Administration,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::LazyArea;

    #[test]
    fn an_address_has_the_area_of_its_route() {
        for (path, area) in [
            ("/", None),
            ("/sign-in", None),
            ("/join/secret", None),
            ("/none", None),
            ("/apis/travel", None),
            ("/inbox", Some(LazyArea::Apis)),
            ("/inbox/7", Some(LazyArea::Apis)),
            ("/apis", Some(LazyArea::Apis)),
            ("/apis/", Some(LazyArea::Apis)),
            ("/apis/new", Some(LazyArea::Apis)),
            ("/apis/travel/plane", Some(LazyArea::Api)),
            ("/apis/travel/plane/versions", Some(LazyArea::Api)),
            ("/apis/travel/plane/test", Some(LazyArea::Api)),
            ("/apis/travel/plane/accelerate", Some(LazyArea::Api)),
            ("/documentation/travel/plane", Some(LazyArea::Api)),
            ("/apis/travel/plane/edit", Some(LazyArea::Editor)),
            ("/sources", Some(LazyArea::Sources)),
            ("/sources/new", Some(LazyArea::Sources)),
            ("/sources/flights-db/tables/planes", Some(LazyArea::Sources)),
            ("/datasets", Some(LazyArea::Datasets)),
            ("/datasets/new", Some(LazyArea::Datasets)),
            ("/datasets/travel/flights", Some(LazyArea::Datasets)),
            ("/monitoring", Some(LazyArea::Monitoring)),
            ("/monitoring/live", None),
            ("/monitoring/source/flights-db", Some(LazyArea::Monitoring)),
            ("/monitoring/api/travel/plane", Some(LazyArea::Monitoring)),
            ("/monitoring/alerts", Some(LazyArea::Alerts)),
            ("/monitoring/alerts/silences", Some(LazyArea::Alerts)),
            ("/monitoring/alerts/receivers", Some(LazyArea::Alerts)),
            ("/monitoring/alerts/rules/new", Some(LazyArea::Alerts)),
            ("/monitoring/alerts/rules/travel/errors", Some(LazyArea::Alerts)),
            ("/monitoring/alerts/none", Some(LazyArea::Monitoring)),
            ("/monitoring/objectives", Some(LazyArea::Alerts)),
            ("/monitoring/requests", Some(LazyArea::Monitoring)),
            ("/monitoring/requests/7", Some(LazyArea::Monitoring)),
            ("/monitoring/requests/travel/plane", Some(LazyArea::Monitoring)),
            ("/apps/travel/demo-app", Some(LazyArea::Administration)),
            ("/domains/travel", Some(LazyArea::Administration)),
            ("/people", Some(LazyArea::Administration)),
            ("/audit", Some(LazyArea::Administration)),
            ("/account", Some(LazyArea::Administration)),
        ] {
            assert_eq!(LazyArea::of(path), area, "{path}");
        }
    }
}
