//! What the forms of the catalogue send, read on the server.

use model::catalogue::{AssetLink, AssetPath, AssetStatus, TagColour};
use model::list::ListQuery;
use model::table::TableRef;
use model::{Problem, Role};

use crate::words::words;

/// The path of an asset out of an address or a hidden field. One that cannot be read names no asset.
///
/// # Errors
/// `not-found`.
pub(super) fn path(text: &str) -> Result<AssetPath, Problem> {
    text.parse().map_err(|_| Problem::not_found(words().catalogue_asset.asset))
}

/// The edit that a form was drawn for.
///
/// # Errors
/// A form that somebody has changed.
pub(super) fn edit(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::field("edit", words().catalogue_asset.bad_edit))
}

/// # Errors
/// A word that is no status.
pub(super) fn status(text: &str) -> Result<AssetStatus, Problem> {
    AssetStatus::from_key(text).ok_or_else(|| Problem::field("status", words().catalogue_asset.bad_status))
}

/// # Errors
/// A word that is no colour of tags.
pub(super) fn colour(text: &str) -> Result<TagColour, Problem> {
    TagColour::from_key(text).ok_or_else(|| Problem::field("colour", words().catalogue_tags.bad_colour))
}

/// # Errors
/// A word that is no role.
pub(super) fn role(text: &str) -> Result<Role, Problem> {
    Role::from_key(text).ok_or_else(|| Problem::field("set_by", words().catalogue_tags.bad_role))
}

/// The asset to use in place of a deprecated one; none where the field is empty.
///
/// # Errors
/// A text that is no path.
pub(super) fn successor(text: &str) -> Result<Option<AssetPath>, Problem> {
    let text = text.trim();
    let bad = |_| Problem::field("successor", words().catalogue_asset.bad_successor);
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(bad) }
}

/// Links as they are typed: one in each line, its title before its address.
///
/// # Errors
/// A line that has no address.
pub(super) fn links(text: &str) -> Result<Vec<AssetLink>, Problem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let link = |line: &str| {
        let (title, url) = line.rsplit_once(char::is_whitespace).ok_or_else(|| {
            let message = (words().catalogue_asset.bad_link)(&line.chars().take(80).collect::<String>());
            Problem::field("links", message)
        })?;
        Ok(AssetLink { title: title.trim().to_owned(), url: url.to_owned() })
    };
    lines.map(link).collect()
}

/// Paths of columns, one in each line; `column:` may be left out.
///
/// # Errors
/// A line that names no column.
pub(super) fn columns(text: &str) -> Result<Vec<AssetPath>, Problem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let column = |line: &str| {
        let whole = if line.starts_with("column:") { line.to_owned() } else { format!("column:{line}") };
        let shown: String = line.chars().take(80).collect();
        whole.parse().map_err(|_| Problem::field("columns", (words().catalogue_terms.bad_column)(&shown)))
    };
    lines.map(column).collect()
}

/// Tables as they are picked: `schema.name` where the schema was chosen, the name alone otherwise. A name may hold a dot too.
pub(super) fn tables(picked: &[String], schemas: &[String]) -> Vec<TableRef> {
    let of = |text: &String| match text.split_once('.') {
        Some((schema, name)) if schemas.iter().any(|chosen| chosen == schema) => TableRef { schema: schema.into(), name: name.into() },
        _ => TableRef::new(text.as_str()),
    };
    picked.iter().map(of).collect()
}

/// Minutes between two scans; none where the field is empty.
///
/// # Errors
/// A text that is no whole number. What number it may be, the control plane says.
pub(super) fn minutes(text: &str) -> Result<Option<u32>, Problem> {
    model::number::optional(text, &(0..=u32::MAX)).map_err(|message| Problem::field("every_minutes", message))
}

/// The list of the tables of a source, gone ones too, out of what the address asks for.
pub(super) fn tables_of(source: &str, query: &ListQuery) -> ListQuery {
    let filters = [("kind", "table"), ("source", source), ("gone", "yes")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    ListQuery { filters: filters.into(), ..query.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::details::links_text;
    use super::*;

    #[test]
    fn links_are_read_as_they_are_written() {
        let read = links(" Run book  https://wiki.example.com/flights \n\nBoard https://b").unwrap();
        assert_eq!(links_text(&read), "Run book https://wiki.example.com/flights\nBoard https://b");
        assert_eq!(read[0].title, "Run book");
        let refused = links("https://b").unwrap_err();
        assert_eq!(refused.errors[0].field, "links");
        assert!(links("").unwrap().is_empty());
    }

    #[test]
    fn columns_are_named_by_their_paths() {
        let column = AssetPath::api("travel", "plane").column("tailnum");
        assert_eq!(columns(" api:travel/plane#tailnum\n\ncolumn:api:travel/plane#tailnum"), Ok(vec![column.clone(), column]));
        assert_eq!(columns("api:travel/plane").unwrap_err().errors[0].field, "columns");
    }

    #[test]
    fn a_table_is_in_a_schema_that_was_chosen() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let read = tables(&texts(&["public.flights", "planes.csv"]), &texts(&["public"]));
        assert_eq!(read, [TableRef { schema: "public".into(), name: "flights".into() }, TableRef::new("planes.csv")]);
        assert_eq!((minutes(""), minutes("60")), (Ok(None), Ok(Some(60))));
        assert!(minutes("soon").is_err());
    }

    #[test]
    fn what_no_form_sends_is_refused() {
        assert_eq!(path("union:a/b").unwrap_err().code, model::ErrorCode::NotFound);
        assert!(edit("x").is_err() && status("good").is_err());
        assert_eq!((successor(" "), successor("api:travel/plane")), (Ok(None), Ok(Some(AssetPath::api("travel", "plane")))));
        assert!(successor("plane").is_err());
    }
}
