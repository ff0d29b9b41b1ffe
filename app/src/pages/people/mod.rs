//! People, for admins: who there is, adding somebody, letting somebody go.

pub(crate) mod api;

use leptos::prelude::*;
use model::view::UserView;

use self::api::{NewPerson, PasswordLink, SetPerson, people};
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Choice, ConfirmDialog, Field, FormProblem, FormToken, Load, PageHead, PageName, Tone, copyable, done, field_error,
};

#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let (make, link, set) = (ServerAction::<NewPerson>::new(), ServerAction::<PasswordLink>::new(), ServerAction::<SetPerson>::new());
    let (made, linked, changed) = (done(make), done(link), done(set));
    let list = Resource::new(move || (made.get(), linked.get(), changed.get()), |_| people());
    let shown = move || make.value().get().and_then(Result::ok).or_else(|| link.value().get().and_then(Result::ok));
    let MeResource(me) = expect_context();
    view! {
        <PageName name="People"/>
        <Load resource=me view=|me| me.is_admin.then(|| view! { <PageHead title="People" lead="Who may sign in. Roles are given in each domain."/> })/>
        <div class="stack-6">
            <FormProblem action=make/><FormProblem action=link/><FormProblem action=set/>
            {move || shown().map(|link| view! { <Callout tone=Tone::Ok><p class="mb-2"><b>"Send them this link."</b>" It is shown this once, works once, and for three days."</p>{copyable(link.path, "Copy the link")}</Callout> })}
            <Load resource=list page=true view=move |people| rows(people, link, set)/>
            <Load resource=me view=move |me| me.is_admin.then(|| view! { <ActionForm action=make><FormToken/>
                <section class="card card-pad stack">
                    <h2>"Add a person"</h2>
                    <Field id="email" label="Email" error=field_error(make, "email")><input class="input" id="email" name="email" type="email" required placeholder="name@company.example"/></Field>
                    <Choice name="admin" value="true" label="Admin" help="Everything, in every domain, and domains and people."/>
                    <div class="row"><button class="btn btn-primary" type="submit">"Add and make a link"</button></div>
                </section>
            </ActionForm> })/>
        </div>
    }
    .into_any()
}

fn rows(people: Vec<UserView>, link: ServerAction<PasswordLink>, set: ServerAction<SetPerson>) -> impl IntoView {
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="People"><table class="table table-cards">
            <thead><tr><th>"Person"</th><th>"State"</th><th>"Roles"</th><th><span class="sr">"Actions"</span></th></tr></thead>
            <tbody>{people.into_iter().map(|person| {
                let roles: Vec<String> = person.roles.iter().map(|m| format!("{}: {}", m.domain, m.roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(" "))).collect();
                let (class, word) = match (person.active, person.joined) { (false, _) => ("badge", "Deactivated"), (true, false) => ("badge badge-info", "No password yet"), (true, true) => ("badge badge-ok", "Active") };
                let (id, link_id, active) = (person.id.clone(), person.id.clone(), person.active);
                let (dialog, title) = (format!("deactivate-{id}"), format!("Deactivate {}?", person.email));
                let effects = vec![
                    "The person is signed out everywhere, and cannot sign in. Personal tokens and open invitation links end.".to_owned(),
                    "Roles, and what the person has made, stay. To undo this, activate the person again.".to_owned(),
                ];
                view! {
                    <tr><td class="lead-cell medium">{person.email.clone()}{person.is_admin.then(|| view! { <span class="badge badge-accent ml-2">"admin"</span> })}</td>
                    <td class="fit" data-label="State"><span class=class>{word}</span></td><td class="t-2" data-label=(!roles.is_empty()).then_some("Roles")>{roles.join("; ")}</td>
                    <td class="fit"><div class="row nowrap">
                        <ActionForm action=link><FormToken/><input type="hidden" name="id" value=link_id/><button class="btn btn-sm" type="submit">"New link"</button></ActionForm>
                        <ActionForm action=set><FormToken/>
                            <input type="hidden" name="id" value=id/>
                            {person.is_admin.then(|| view! { <input type="hidden" name="admin" value="true"/> })}
                            {(!person.active).then(|| view! { <input type="hidden" name="active" value="true"/> })}
                            {if active {
                                view! { <ConfirmDialog id=dialog act="Deactivate" title effects/> }.into_any()
                            } else {
                                view! { <button class="btn btn-sm" type="submit">"Activate"</button> }.into_any()
                            }}
                        </ActionForm>
                    </div></td></tr>
                }
            }).collect_view()}</tbody>
        </table></div></section>
    }
}
