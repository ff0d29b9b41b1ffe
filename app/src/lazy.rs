//! The areas of the portal whose code comes when somebody goes to them. Each is one split point, at which
//! `scripts/build-portal.sh` cuts the wasm; sign-in and Home stay in what every page loads. On the server, and once an
//! area has come, its pages are plain functions.

#![allow(unsafe_code)] // a split point is an imported and an exported function, which its macro writes

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;

use crate::pages::account::AccountPage;
use crate::pages::api::{AcceleratePage, AccessTab, ApiPage, ConsolePage, DocumentationTab, TrafficTab, VersionsTab};
use crate::pages::apis::{ApisPage, NewApiPage};
use crate::pages::apps::{AppPage, AppsPage};
use crate::pages::audit::AuditPage;
use crate::pages::datasets::{DatasetPage, DatasetsPage, NewDatasetPage};
use crate::pages::documentation::PublicDocumentationPage;
use crate::pages::domains::{DomainPage, DomainsPage};
use crate::pages::editor::EditorPage;
use crate::pages::inbox::{InboxPage, RequestPage};
use crate::pages::people::PeoplePage;
use crate::pages::sources::{NewSourcePage, SourcePage, SourcesPage, TablePage};
use crate::ui::PageName;
use crate::words::words;

/// The code of an area did not come. The browser's console says why.
#[derive(Debug, Clone, Copy)]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

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
    Apis, apis, load_apis, ApisPages {
        List => ApisPage, New => NewApiPage, Frame => ApiPage, Documentation => DocumentationTab, Versions => VersionsTab, Access => AccessTab,
        Traffic => TrafficTab, Console => ConsolePage, Accelerate => AcceleratePage, Inbox => InboxPage, Request => RequestPage,
        PublicDocumentation => PublicDocumentationPage,
    }
    Editor, editor, load_editor, EditorPages { Editor => EditorPage }
    Sources, sources, load_sources, SourcesPages { List => SourcesPage, New => NewSourcePage, Source => SourcePage, Table => TablePage }
    Datasets, datasets, load_datasets, DatasetsPages { List => DatasetsPage, New => NewDatasetPage, Dataset => DatasetPage }
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
            ["inbox", ..] | ["apis"] | ["apis", "new"] | ["apis" | "documentation", _, _, ..] => Self::Apis,
            ["sources", ..] => Self::Sources,
            ["datasets"] | ["datasets", "new"] | ["datasets", _, _] => Self::Datasets,
            ["apps" | "domains" | "people" | "audit" | "account", ..] => Self::Administration,
            _ => return None,
        })
    }
}

/// Stands in place of a page whose code did not come. The link is the browser's own: it loads the page from the server.
fn not_loaded() -> AnyView {
    let say = &words().errors;
    view! {
        <PageName name=say.not_loaded/>
        <div class="card"><div class="empty">
            <h1>{say.not_loaded}</h1>
            <p>{say.not_loaded_help}</p>
            <div class="actions"><a class="btn btn-primary" href="" rel="external">{say.load_again}</a></div>
        </div></div>
    }
    .into_any()
}

/// Says on a page that stays as the server wrote it that its code did not come. Its links and forms are the browser's own.
#[cfg(feature = "hydrate")]
pub fn say_not_loaded() {
    mount_to(leptos::tachys::dom::body(), notice).forget();
}

#[cfg(feature = "hydrate")]
fn notice() -> AnyView {
    use crate::ui::{Callout, Tone};
    let say = &words().errors;
    view! {
        <aside class="toast-place" aria-label=say.page_state><Callout tone=Tone::Warn>
            <p><b>{say.no_code}</b>{say.no_code_help}</p>
            <p class="mt-2"><a class="btn btn-sm" href="" rel="external">{say.load_again}</a></p>
        </Callout></aside>
    }
    .into_any()
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
            ("/apis/travel/plane", Some(LazyArea::Apis)),
            ("/apis/travel/plane/versions", Some(LazyArea::Apis)),
            ("/apis/travel/plane/test", Some(LazyArea::Apis)),
            ("/apis/travel/plane/accelerate", Some(LazyArea::Apis)),
            ("/documentation/travel/plane", Some(LazyArea::Apis)),
            ("/apis/travel/plane/edit", Some(LazyArea::Editor)),
            ("/sources", Some(LazyArea::Sources)),
            ("/sources/new", Some(LazyArea::Sources)),
            ("/sources/flights-db/tables/planes", Some(LazyArea::Sources)),
            ("/datasets", Some(LazyArea::Datasets)),
            ("/datasets/new", Some(LazyArea::Datasets)),
            ("/datasets/travel/flights", Some(LazyArea::Datasets)),
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
