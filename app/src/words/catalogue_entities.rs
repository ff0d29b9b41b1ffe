//! What the pages of business entities say.

use super::texts::texts;

texts! {
    /// The texts of business entities.
    CatalogueEntities {
        title = "Business entities";
        lead = "Things of the business, such as a flight or an aircraft: attributes in columns of several tables, and the joins among them.";
        none_title = "No entities yet";
        none_text = "Describe a thing once, then create APIs from it.";
        create = "Create entity";
        new_title = "New entity";
        new_lead = "Choose tables, join them, and name the columns that are attributes.";
        only_builders = "Builders and owners of a domain define its entities. Ask an owner or an admin for the role.";
        all = "All entities";
        entity = "Entity";
        source = "Source";
        source_help = "All tables of an entity are of one source.";
        tables = "Tables";
        attributes = "Attributes";
        broken = "Does not fit";
        problems = "This entity does not fit the catalogue any more:";
        name = "Name";
        name_help = "Lowercase letters, digits and hyphens.";
        table = "Table";
        joins = "Joins";
        attribute = "Attribute";
        column = "Column";
        domain = "Domain";
        entity_title = "Title";
        description = "Description";
        optional = "Optional";
        save = "Save entity";
        change = "Change entity";
        tables_of_source = "the tables of the source";
        tables_about = "The first table has one row for each entity. The others are joined to it. A name is how the entity calls the table.";
        add_table = "Add table";
        remove_table(number: usize) = "Remove table {number}";
        joins_about = "How tables belong to each other. Columns: column of the left table = column of the right table. Separate pairs by commas.";
        join_left = "Left table";
        join_right = "Right table";
        join_on = "Columns of both";
        add_join = "Add join";
        remove_join(number: usize) = "Remove join {number}";
        attributes_about = "What the entity has. An API gives each attribute as a field of this name.";
        of_table = "Name of its table";
        attribute_title = "Meaning";
        add_attribute = "Add attribute";
        remove_attribute(number: usize) = "Remove attribute {number}";
        create_api = "Create API";
        create_api_about = "The draft begins with the tables, joins and attributes of this entity.";
        api_name = "Name of the API";
        api_name_help = "Lowercase letters, digits and hyphens.";
        api_created = "The draft is created.";
        delete = "Delete entity";
        delete_title(path: &str) = "Delete the entity {path}?";
        delete_effect = "Tables, columns and APIs stay as they are.";
        delete_undo = "This cannot be undone.";
    }
}
