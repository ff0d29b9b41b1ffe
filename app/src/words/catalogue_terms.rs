//! What the glossary says.

use super::texts::texts;

texts! {
    /// The texts of the glossary.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    CatalogueTerms {
        title = "Glossary";
        lead = "What words of the business mean, their synonyms, and the columns that hold them. Search finds columns by their terms.";
        none_title = "No terms yet";
        none_text = "Create a term below, then map it to columns.";
        terms = "Terms";
        term = "Term";
        domain = "Domain";
        synonyms = "Synonyms";
        columns = "Columns";
        no_definition = "No definition yet.";
        also_called(synonyms: &str) = "Also called: {synonyms}";
        no_columns = "Mapped to no column yet.";
        unmap(column: &str) = "Remove column {column}";
        map = "Map columns";
        mapped = "The columns are mapped.";
        columns_help = "One path in each line, such as table:flights-db/planes#tailnum.";
        bad_column(line: &str) = "This is no path of a column: {line}";
        create = "Create term";
        save = "Save term";
        saved = "The term is saved.";
        name = "Name";
        definition = "Definition";
        definition_help = "Markdown. HTML is shown as text.";
        synonyms_help = "One in each line, in any language.";
        optional = "Optional";
        delete = "Delete term";
        delete_title(term: &str) = "Delete the term {term}?";
        delete_effect(columns: u64) = "Columns that lose the term: {columns}.";
        delete_undo = "This cannot be undone.";
        deleted = "The term is deleted.";
    }
}
