//! Whether everybody can read the documentation of an API, as its owners set it.

use leptos::prelude::*;
use model::view::ApiDetail;

use super::Shared;
use crate::ui::{Choice, Field, FormProblem, FormToken, field_error};
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
        <FormProblem action=set_documentation/>
        <ActionForm action=set_documentation><FormToken/>
            <section class="card card-pad stack">
                <h2>{say.public}</h2>
                <input type="hidden" name="domain" value=domain/>
                <input type="hidden" name="name" value=name/>
                {link}
                <Choice name="public" value="true" label=say.publish help=say.publish_help checked=mark.public/>
                <Field id="contact" label=say.contact note=say.optional help=say.contact_help error=field_error(set_documentation, "contact")>
                    <input class="input" id="contact" name="contact" autocomplete="off" value=mark.contact/>
                </Field>
                <div class="row"><button class="btn" type="submit">{say.save_public}</button></div>
            </section>
        </ActionForm>
    }
    .into_any()
}
