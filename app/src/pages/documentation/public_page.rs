//! The page of public documentation. It stands outside of the frame: its readers have no account.

use leptos::prelude::*;
use model::documentation::PublicDocumentation;
use model::redirect::query_value;

use super::api::read_public_documentation;
use super::manual::manual;
use crate::ui::{Icon, Load, Mark, PageName, api_params, loaded};
use crate::words::words;

#[component]
pub(crate) fn PublicDocumentationPage() -> impl IntoView {
    let at = api_params();
    let say = &words().documentation;
    let found = loaded(move || at.get(), |(domain, name)| read_public_documentation(domain, name));
    view! {
        <a class="skip" href="#main">{say.skip}</a>
        <main class="main" id="main"><div class="wrap">
            <p class="brand flush"><Mark/><span>"Sluice"</span></p>
            <Load resource=found page=true view=shown/>
        </div></main>
    }
    .into_any()
}

fn shown(found: PublicDocumentation) -> AnyView {
    let say = &words().documentation;
    let PublicDocumentation { documentation, contact } = found;
    let path = format!("{}/{}", documentation.domain, documentation.name);
    let (title, kind, version) = (documentation.title.clone(), documentation.kind, documentation.version);
    let openapi = format!("/api/{path}/openapi.json");
    let keys = view! {
        <p class="small mt-2 t-3">{say.public_key_help}<a href="#access" rel="external">{say.request_access}</a></p>
    };
    view! {
        <PageName name=path.clone()/>
        <div class="page-head"><div>
            <div class="page-title"><h1>{path.clone()}</h1><span class="badge">{kind.words()}</span></div>
            <p class="lead">{title}</p>
        </div></div>
        <div class="with-aside">
            {manual(documentation, keys.into_any())}
            <aside class="stack">
                {access(&path, contact)}
                <section class="card card-pad stack-2"><h2 class="mb-2">{say.downloads}</h2>
                    <p class="small t-3">{(say.public_version)(version)}</p>
                    <a class="btn btn-sm left" href=openapi rel="external" download="openapi.json"><Icon name="download"/>{say.openapi}</a>
                </section>
            </aside>
        </div>
    }
    .into_any()
}

/// How readers come to a key. Whose API it is, is not told: the owner writes where to ask.
fn access(path: &str, contact: String) -> impl IntoView + use<> {
    let say = &words().documentation;
    let domain = path.split('/').next().unwrap_or_default();
    let sign_in = format!("/sign-in?next={}", query_value(&format!("/apis/{path}/access")));
    let ask = if contact.is_empty() { (say.ask_owner)(domain) } else { contact };
    view! {
        <section class="card card-pad stack-2" aria-labelledby="access"><h2 class="mb-2" id="access" tabindex="-1">{say.request_access}</h2>
            <p>{ask}</p>
            <p class="small t-3">{say.access_help}</p>
            <a class="btn btn-sm left" href=sign_in>{say.sign_in}</a>
        </section>
    }
}
