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
}
