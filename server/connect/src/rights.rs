//! What a user may do beyond reading, out of the grants that a server names.

use model::connector::Excess;

/// Words with which a privilege begins that changes data or structure.
const WRITES: [&str; 14] = [
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "TRUNCATE",
    "INDEX",
    "TRIGGER",
    "EVENT",
    "REFERENCES",
    "OPTIMIZE",
    "MOVE",
    "UNDROP",
];
/// Those that reach files of the server or other machines.
const FILES: [&str; 13] =
    ["FILE", "URL", "S3", "REMOTE", "HDFS", "AZURE", "SOURCES", "MYSQL", "POSTGRES", "SQLITE", "MONGO", "ODBC", "JDBC"];
/// Those with which a user can give itself all others.
const SUPER: [&str; 3] = ["SUPER", "GRANT OPTION", "ACCESS MANAGEMENT"];

/// What lines like `GRANT SELECT, INSERT ON shop.* TO …` allow.
pub(crate) fn of_grants<S: AsRef<str>>(grants: &[S]) -> Vec<Excess> {
    let mut found = Vec::new();
    let mut note = |excess: Excess| {
        if !found.contains(&excess) {
            found.push(excess);
        }
    };
    for grant in grants {
        let Some((privileges, on)) = grant.as_ref().strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")) else { continue };
        let everywhere = on.trim_start().starts_with("*.*");
        for privilege in without_columns(privileges).split(',').map(|privilege| privilege.trim().to_ascii_uppercase()) {
            let begins = |words: &[&str]| words.iter().any(|word| privilege.starts_with(word));
            if (everywhere && privilege.starts_with("ALL")) || begins(&SUPER) {
                note(Excess::Superuser);
            } else if begins(&FILES) {
                note(Excess::Files);
            } else if (begins(&WRITES) && privilege != "CREATE TEMPORARY TABLES" && privilege != "CREATE TEMPORARY TABLE")
                || privilege.starts_with("ALL")
            {
                note(Excess::Writes);
            }
        }
    }
    // A superuser may do everything else.
    if found.contains(&Excess::Superuser) { vec![Excess::Superuser] } else { found }
}

/// A role that a user has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    /// As it stands in a statement.
    pub name: String,
    /// MySQL's roles have one, as its users have.
    pub has_host: bool,
}

impl Role {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_quoted = text.starts_with(['`', '\'', '"']);
        // Older servers write some without quotes.
        let is_word = !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let name = if is_quoted { text.to_owned() } else { format!("`{text}`") };
        (is_quoted || is_word).then(|| Self { name, has_host: ["`@", "'@", "\"@"].iter().any(|end| text.contains(end)) })
    }
}

/// The roles that are given by lines like ``GRANT `reads`@`%`,`writes`@`%` TO …``.
pub(crate) fn roles_of<S: AsRef<str>>(grants: &[S]) -> Vec<Role> {
    let listed = grants.iter().filter_map(|grant| before_to(grant.as_ref().strip_prefix("GRANT ")?));
    listed.flatten().filter_map(Role::of).collect()
}

/// What stands between commas up to TO, outside of quotes; nothing where ON stands before that.
fn before_to(line: &str) -> Option<Vec<&str>> {
    let (mut quote, mut begin, mut parts) = (None, 0, Vec::new());
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '`' | '\'' | '"') => quote = Some(letter),
            (None, ',') => {
                parts.push(&line[begin..at]);
                begin = at + 1;
            }
            (None, ' ') if line[at..].starts_with(" ON ") => return None,
            (None, ' ') if line[at..].starts_with(" TO ") => {
                parts.push(&line[begin..at]);
                return Some(parts);
            }
            _ => {}
        }
    }
    None
}

/// `SELECT (a, b), UPDATE (c)` without the columns.
fn without_columns(privileges: &str) -> String {
    let mut depth = 0_usize;
    let kept = privileges.chars().filter(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_as_servers_write_them() {
        let of = |grants: &[&str]| of_grants(grants);
        let usage = "GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*2470'";
        assert!(of(&[usage, "GRANT SELECT, SHOW VIEW ON `shop`.* TO `reader`@`%`"]).is_empty());
        assert!(of(&["GRANT SELECT, CREATE TEMPORARY TABLES ON `shop`.* TO `app`@`%`"]).is_empty());
        assert!(of(&["GRANT SELECT (`insert`) ON `shop`.`t` TO `app`@`%`"]).is_empty());
        assert_eq!(of(&["GRANT ALL PRIVILEGES ON *.* TO `reader`@`127.0.0.1`"]), [Excess::Superuser]);
        assert_eq!(of(&["GRANT ALL ON *.* TO default WITH GRANT OPTION"]), [Excess::Superuser]);
        assert_eq!(of(&["GRANT ALL PRIVILEGES ON `shop`.* TO `app`@`%`"]), [Excess::Writes]);
        let inserts = "GRANT SELECT, INSERT (a, b) ON `shop`.`t` TO `app`@`%`";
        assert_eq!(of(&["GRANT SELECT, FILE ON *.* TO `app`@`%`", inserts]), [Excess::Files, Excess::Writes]);
        assert_eq!(of(&["GRANT SELECT ON shop.* TO app", "GRANT INSERT, ALTER TABLE ON shop.t TO app"]), [Excess::Writes]);
        assert_eq!(of(&["GRANT SHOW, SELECT, S3, URL ON *.* TO default"]), [Excess::Files]);
    }

    #[test]
    fn roles_are_told_from_rights() {
        let of = |grant: &str| roles_of(&[grant]).into_iter().map(|role| (role.name, role.has_host)).collect::<Vec<_>>();
        assert_eq!(of("GRANT `writers` TO `app`@`%` WITH ADMIN OPTION"), [("`writers`".to_owned(), false)]);
        assert_eq!(of("GRANT writers TO 'app'@'%'"), [("`writers`".to_owned(), false)]);
        assert_eq!(of("GRANT `a, TO b`@`%`,`c`@`%` TO `app`@`%`"), [("`a, TO b`@`%`".to_owned(), true), ("`c`@`%`".to_owned(), true)]);
        for no_role in
            ["GRANT SELECT, INSERT (a) ON `shop`.* TO `app`@`%`", "GRANT PROXY ON ''@'%' TO `app`@`%`", "SET DEFAULT ROLE r FOR a"]
        {
            assert!(of(no_role).is_empty(), "{no_role}");
        }
    }
}
