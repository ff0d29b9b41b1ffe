//! What the form of a source says.

use super::texts::texts;

texts! {
    /// The texts of the form of a source.
    SourceForm {
        general = "General";
        settings = "Settings";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        name_example = "flights-db";
        domain = "Domain";
        connector = "Connector";
        description = "Description";
        optional = "optional";
        same_settings = "Same settings for test and prod";
        same_settings_help = "Turn off to give each environment its own settings.";
        test_and_prod = "Test and prod";
        prod = "Prod";
        test = "Test";
        secret_set = "Set. Leave empty to keep it for the same server";
        test_connection = "Test connection";
        connecting = "Connecting to the source. A source that does not respond times out after a few seconds.";
        connected = "Connected.";
        saved = "Saved.";
        needs_approval = "The change of the prod settings waits for an approver.";
        needs_approval_help = " Live APIs or datasets use this source, so another person decides. ";
        open_request = "Open request";
        create = "Create source";
        save = "Save source";
        cancel = "Cancel";
    }
}
