//! People, for admins: who there is, adding somebody, letting somebody go.

pub(crate) mod api;

use leptos::prelude::*;
use model::list::ListQuery;
use model::view::{Membership, UserView};

use self::api::{NewPerson, PasswordLink, SetPerson, list_people};
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Column, ConfirmDialog, DataTable, Empty, Filter, FormProblem, FormToken, ListPlace, Load, PageHead, PageName, SaveForm,
    SwitchField, TextField, Tone, confirms, copyable, done, field_error, list_query, no_access, some_text,
};

const PLACE: ListPlace = ListPlace { name: "People", path: "/people" };

#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let (make, link, set) = (ServerAction::<NewPerson>::new(), ServerAction::<PasswordLink>::new(), ServerAction::<SetPerson>::new());
    let (made, linked, changed) = (done(make), done(link), done(set));
    confirms(changed, "Saved.");
    let query = list_query();
    let list =
        Resource::new(move || (query.with(ListQuery::of_rows), made.get(), linked.get(), changed.get()), |(query, ..)| list_people(query));
    let MeResource(me) = expect_context();
    view! {
        <PageName name="People"/>
        <Load resource=me page=true view=move |me| {
            if !me.is_admin {
                return no_access("Admins see and add people. Ask an admin.");
            }
            view! {
                <PageHead title="People" lead="Who may sign in. Roles are given in each domain."/>
                <div class="stack-6">
                    <FormProblem action=link/><FormProblem action=set/>
                    <NewLinkShown make link/>
                    <DataTable place=PLACE query list columns=columns(link, set) filters=filters() empty=|| view! {
                        <Empty title="Nobody yet" text="Add the first person below."/>
                    }/>
                    <NewPersonForm make/>
                </div>
            }
            .into_any()
        }/>
    }
    .into_any()
}

/// The link of somebody who was just added, or has a new one: shown this once.
#[component]
fn NewLinkShown(make: ServerAction<NewPerson>, link: ServerAction<PasswordLink>) -> impl IntoView {
    let shown = move || make.value().get().and_then(Result::ok).or_else(|| link.value().get().and_then(Result::ok));
    move || {
        shown().map(|link| view! { <Callout tone=Tone::Ok><p class="mb-2"><b>"Send them this link."</b>" It is shown this once, works once, and for three days."</p>{copyable(link.path, "Copy the link")}</Callout> })
    }
}

#[component]
fn NewPersonForm(make: ServerAction<NewPerson>) -> impl IntoView {
    view! {
        <section class="card card-pad stack">
            <h2>"Add a person"</h2>
            <SaveForm action=make save="Add and make a link" saved="The person is added.">
                <TextField id="email" label="Email" name="email" kind="email" error=field_error(make, "email") required=true placeholder="name@company.example"/>
                <SwitchField name="admin" label="Admin" help="Everything, in every domain, and domains and people."/>
            </SaveForm>
        </section>
    }
}

fn filters() -> Vec<Filter> {
    let states = [("active", "Active"), ("invited", "No password yet"), ("deactivated", "Deactivated")];
    vec![
        Filter::fixed("state", "All states", states),
        Filter::fixed("admin", "Admins and others", [("yes", "Admins"), ("no", "No admins")]),
    ]
}

fn columns(link: ServerAction<PasswordLink>, set: ServerAction<SetPerson>) -> Vec<Column<UserView>> {
    vec![
        Column::new("person", "Person", |person: &UserView| {
            view! { {person.email.clone()}{person.is_admin.then(|| view! { <span class="badge badge-accent ml-2">"admin"</span> })} }
        })
        .class("medium")
        .sorts()
        .leads(),
        Column::new("state", "State", |person: &UserView| {
            let (class, word) = match (person.active, person.joined) {
                (false, _) => ("badge", "Deactivated"),
                (true, false) => ("badge badge-info", "No password yet"),
                (true, true) => ("badge badge-ok", "Active"),
            };
            view! { <span class=class>{word}</span> }
        })
        .class("fit")
        .sorts(),
        Column::optional("roles", "Roles", roles).class("t-2"),
        Column::new("acts", "Actions", move |person: &UserView| acts(person, link, set)).class("fit").acts(),
    ]
}

fn roles(person: &UserView) -> Option<String> {
    let of = |member: &Membership| {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.key()).collect();
        format!("{}: {}", member.domain, roles.join(" "))
    };
    some_text(&person.roles.iter().map(of).collect::<Vec<_>>().join("; "))
}

fn acts(person: &UserView, link: ServerAction<PasswordLink>, set: ServerAction<SetPerson>) -> AnyView {
    let (id, link_id, active) = (person.id.clone(), person.id.clone(), person.active);
    let (is_admin, dialog, title) = (person.is_admin, format!("deactivate-{id}"), format!("Deactivate {}?", person.email));
    let effects = vec![
        "The person is signed out everywhere, and cannot sign in. Personal tokens and open invitation links end.".to_owned(),
        "Roles, and what the person has made, stay. To undo this, activate the person again.".to_owned(),
    ];
    view! {
        <div class="row nowrap">
            <ActionForm action=link><FormToken/><input type="hidden" name="id" value=link_id/><button class="btn btn-sm" type="submit">"New link"</button></ActionForm>
            <ActionForm action=set><FormToken/>
                <input type="hidden" name="id" value=id/>
                {is_admin.then(|| view! { <input type="hidden" name="admin" value="true"/> })}
                {(!active).then(|| view! { <input type="hidden" name="active" value="true"/> })}
                {if active {
                    view! { <ConfirmDialog id=dialog act="Deactivate" title effects/> }.into_any()
                } else {
                    view! { <button class="btn btn-sm" type="submit">"Activate"</button> }.into_any()
                }}
            </ActionForm>
        </div>
    }
    .into_any()
}
