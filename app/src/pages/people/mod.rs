//! People, for admins: who there is, adding somebody, letting somebody go.

pub(crate) mod api;

use leptos::prelude::*;
use model::list::ListQuery;
use model::view::{Membership, UserView};

use self::api::{NewPerson, PasswordLink, SetPerson, list_people};
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, Column, ConfirmDialog, DataTable, Empty, Filter, FormAction, FormProblem, FormToken, ListPlace, Load, PageHead,
    PageName, SaveForm, SwitchField, TextField, Tone, confirms, copyable, done, field_error, list_query, loaded, no_access, some_text,
};
use crate::words::words;

fn place() -> ListPlace {
    ListPlace { name: words().people.title, path: "/people" }
}

#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let (make, link, set) = (FormAction::<NewPerson>::new(), FormAction::<PasswordLink>::new(), FormAction::<SetPerson>::new());
    let (made, linked, changed) = (done(make), done(link), done(set));
    let say = &words().people;
    confirms(changed, say.saved);
    let query = list_query();
    let list = loaded(move || (query.with(ListQuery::of_rows), made.get(), linked.get(), changed.get()), |(query, ..)| list_people(query));
    let MeResource(me) = expect_context();
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            if !me.is_admin {
                return no_access(say.only_admins);
            }
            view! {
                <PageHead title=say.title lead=say.lead/>
                <div class="stack-6">
                    <FormProblem action=link/><FormProblem action=set/>
                    <NewLinkShown make link/>
                    <DataTable place=place() query list columns=columns(link, set) filters=filters() empty=|| view! {
                        <Empty title=say.none_title text=say.none_text/>
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
fn NewLinkShown(make: FormAction<NewPerson>, link: FormAction<PasswordLink>) -> impl IntoView {
    let say = &words().people;
    let shown = move || make.answer().and_then(Result::ok).or_else(|| link.answer().and_then(Result::ok));
    move || {
        shown().map(|link| view! { <Callout tone=Tone::Ok><p class="mb-2"><b>{say.link_once}</b>{say.link_once_help}</p>{copyable(link.path, say.copy_link)}</Callout> })
    }
}

#[component]
fn NewPersonForm(make: FormAction<NewPerson>) -> impl IntoView {
    let say = &words().people;
    view! {
        <section class="card card-pad stack">
            <h2>{say.add}</h2>
            <SaveForm action=make save=say.add_save saved=say.added>
                <TextField id="email" label=say.email name="email" kind="email" error=field_error(make, "email") required=true placeholder=say.email_example/>
                <SwitchField name="admin" label=say.admin help=say.admin_help/>
            </SaveForm>
        </section>
    }
}

fn filters() -> Vec<Filter> {
    let say = &words().people;
    let states = [("active", say.active), ("invited", say.invited), ("deactivated", say.deactivated)];
    vec![
        Filter::fixed(("state", say.state), say.all_states, states),
        Filter::fixed(("admin", say.admin), say.everybody, [("yes", say.admins), ("no", say.no_admins)]),
    ]
}

fn columns(link: FormAction<PasswordLink>, set: FormAction<SetPerson>) -> Vec<Column<UserView>> {
    let say = &words().people;
    vec![
        Column::new("person", say.person, |person: &UserView| {
            view! { {person.email.clone()}{person.is_admin.then(|| view! { <span class="badge badge-accent ml-2">{say.admin_badge}</span> })} }
        })
        .class("medium")
        .sorts()
        .leads(),
        Column::new("state", say.state, |person: &UserView| {
            let (class, word) = match (person.active, person.joined) {
                (false, _) => ("badge", say.deactivated),
                (true, false) => ("badge badge-info", say.invited),
                (true, true) => ("badge badge-ok", say.active),
            };
            view! { <span class=class>{word}</span> }
        })
        .class("fit")
        .sorts(),
        Column::optional("roles", say.roles, roles).class("t-2"),
        Column::new("acts", say.actions, move |person: &UserView| acts(person, link, set)).class("fit").acts(),
    ]
}

fn roles(person: &UserView) -> Option<String> {
    let of = |member: &Membership| {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.key()).collect();
        format!("{}: {}", member.domain, roles.join(" "))
    };
    some_text(&person.roles.iter().map(of).collect::<Vec<_>>().join("; "))
}

fn acts(person: &UserView, link: FormAction<PasswordLink>, set: FormAction<SetPerson>) -> AnyView {
    let (id, link_id, active) = (person.id.clone(), person.id.clone(), person.active);
    let say = &words().people;
    let (is_admin, dialog, title) = (person.is_admin, format!("deactivate-{id}"), (say.deactivate_title)(&person.email));
    let effects = vec![say.deactivate_effect.to_owned(), say.deactivate_undo.to_owned()];
    view! {
        <div class="row nowrap">
            <ActionForm action=link><FormToken/><input type="hidden" name="id" value=link_id/><button class="btn btn-sm" type="submit">{say.new_link}</button></ActionForm>
            <ActionForm action=set><FormToken/>
                <input type="hidden" name="id" value=id/>
                {is_admin.then(|| view! { <input type="hidden" name="admin" value="true"/> })}
                {(!active).then(|| view! { <input type="hidden" name="active" value="true"/> })}
                {if active {
                    view! { <ConfirmDialog id=dialog act=say.deactivate title effects/> }.into_any()
                } else {
                    view! { <button class="btn btn-sm" type="submit">{say.activate}</button> }.into_any()
                }}
            </ActionForm>
        </div>
    }
    .into_any()
}
