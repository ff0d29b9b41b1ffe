//! What the JWT issuers of an app say.

use super::texts::texts;

texts! {
    /// The texts of the JWT issuers of an app.
    Issuers {
        title = "JWT issuers";
        none = "None. A program that has tokens from an identity provider can use them instead of a key.";
        issuer = "Issuer";
        audience = "Audience";
        environment = "Environment";
        signed_with = "Signed with";
        shared_secret = "Shared secret";
        own_keys = "Keys of the issuer";
        fixed = "Fixed parameters";
        created_at = "Created";
        actions = "Actions";
        removed = "The issuer is removed.";
        remove = "Remove issuer";
        remove_title(issuer: &str) = "Remove issuer {issuer}?";
        remove_effect(audience: &str, environment: &str) = "Tokens of this issuer for {audience} are refused at once in {environment}.";
        remove_undo = "To undo this, add the issuer again. A shared secret cannot be restored: a new one is created.";
        new_secret = "Copy this secret now.";
        new_secret_help = " It is shown only once. Sign tokens with it: HS256, with iss, aud and exp.";
        copy_secret = "Copy secret";
        accepted = "Tokens of this issuer are accepted from now on.";
        add = "Add issuer";
        added = "The issuer is added.";
        issuer_help = "The iss claim of the tokens.";
        issuer_example = "https://id.example.com";
        audience_help = "The aud claim that the tokens must contain.";
        audience_example = "flights";
        jwks_url = "JWKS URL";
        jwks_url_note = "Leave empty to create a shared secret";
        jwks_url_help = "Keys of RS256, ES256 or EdDSA. Sluice refreshes them automatically.";
        jwks_url_example = "https://id.example.com/.well-known/jwks.json";
        optional = "optional";
        fixed_help = "One name=value per line. Callers with such a token cannot choose these values.";
        fixed_example = "carrier=UA";
    }
}
