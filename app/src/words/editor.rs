//! What the form of an API says around its steps.

use super::texts::texts;

texts! {
    /// The texts of the form of an API: its steps, its bar, and the page on which a draft is tried.
    Editor {
        steps = "Steps";
        step_type = "API type";
        step_table = "Table and fields";
        step_union = "Steps and response";
        step_parameters = "Parameters";
        step_policy = "Policy";
        step_try = "Try it";
        step_send = "Send for review";
        step(number: usize, name: &str) = "{number}. {name}";
        next(step: &str) = "Next: {step}";
        back = "Back";
        new_version = "New version";
        draft = "Draft";
        rejected(version: i64, person: &str) = "Version {version} was rejected by {person}.";
        rejected_reason(reason: &str) = " “{reason}”";
        rejected_at = "Rejected ";
        rejected_help = ". Edit the draft, then send it for review again. ";
        open_request = "Open the request";
        save_again = "Save again";
        load_saved = "Load saved draft";
        overwrite_saved = "Overwrite saved draft";
        discard = "Discard draft";
        discard_title(domain: &str, name: &str) = "Discard the draft of {domain}/{name}?";
        discard_effect = "The draft and its test cases are deleted. A discarded draft cannot be restored.";
        discard_version = "Versions of the API remain. A live version stays live.";
        discard_api = "The API has no version yet and is deleted with its draft.";
        saving = "Saving.";
        saved = "Saved. You can leave and continue later.";
        changed = "Unsaved changes. They are saved automatically.";
        left_unsaved = "The last changes of the draft are not saved. Open the draft again to save them.";
        not_saved = "Not saved.";
        unread(fields: &str) = "Not saved: invalid number. Correct {fields}.";
        cases = "Test cases";
        remove_case(name: &str) = "Remove test case {name}";
        correct_first = "Correct these errors before you try the API.";
    }
}
