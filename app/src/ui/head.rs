//! The head of a page: its name for the tab, its heading and its actions.

use leptos::prelude::*;
use leptos_meta::Title;

use super::Heading;
use super::text_area::for_document;
use crate::words::words;

/// The name of the page, for the tab of the browser. The framework writes a title into the document as it is.
#[component]
pub(crate) fn PageName(#[prop(into)] name: String) -> impl IntoView {
    view! { <Title text=for_document((words().ui.tab_title)(&name))/> }
}

#[component]
pub(crate) fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                <div class="page-title"><Heading>{title}</Heading></div>
                {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
