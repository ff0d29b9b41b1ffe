//! What the home page says.

use super::texts::texts;

texts! {
    /// The texts of the home page.
    Home {
        title = "Home";
        no_domains_of_admin = "There are no domains yet. Create one under Domains, then add people to it.";
        no_domains = "You are not in a domain yet. Ask an admin to add you to one.";
        domain(name: &str) = "Your domain: {name}.";
        domains(names: &str) = "Your domains: {names}.";
        apis_of_domains = "APIs in your domains";
        my_apis = "My APIs";
        all_apis = "All APIs";
        no_apis = "No APIs yet";
        no_apis_text = "Choose a table and get a working API in two minutes. Nobody else can call the API before it is reviewed and approved.";
        create_api = "Create API";
        apis = "APIs";
        api = "API";
        api_type = "Type";
        state = "State";
        requests = "Requests in prod";
        source = "Source";
        owner = "Owner";
        no_sources = "No sources yet";
        no_sources_text = "Create a source for a database. Its tables are then listed here, and you can create APIs from them.";
        create_source = "Create source";
        from_table = "Create an API from a table";
        tables_of(source: &str) = "the tables of {source}";
        responds(source: &str) = "{source} responds";
        all_tables = "All tables";
        no_key = "no key";
        key(columns: &str) = "key {columns}";
        rows_and_key(rows: &str, key: &str) = "{rows}, {key}";
        my_requests = "My requests";
        sent = "Sent for review";
        approved = "Approved";
        rejected = "Rejected";
        withdrawn = "Withdrawn by you";
        needs = "Needs your attention";
        all_clear = "All clear. Nothing needs your attention.";
        quoted(text: &str) = "“{text}”";
        figures_unwritten(node: &str) = "Figures of node {node} cannot be written";
        alert_fires(alert: &str) = "Alert {alert} fires";
        api_broken(api: &str) = "The released version of {api} cannot be served";
        api_fails(api: &str) = "Requests to {api} failed";
        api_degraded(api: &str) = "{api} returned a degraded response";
        source_away(source: &str) = "Source {source} did not respond";
        dataset_unreadable(dataset: &str) = "Dataset {dataset} cannot be read";
        build_failed(dataset: &str) = "The last build of {dataset} failed";
        build_late(dataset: &str) = "The build of {dataset} is late";
        sync_stopped(dataset: &str) = "Incremental sync of {dataset} stopped";
        view_behind(dataset: &str) = "The view of {dataset} does not show the live version";
        differs(dataset: &str) = "Dataset {dataset} differs from its source";
        awaits_approval(dataset: &str) = "A version of {dataset} waits for your approval";
        asks(author: &str, what: &str) = "{author} asks to {what}";
        was_rejected(subject: &str) = "{subject} was rejected";
        draft(api: &str) = "You have a draft of {api}";
        draft_text = "The draft is saved. Nobody can call it before it is approved.";
        for_environment(environment: &str) = "For {environment}.";
        by(person: &str) = "By {person}.";
        by_saying(person: &str, text: &str) = "By {person}: {text}";
        view_alerts = "View alerts";
        view_versions = "View versions";
        view_traffic = "View traffic";
        view_source = "View source";
        view_dataset = "View dataset";
        view_request = "View request";
        review = "Review request";
        edit_draft = "Edit draft";
    }
}
