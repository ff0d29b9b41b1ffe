//! What the page of an API's grants and public documentation says.

use super::texts::texts;

texts! {
    /// The texts of an API's grants and public documentation.
    ApiAccess {
        only_approvers = "Only approvers and owners of this domain can grant access.";
        grants = "Apps with access";
        none_title = "No app has access yet";
        none_text = "Create an app and its key under Apps and keys. Then grant it access here.";
        app = "App";
        granted_by = "Granted by";
        granted = "Granted";
        expires = "Expires";
        never = "never";
        rate = "Requests/s";
        no_limit = "no limit";
        hidden = "Hidden fields";
        no_hidden = "none";
        actions = "Actions";
        revoke = "Revoke access";
        revoke_title(app: &str, api: &str) = "Revoke access of {app} to {api}?";
        revoke_effect(app: &str) = "Requests of {app} to this API are rejected immediately.";
        revoke_undo = "To undo this, grant access again. The expiration, the rate limit and the hidden fields of the grant are not kept.";
        grant = "Grant access";
        no_apps = "There is no app to grant access to. ";
        create_app = "Create an app first";
        days = "Expiration";
        days_help = "Days from now. Leave empty for no expiration.";
        rate_limit = "Rate limit";
        rate_limit_help = "Requests per second. Leave empty for no limit.";
        hidden_help = "Responses to this app omit the selected fields. Select none to return all fields.";
        optional = "optional";
        public = "Public documentation";
        public_at = "Public page: ";
        public_at_help = ". Readers need no account. The page exists while a version is live in prod.";
        publish = "Make documentation public";
        publish_help = "Everyone can read it without an account: parameters, fields, examples and limits. Sources, SQL and names of people are not shown.";
        contact = "Access contact";
        contact_help = "Where readers ask for access, such as a team channel. Shown on the public page. At most 300 characters.";
        save_public = "Save documentation settings";
    }
}
