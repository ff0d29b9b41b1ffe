//! NULL in the place of a parameter: the HTTP interface has no text for one.

use model::clickhouse::is_placeholder;

/// A statement with NULL in the place of the placeholders of these numbers. What stands in quotes stays what it is: there `{p1:Int64}` is a
/// text.
pub(super) fn with_nulls(sql: &str, numbers: &[usize]) -> String {
    let heads: Vec<String> = numbers.iter().map(|number| format!("{{p{number}:")).collect();
    let (mut out, mut rest, mut quote) = (String::with_capacity(sql.len()), sql, None);
    while let Some(sign) = rest.chars().next() {
        let mut length = sign.len_utf8();
        match quote {
            Some(_) if sign == '\\' => length += rest[length..].chars().next().map_or(0, char::len_utf8),
            // A doubled quote ends a text and begins it again.
            Some(open) if sign == open => quote = None,
            Some(_) => {}
            None if matches!(sign, '\'' | '"' | '`') => quote = Some(sign),
            None => {
                let is_head = heads.iter().any(|head| rest.starts_with(head.as_str()));
                let end = rest.find('}').map(|end| end + 1).filter(|_| is_head);
                if let Some((_, behind)) = end.map(|end| rest.split_at(end)).filter(|(found, _)| is_placeholder(found)) {
                    out.push_str("NULL");
                    rest = behind;
                    continue;
                }
            }
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parameters_become_null() {
        let numbers = [1, 3];
        for (sql, sent) in [
            ("SELECT {p1:Int64} AS a, {p2:Int64} AS b", "SELECT NULL AS a, {p2:Int64} AS b"),
            ("SELECT '{p1:Int64}' AS a WHERE b = {p1:Int64}", "SELECT '{p1:Int64}' AS a WHERE b = NULL"),
            (
                r"SELECT 'it\'s {p1:Int64}', 'it''s {p1:Int64}', '\\', {p1:Int64}",
                r"SELECT 'it\'s {p1:Int64}', 'it''s {p1:Int64}', '\\', NULL",
            ),
            ("SELECT `{p1:Int64}`, \"{p1:Int64}\", 'é' < {p3:DateTime64(6, 'UTC')}", "SELECT `{p1:Int64}`, \"{p1:Int64}\", 'é' < NULL"),
            ("SELECT 'not closed {p1:Int64}", "SELECT 'not closed {p1:Int64}"),
        ] {
            assert_eq!(with_nulls(sql, &numbers), sent);
        }
        assert_eq!(with_nulls("SELECT {p1:Int64}", &[]), "SELECT {p1:Int64}");
    }
}
