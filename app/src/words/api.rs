//! What the head of an API's page says.

use super::texts::texts;

texts! {
    /// The texts of the head of an API's page.
    Api {
        tabs = "API sections";
        documentation = "Documentation";
        versions = "Versions";
        access = "Access";
        traffic = "Traffic";
        monitoring = "Monitoring";
        accelerate = "Accelerate API";
        edit_draft = "Edit draft";
        new_version = "Create version";
        try_it = "Try it";
    }
}
