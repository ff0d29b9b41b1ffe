//! What the frame around all pages says, and the names of the areas.

use super::texts::texts;

texts! {
    /// The texts of the frame, and the names of the areas.
    Frame {
        skip = "Skip to main content";
        breadcrumb = "Breadcrumb";
        main_menu = "Main";
        tab_bar = "Main tabs";
        more = "More";
        to_decide = " to decide";
        firing = " firing";
        revision(number: &str) = "Revision {number}";
        nodes(current: usize, all: usize) = "Up to date on {current} of {all} nodes";
        theme = "Switch between light and dark";
        account_of(email: &str) = "Account: {email}";
        sign_out = "Sign out";
        build = "Build";
        run = "Run";
        govern = "Govern";
        home = "Home";
        inbox = "Inbox";
        apis = "APIs";
        sources = "Sources";
        datasets = "Datasets and jobs";
        monitoring = "Monitoring";
        apps = "Apps and keys";
        domains = "Domains";
        people = "People";
        audit = "Audit log";
        account = "Account";
        new_api = "New API";
        new_source = "New source";
        new_dataset = "New dataset";
        request = "Request";
        requests = "Requests";
        edit = "Edit";
        test = "Test";
        accelerate = "Accelerate";
        versions = "Versions";
        access = "Access";
        traffic = "Traffic";
        not_found = "Not found";
    }
}
