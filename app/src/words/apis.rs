//! What the list of APIs says, and the page that creates one.

use super::texts::texts;

texts! {
    /// The texts of the list of APIs, and of the page that creates one.
    Apis {
        title = "APIs";
        lead = "All APIs of your domains, including those that are not live yet.";
        none_title = "No APIs yet";
        none_text = "Create an API from a table of a source.";
        create = "Create API";
        all_kinds = "All types";
        all_states = "All states";
        api = "API";
        kind = "Type";
        state = "State";
        source = "Source";
        owner = "Owner";
        new_title = "New API";
        only_builders = "Only builders and owners of a domain can create APIs. Ask an owner or an admin for the role.";
        first_step = "Table and fields";
        api_type = "API type";
        key_lookup = "Key lookup";
        key_lookup_about = "Finds one row by its key, such as an aircraft by its tail number. The fastest type.";
        query_builder = "Query builder";
        query_builder_about = "Filters, groups and sorts a table with a form. Returns a list of rows.";
        sql_query = "SQL query";
        sql_query_about = "One SELECT that you write, with :name for each parameter.";
        union = "Union (composite API)";
        union_about = "Calls several live APIs and combines their responses. Fallbacks replace steps that fail.";
        domain = "Domain";
        domain_help = "The source of the API must belong to this domain.";
        domain_of_source = "The domain of the source.";
        domain_closed(domain: &str) = "The source belongs to the domain {domain}, where you cannot create APIs. Ask an owner of that domain.";
        name = "Name";
        name_note = "Visible to callers";
        name_help = "Lowercase letters, digits and hyphens.";
        name_cut(name: &str, most: usize) = " The name {name} is longer than {most} characters and was shortened.";
        name_example = "plane-details";
        draft_saved = "Saved as a draft from the next step on.";
        cancel = "Cancel";
        next = "Next";
    }
}
