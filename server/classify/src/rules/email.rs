//! Addresses of e-mail.

use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const EMAIL: Rule = Rule {
    id: "email",
    tag: Tag::Email,
    names: &["email", "e mail", "mail", "emailadresse", "emailaddress", "邮箱", "电子邮件", "电邮"],
    hints: &["contact", "login", "kontakt", "account", "联系方式"],
    fit,
    named: Need::sure(0.5),
    hinted: Need::sure(0.8),
    alone: Some(Alone::sure(0.9)),
    ..BASE
};

/// One sign `@` between a local part and a name of a host with a point.
fn fit(value: &str) -> Fit {
    let Some((local, host)) = value.split_once('@') else { return Fit::No };
    let is_local =
        (1..=64).contains(&local.len()) && local.chars().all(|letter| letter.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter));
    let labels: Vec<&str> = host.split('.').collect();
    let is_label = |label: &&str| !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-');
    let ends = labels.last().is_some_and(|last| last.chars().count() >= 2 && last.chars().all(char::is_alphabetic));
    if is_local && labels.len() > 1 && labels.iter().all(is_label) && ends { Fit::Sure } else { Fit::No }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn addresses_are_told_from_what_has_the_same_sign() {
        for value in ["a@b.de", "anna.muster+x@mail.example.org", "张三@例子.中国"] {
            assert_eq!(fit(value), Fit::Sure, "{value}");
        }
        for value in ["@anna", "a@b", "a b@c.de", "a@b@c.de", "user:pass@10.0.0.1", "git@host:path.git", "@", "a@.de"] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}
