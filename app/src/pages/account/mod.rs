//! One's own account: where one is signed in, and tokens for `/admin/v1`.

pub(crate) mod api;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::view::{Me, SessionView, TokenView};
use model::{Role, Scope};

use self::api::{EndSession, NewToken, RevokeToken, SignOut, sessions, tokens};
use crate::signed_in::MeResource;
use crate::ui::{
    ActionForm, Callout, Choice, ConfirmDialog, FormAction, FormProblem, FormToken, Icon, Load, NumberField, PageHead, PageName, SaveForm,
    TextField, Time, Tone, confirms, copyable, done, field_error, loaded,
};
use crate::words::words;

#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let say = &words().account;
    let MeResource(me) = expect_context();
    let end = FormAction::<EndSession>::new();
    let (make, revoke) = (FormAction::<NewToken>::new(), FormAction::<RevokeToken>::new());
    let (ended, made, revoked) = (done(end), done(make), done(revoke));
    confirms(ended, say.signed_out);
    confirms(revoked, say.revoked);
    let open = loaded(move || ended.get(), |_| sessions());
    let list = loaded(move || (made.get(), revoked.get()), |_| tokens());
    view! {
        <PageName name=say.title/>
        <Load resource=me page=true view=move |me| {
            let lead = lead(&me);
            // A plain form: the browser loads the next page whole, and nothing of this person stays in it.
            view! { <PageHead title=me.email lead><form method="post" action=SignOut::url()><button class="btn" type="submit"><Icon name="out"/>{say.sign_out}</button></form></PageHead> }
        }/>
        <div class="stack-6">
            <FormProblem action=end/><FormProblem action=revoke/>
            <Load resource=open view=move |sessions| session_rows(sessions, end)/>
            <section class="card clip">
                <div class="card-head"><h2>{say.tokens}</h2></div>
                <p class="card-pad t-2 s13">{say.tokens_before}<code>"sluice apply"</code>", "<code>"sluice export"</code>{say.tokens_and}<code>"/admin/v1"</code>{say.tokens_after}</p>
                {move || make.answer().and_then(Result::ok).map(|token| view! { <div class="card-pad"><Callout tone=Tone::Ok><p class="mb-2"><b>{say.token_once}</b></p><div id="new-token">{copyable(token.secret, say.copy_token)}</div></Callout></div> })}
                <Load resource=list view=move |tokens| token_rows(tokens, revoke)/>
                <div class="card-pad"><SaveForm action=make save=say.create_token saved=say.token_created>
                    <div class="form-row">
                        <TextField id="name" label=say.name help=say.name_help name="name" error=field_error(make, "name") required=true placeholder=say.name_example/>
                        <NumberField id="days" label=say.lifetime help=say.lifetime_help name="days" value="90".to_owned() error=field_error(make, "days")/>
                    </div>
                    <input type="hidden" name="scopes[]" value=Scope::Read.key()/>
                    <div class="grid cols-2">{Scope::ALL.into_iter().filter(|scope| *scope != Scope::Read).map(|scope| view! { <Choice name="scopes[]" value=scope.key() label=scope.key() help=scope.about()/> }).collect_view()}</div>
                    <p class="t-2 s13">{say.scopes_help}</p>
                </SaveForm></div>
            </section>
        </div>
    }
    .into_any()
}

/// What the reader may do, in a line.
fn lead(me: &Me) -> String {
    let say = &words().account;
    if me.is_admin {
        return say.admin.to_owned();
    }
    let some = me.domains.iter().filter(|(_, roles)| !roles.is_empty());
    let names = |roles: &[Role]| roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(", ");
    let domains: Vec<String> = some.map(|(domain, roles)| (say.roles_in)(domain, &names(roles))).collect();
    if domains.is_empty() { say.no_domain.to_owned() } else { (say.roles)(&domains.join(", ")) }
}

fn session_rows(sessions: Vec<SessionView>, end: FormAction<EndSession>) -> impl IntoView {
    let say = &words().account;
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.sessions}</h2><span class="count">{sessions.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.sessions><table class="table table-cards">
                <thead><tr><th>{say.browser}</th><th>{say.signed_in}</th><th>{say.last_active}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{sessions.into_iter().map(|session| {
                    let end_id = format!("end-{}", session.id);
                    let effects = vec![say.sign_out_effect.to_owned()];
                    view! {
                    <tr><td class="lead-cell">{if session.agent.is_empty() { say.unknown_browser.to_owned() } else { session.agent }}{session.current.then(|| view! { <span class="badge badge-accent ml-2">{say.this_browser}</span> })}</td>
                    <td class="t-2 tn fit" data-label=say.signed_in><Time at=session.created_at/></td><td class="t-2 tn fit" data-label=say.last_active><Time at=session.seen_at/></td>
                    <td class="fit">{(!session.current).then(|| view! { <ActionForm action=end><FormToken/><input type="hidden" name="id" value=session.id/><ConfirmDialog id=end_id act=say.sign_out title=say.sign_out_title effects class="btn btn-sm"/></ActionForm> })}</td></tr>
                } }).collect_view()}</tbody>
            </table></div>
        </section>
    }
}

fn token_rows(tokens: Vec<TokenView>, revoke: FormAction<RevokeToken>) -> impl IntoView {
    let say = &words().account;
    (!tokens.is_empty()).then(|| view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.tokens><table class="table table-cards">
            <thead><tr><th>{say.token}</th><th>{say.scopes}</th><th>{say.created}</th><th>{say.expires}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
            <tbody>{tokens.into_iter().map(|token| {
                let (id, title) = (format!("revoke-{}", token.id), (say.revoke_title)(&token.name));
                let effects = vec![say.revoke_effect.to_owned()];
                view! {
                <tr><td class="lead-cell">{token.name}</td><td class="t-2" data-label=say.scopes>{token.scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>().join(", ")}</td><td class="t-2 tn fit" data-label=say.created><Time at=token.created_at/></td><td class="t-2 tn fit" data-label=say.expires><Time at=token.expires_at/></td>
                <td class="fit"><ActionForm action=revoke><FormToken/><input type="hidden" name="id" value=token.id/><ConfirmDialog id act=say.revoke title effects/></ActionForm></td></tr>
            } }).collect_view()}</tbody>
        </table></div>
    })
}
