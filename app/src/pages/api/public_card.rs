//! Whether everybody can read the documentation of an API, as its owners set it.

use leptos::prelude::*;
use model::view::ApiDetail;

use super::Shared;
use crate::ui::{Choice, SaveForm, TextField, field_error};
use crate::words::words;

/// For owners the form; for others where the page is, where there is one.
pub(super) fn public_card(detail: &ApiDetail, may: bool) -> impl IntoView + use<> {
    let say = &words().api_access;
    let mark = detail.documentation.clone();
    if !may && !mark.public {
        return ().into_any();
    }
    let path = detail.summary.path();
    let to = format!("/documentation/{path}");
    let link = mark.public.then(|| {
        let shown = to.clone();
        view! { <p class="s13">{say.public_at}<a href=to>{shown}</a>{say.public_at_help}</p> }
    });
    if !may {
        return view! { <section class="card card-pad stack-2"><h2>{say.public}</h2>{link}</section> }.into_any();
    }
    form(detail, link.into_any())
}

fn form(detail: &ApiDetail, link: AnyView) -> AnyView {
    let Shared { set_documentation, .. } = expect_context();
    let say = &words().api_access;
    let (domain, name, mark) = (detail.summary.domain.clone(), detail.summary.name.clone(), detail.documentation.clone());
    view! {
        <section class="card card-pad stack">
            <h2>{say.public}</h2>
            {link}
            <SaveForm action=set_documentation save=say.save_public class="btn">
                <input type="hidden" name="domain" value=domain/>
                <input type="hidden" name="name" value=name/>
                <Choice name="public" value="true" label=say.publish help=say.publish_help checked=mark.public/>
                <TextField id="contact" label=say.contact note=say.optional help=say.contact_help name="contact" error=field_error(set_documentation, "contact") value=mark.contact/>
            </SaveForm>
        </section>
    }
    .into_any()
}
