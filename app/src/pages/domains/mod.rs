//! Domains and who belongs to them.

pub(crate) mod api;
mod shares;

use leptos::prelude::*;
use model::view::{CompartmentView, DomainView, Membership};
use model::{Action, Problem, Role};

use self::api::{NewDomain, RenameDomain, SetCompartment, SetRoles, compartments, domains};
use self::shares::shares;
use crate::error::PortalError;
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Choice, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, PageHead, PageName, ProblemPage, SaveForm,
    TextField, Unsaved, confirms, done, field_error, loaded, param,
};
use crate::words::words;

#[component]
pub(crate) fn DomainsPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let make = FormAction::<NewDomain>::new();
    let made = done(make);
    let say = &words().domains;
    let list = loaded(move || made.get(), |_| domains());
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        <div class="stack-6">
            <Load resource=list view=move |domains| if domains.is_empty() {
                view! { <div class="card"><Empty title=say.none_title text=say.none_text/></div> }.into_any()
            } else {
                rows(domains).into_any()
            }/>
            <Load resource=me view=move |me| me.is_admin.then(|| view! {
                <section class="card card-pad stack">
                    <h2>{say.create}</h2>
                    <SaveForm action=make save=say.create saved=say.created>
                        <div class="form-row">
                            <TextField id="name" label=say.name help=say.name_help name="name" error=field_error(make, "name") required=true placeholder=say.name_example/>
                            <TextField id="title" label=say.title_field note=say.optional name="title" error=field_error(make, "title") placeholder=say.title_example/>
                        </div>
                    </SaveForm>
                </section>
            })/>
        </div>
    }
    .into_any()
}

fn rows(domains: Vec<DomainView>) -> impl IntoView {
    let say = &words().domains;
    view! {
        <section class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.title><table class="table">
            <thead><tr><th>{say.domain}</th><th class="num">{say.members}</th><th>{say.owners}</th></tr></thead>
            <tbody>{domains.into_iter().map(|domain| {
                let owners: Vec<String> = domain.members.iter().filter(|member| member.roles.contains(&Role::Owner)).map(|member| member.email.clone()).collect();
                view! { <tr><td><a class="main-cell" href=format!("/domains/{}", domain.name)>{domain.name.clone()}</a><span class="sub">{domain.title}</span></td><td class="num">{domain.members.len()}</td><td class="t-2">{owners.join(", ")}</td></tr> }
            }).collect_view()}</tbody>
        </table></div></section>
    }
}

#[component]
pub(crate) fn DomainPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let name = param("domain");
    let (set, rename) = (FormAction::<SetRoles>::new(), FormAction::<RenameDomain>::new());
    let share = FormAction::<SetCompartment>::new();
    let (roles_set, renamed, shared) = (done(set), done(rename), done(share));
    let say = &words().domains;
    confirms(roles_set, say.roles_saved);
    let list = loaded(move || (roles_set.get(), renamed.get()), |_| domains());
    let limits = loaded(move || shared.get(), |_| compartments());
    view! {
        <Load resource=list view=move |domains| match domains.into_iter().find(|domain| domain.name == name.get()) {
            None => view! { <ProblemPage error=PortalError::of_page(Problem::not_found((say.domain_named)(&name.get())))/> }.into_any(),
            Some(domain) => view! { <Load resource=me view=move |me| page(&domain, me.can(Action::EditMembers, &domain.name), me.is_admin, set, rename)/> }.into_any(),
        }/>
        <div class="mt-6"><Load resource=limits view=move |limits| {
            let of: Vec<CompartmentView> = limits.into_iter().filter(|share| share.domain == name.get()).collect();
            (!of.is_empty()).then(|| view! { <Load resource=me view=move |me| shares(of.clone(), me.can(Action::Switch, &name.get()), share)/> })
        }/></div>
    }
    .into_any()
}

fn page(
    domain: &DomainView,
    may: bool,
    is_admin: bool,
    set: FormAction<SetRoles>,
    rename: FormAction<RenameDomain>,
) -> impl IntoView + use<> {
    let name = domain.name.clone();
    let title = domain.title.clone();
    let members = domain.members.clone();
    let (row_name, title_name) = (name.clone(), name.clone());
    let say = &words().domains;
    view! {
        <PageName name=name.clone()/>
        <PageHead title=name.clone() lead=title.clone()/>
        <div class="stack-6">
            <FormProblem action=set at=|field| if field == "roles" { String::new() } else { field.to_owned() }/>
            <section class="card clip">
                <div class="card-head"><h2>{say.members}</h2><span class="count">{members.len()}</span></div>
                {members.is_empty().then(|| view! { <Empty title=say.no_members_title text=say.no_members_text/> })}
                <ul class="todo">{members.into_iter().map(|member| member_row(&row_name, member, may, set)).collect_view()}</ul>
            </section>
            {may.then(|| add_member(name, set))}
            {is_admin.then(|| view! {
                <section class="card card-pad stack">
                    <h2>{say.title_field}</h2>
                    <SaveForm action=rename save=say.save_title class="btn">
                        <input type="hidden" name="domain" value=title_name/>
                        <TextField id="title" label=say.title_field name="title" error=field_error(rename, "title") value=title/>
                    </SaveForm>
                </section>
            })}
        </div>
    }
}

/// What went wrong with it stands above, with what went wrong with the roles of members: all are set by one action.
fn add_member(domain: String, set: FormAction<SetRoles>) -> impl IntoView {
    let say = &words().domains;
    view! {
        <Unsaved saved=done(set)>
            <ActionForm action=set><FormToken/>
                <section class="card card-pad stack">
                    <h2>{say.add_member}</h2>
                    <input type="hidden" name="domain" value=domain/><input type="hidden" name="member" value="true"/>
                    <TextField id="email" label=say.email name="email" kind="email" error=field_error(set, "email") required=true placeholder=say.email_example/>
                    <div class="grid cols-2">{Role::ALL.map(|role| view! { <Choice name="roles[]" value=role.key() label=role.key() help=role.about()/> }).collect_view()}</div>
                    <div class="row"><button class="btn btn-primary" type="submit">{say.add_member}</button></div>
                </section>
            </ActionForm>
        </Unsaved>
    }
}

fn member_row(domain: &str, member: Membership, may: bool, set: FormAction<SetRoles>) -> impl IntoView + use<> {
    let say = &words().domains;
    let domain = domain.to_owned();
    let initial = member.email.chars().next().unwrap_or('?').to_uppercase().to_string();
    let roles: Vec<&str> = member.roles.iter().map(|role| role.key()).collect();
    let (email, removed, of) = (member.email.clone(), member.email.clone(), domain.clone());
    let (id, title) = (format!("remove-{}", member.user_id), (say.remove_title)(&removed, &domain));
    let effects = vec![(say.remove_effect)(&removed, &roles.join(", "), &domain), say.remove_undo.to_owned()];
    view! {
        <li><span class="avatar" aria-hidden="true">{initial}</span>
            <div><p><b>{member.email.clone()}</b></p>
            {if may {
                view! {
                    <ActionForm action=set><FormToken/>
                        <div class="row">
                            <input type="hidden" name="domain" value=domain/><input type="hidden" name="email" value=email/><input type="hidden" name="member" value="true"/>
                            {Role::ALL.map(|role| view! { <Choice name="roles[]" value=role.key() label=role.key() checked=member.roles.contains(&role)/> }).collect_view()}
                            <button class="btn btn-sm" type="submit">{say.save_roles}</button>
                        </div>
                    </ActionForm>
                }.into_any()
            } else {
                view! { <p>{roles.join(", ")}</p> }.into_any()
            }}</div>
            <span>{may.then(|| view! {
                <ActionForm action=set><FormToken/>
                    <input type="hidden" name="domain" value=of/><input type="hidden" name="email" value=removed/>
                    <ConfirmDialog id act=say.remove_member title effects/>
                </ActionForm>
            })}</span></li>
    }
}
