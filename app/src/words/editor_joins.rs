//! What the joins of a query builder say.

use super::texts::texts;

texts! {
    /// The texts of the joins of a query builder.
    EditorJoins {
        title = "Joins";
        none = "No other table has columns that match this table.";
        and = " AND ";
        declared = "declared in the source";
        guessed = "suggested by column names";
        add_join = "Add join";
        add_join_with(table: &str) = "Add join with {table}";
        remove_join_with(table: &str) = "Remove join with {table}";
        join_type(table: &str) = "Join type of {table}";
        left(table: &str) = "Left join: keep rows without {table}";
        inner(table: &str) = "Inner join: leave out rows without {table}";
        first_column = "Column of the first table";
        column_of(table: &str) = "Column of {table}";
        add_condition = "Add condition";
        remove_condition(condition: &str) = "Remove condition {condition}";
    }
}
