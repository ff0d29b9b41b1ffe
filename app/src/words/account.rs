//! What the page of one's own account says.

use super::texts::texts;

texts! {
    /// The texts of the account page.
    Account {
        title = "Account";
        admin = "You are an admin: you can do everything in every domain.";
        roles(domains: &str) = "Your roles: {domains}.";
        roles_in(domain: &str, roles: &str) = "{domain} ({roles})";
        no_domain = "You are not in a domain yet.";
        sign_out = "Sign out";
        sessions = "Sessions";
        browser = "Browser";
        unknown_browser = "Unknown browser";
        this_browser = "this browser";
        signed_in = "Signed in";
        last_active = "Last active";
        sign_out_title = "Sign out that browser?";
        sign_out_effect = "The browser is signed out at its next request. Unsaved input in it is lost.";
        signed_out = "The browser is signed out.";
        actions = "Actions";
        tokens = "Personal tokens";
        tokens_before = "For scripts and the command line: ";
        tokens_and = " and ";
        tokens_after = ". A token can do what you can do, within its scopes.";
        token_once = "Copy the token now. It is shown only once.";
        copy_token = "Copy token";
        create_token = "Create token";
        token_created = "The token is created.";
        name = "Name";
        name_help = "What the token is used for.";
        name_example = "Nightly export";
        lifetime = "Lifetime";
        lifetime_help = "Days until the token expires, from 1 to 365.";
        scopes_help = "Every token can read. Select what else the token can do.";
        token = "Token";
        scopes = "Scopes";
        created = "Created";
        expires = "Expires";
        revoke = "Revoke token";
        revoke_title(name: &str) = "Revoke token {name}?";
        revoke_effect = "Scripts that use the token are refused immediately. A revoked token cannot be restored: create a new one.";
        revoked = "The token is revoked.";
    }
}
