//! What the list of apps says, and the page of one app.

use super::texts::texts;

texts! {
    /// The texts of the list of apps, and of the page of one app.
    Apps {
        title = "Apps and keys";
        lead = "An app is a program that calls APIs with a key. Grant access on the page of the API, under Access.";
        list_name = "Apps";
        none_title = "No apps yet";
        none_text = "Create an app for each program that calls your APIs. Each app has its own keys, which can be revoked separately.";
        create = "Create app";
        created = "The app is created.";
        domain = "Domain";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        name_example = "flight-board";
        app = "App";
        owner = "Owner";
        owned_by(person: &str) = "Owner: {person}";
        keys = "Keys";
        keys_of_app = "Keys of the app";
        key = "Key";
        environment = "Environment";
        created_at = "Created";
        created_by(person: &str) = " by {person}";
        expires = "Expires";
        never = "Never";
        state = "State";
        actions = "Actions";
        active = "Active";
        revoked = "Revoked";
        expired = "Expired";
        new_key = "Copy this key now.";
        new_key_help = " It is shown only once. Store it where only the app can read it.";
        copy_key = "Copy key";
        create_key = "Create key";
        key_created = "The key is created.";
        key_revoked = "The key is revoked.";
        lifetime = "Lifetime";
        lifetime_note = "In days. Leave empty for no expiry";
        revoke_key = "Revoke key";
        revoke_key_title(key: &str) = "Revoke key slk_{key}_…?";
        revoke_key_effect(app: &str, environment: &str) = "Requests of {app} with this key are refused at once in {environment}.";
        revoke_key_undo = "A revoked key cannot be restored. Create another key first, and give it to the program.";
        grants = "Grants";
        no_grants = "No grants yet. Approvers and owners grant access on the page of an API, under Access.";
        granted_apis = "APIs that the app can call";
        api = "API";
        granted_by = "Granted by";
        delete = "Delete app";
        delete_about = "Deletes the app with its keys, JWT issuers and grants. Requests with its keys are refused at once.";
        delete_title(app: &str) = "Delete app {app}?";
        delete_keys(keys: usize, issuers: usize) = "Keys deleted: {keys}. JWT issuers deleted: {issuers}.";
        delete_no_grants = "The app has no active grants.";
        delete_grants(apis: &str) = "Grants deleted: {apis}.";
        delete_undo = "A deleted app cannot be restored.";
        origins = "Allowed origins (CORS)";
        no_origins = "None. Browsers let no web page read the responses to this app.";
        edit_origins = "Edit allowed origins";
        save_origins = "Save origins";
        origins_field = "Allowed origins";
        optional = "optional";
        origins_help = "One per line, such as https://app.example.com. Everybody who opens the page can read its key: give the app few grants and low limits.";
        origins_example = "https://app.example.com";
    }
}
