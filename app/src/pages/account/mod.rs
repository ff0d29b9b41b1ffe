//! One's own account: where one is signed in, and tokens for `/admin/v1`.

pub(crate) mod api;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::Scope;
use model::view::{SessionView, TokenView};

use self::api::{EndSession, NewToken, RevokeToken, SignOut, sessions, tokens};
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Choice, ConfirmDialog, FormProblem, FormToken, Icon, Load, NumberField, PageHead, PageName, SaveForm, TextField, Time, Tone,
    confirms, copyable, done, field_error,
};

#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let end = ServerAction::<EndSession>::new();
    let (make, revoke) = (ServerAction::<NewToken>::new(), ServerAction::<RevokeToken>::new());
    let (ended, made, revoked) = (done(end), done(make), done(revoke));
    confirms(ended, "The browser is signed out.");
    confirms(revoked, "The token is revoked.");
    let open = Resource::new(move || ended.get(), |_| sessions());
    let list = Resource::new(move || (made.get(), revoked.get()), |_| tokens());
    view! {
        <PageName name="Account"/>
        <Load resource=me page=true view=|me| {
            let roles: Vec<String> = me.domains.iter().filter(|(_, roles)| !roles.is_empty()).map(|(domain, roles)| format!("{} in {domain}", roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(" and "))).collect();
            let lead = if me.is_admin { "An admin: everything, in every domain.".to_owned() } else { format!("You are {}.", if roles.is_empty() { "in no domain yet".into() } else { roles.join(", ") }) };
            // A plain form: the browser loads the next page whole, and nothing of this person stays in it.
            view! { <PageHead title=me.email lead><form method="post" action=SignOut::url()><button class="btn" type="submit"><Icon name="out"/>"Sign out"</button></form></PageHead> }
        }/>
        <div class="stack-6">
            <FormProblem action=end/><FormProblem action=revoke/>
            <Load resource=open view=move |sessions| session_rows(sessions, end)/>
            <section class="card clip">
                <div class="card-head"><h2>"Personal tokens"</h2></div>
                <p class="card-pad t-2 s13">"For the command line and for scripts: "<code>"sluice apply"</code>", "<code>"sluice export"</code>" and "<code>"/admin/v1"</code>". A token may do what you may, within its scopes."</p>
                {move || make.value().get().and_then(Result::ok).map(|token| view! { <div class="card-pad"><Callout tone=Tone::Ok><p class="mb-2"><b>"This is the token. It is shown this once."</b></p><div id="new-token">{copyable(token.secret, "Copy the token")}</div></Callout></div> })}
                <Load resource=list view=move |tokens| token_rows(tokens, revoke)/>
                <div class="card-pad"><SaveForm action=make save="Make a token" saved="The token is made.">
                    <div class="form-row">
                        <TextField id="name" label="What it is for" name="name" error=field_error(make, "name") required=true placeholder="the nightly export"/>
                        <NumberField id="days" label="Days" help="From 1 to 365." name="days" value="90".to_owned() error=field_error(make, "days")/>
                    </div>
                    <input type="hidden" name="scopes[]" value=Scope::Read.key()/>
                    <div class="grid cols-2">{Scope::ALL.into_iter().filter(|scope| *scope != Scope::Read).map(|scope| view! { <Choice name="scopes[]" value=scope.key() label=scope.key() help=scope.about()/> }).collect_view()}</div>
                    <p class="t-2 s13">"Every token can read. Tick what else the token may do."</p>
                </SaveForm></div>
            </section>
        </div>
    }
    .into_any()
}

fn session_rows(sessions: Vec<SessionView>, end: ServerAction<EndSession>) -> impl IntoView {
    view! {
        <section class="card clip">
            <div class="card-head"><h2>"Where you are signed in"</h2><span class="count">{sessions.len()}</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Open sessions"><table class="table table-cards">
                <thead><tr><th>"Browser"</th><th>"Since"</th><th>"Last seen"</th><th><span class="sr">"Actions"</span></th></tr></thead>
                <tbody>{sessions.into_iter().map(|session| {
                    let end_id = format!("end-{}", session.id);
                    let effects = vec!["The browser is signed out at its next request. What is typed there and not saved is lost.".to_owned()];
                    view! {
                    <tr><td class="lead-cell">{if session.agent.is_empty() { "not said".to_owned() } else { session.agent }}{session.current.then(|| view! { <span class="badge badge-accent ml-2">"this one"</span> })}</td>
                    <td class="t-2 tn fit" data-label="Since"><Time at=session.created_at/></td><td class="t-2 tn fit" data-label="Last seen"><Time at=session.seen_at/></td>
                    <td class="fit">{(!session.current).then(|| view! { <ActionForm action=end><FormToken/><input type="hidden" name="id" value=session.id/><ConfirmDialog id=end_id act="Sign out" title="Sign out that browser?" effects class="btn btn-sm"/></ActionForm> })}</td></tr>
                } }).collect_view()}</tbody>
            </table></div>
        </section>
    }
}

fn token_rows(tokens: Vec<TokenView>, revoke: ServerAction<RevokeToken>) -> impl IntoView {
    (!tokens.is_empty()).then(|| view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Tokens"><table class="table table-cards">
            <thead><tr><th>"Token"</th><th>"Scopes"</th><th>"Made"</th><th>"Until"</th><th><span class="sr">"Actions"</span></th></tr></thead>
            <tbody>{tokens.into_iter().map(|token| {
                let (id, title) = (format!("revoke-{}", token.id), format!("Revoke the token {}?", token.name));
                let effects = vec!["Scripts that use the token are refused at once. A revoked token cannot be restored: make another one.".to_owned()];
                view! {
                <tr><td class="lead-cell">{token.name}</td><td class="t-2" data-label="Scopes">{token.scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>().join(", ")}</td><td class="t-2 tn fit" data-label="Made"><Time at=token.created_at/></td><td class="t-2 tn fit" data-label="Until"><Time at=token.expires_at/></td>
                <td class="fit"><ActionForm action=revoke><FormToken/><input type="hidden" name="id" value=token.id/><ConfirmDialog id act="Revoke" title effects/></ActionForm></td></tr>
            } }).collect_view()}</tbody>
        </table></div>
    })
}
