//! Who may set which tags, and who may define them.

use std::collections::BTreeMap;

use model::catalogue::setters;
use model::{Action, ErrorCode, Problem, Role, Scope};

use crate::{Caller, Control};

/// The roles that set the tags of vocabularies, by the names of these.
pub(crate) type Setters = BTreeMap<String, Role>;

/// Who may set a tag: members of one role where it belongs to a vocabulary, whoever changes the catalogue otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetBy<'a> {
    vocabulary: Option<(&'a str, Role)>,
}

impl<'a> SetBy<'a> {
    /// # Errors
    /// A vocabulary that there is not, as a fault of its field.
    pub(super) fn of(vocabulary: Option<&'a str>, setters: &Setters) -> Result<Self, Problem> {
        let Some(name) = vocabulary else { return Ok(Self { vocabulary: None }) };
        let role = setters.get(name).copied();
        let role = role.ok_or_else(|| Problem::field("vocabulary", format!("There is no vocabulary {name}. Choose another one.")))?;
        Ok(Self { vocabulary: Some((name, role)) })
    }

    /// Whether the caller may set the tag on assets of a domain.
    pub(super) fn lets(self, caller: &Caller, domain: &str) -> bool {
        let Some((_, role)) = self.vocabulary else { return caller.can(Action::EditCatalogue, domain) };
        let holds = |held: &Vec<Role>| held.iter().any(|held| setters(Some(role)).contains(held));
        caller.require_scope(Scope::Write).is_ok() && (caller.is_admin() || caller.roles().get(domain).is_some_and(holds))
    }

    /// Whether the caller may define the tag: who may set it wherever it is used, or anywhere while nothing carries it.
    pub(super) fn lets_define(self, caller: &Caller, used_in: &[String]) -> bool {
        if caller.is_admin() {
            return caller.require_scope(Scope::Write).is_ok();
        }
        if used_in.is_empty() {
            return caller.roles().keys().any(|domain| self.lets(caller, domain));
        }
        used_in.iter().all(|domain| self.lets(caller, domain))
    }

    /// Why the caller may not set the tag in a domain.
    pub(super) fn refusal(self, domain: &str) -> String {
        let who = self.who();
        match self.vocabulary {
            Some((name, _)) => format!("You may not set tags of the vocabulary {name} in {domain}. Ask {who} or an admin."),
            None => format!("You may not set tags in {domain}. Ask {who} or an admin."),
        }
    }

    /// The refusal to define the tag.
    pub(super) fn refused(self) -> Problem {
        let who = self.who();
        let detail = match self.vocabulary {
            Some((name, _)) => {
                format!("You may not change tags of the vocabulary {name} in every domain that uses them. Ask {who} or an admin.")
            }
            None => format!("You may not change tags in every domain that uses them. Ask {who} or an admin."),
        };
        Problem::new(ErrorCode::Forbidden, detail)
    }

    fn who(self) -> String {
        let role = self.vocabulary.map(|(_, role)| role);
        let named = setters(role).iter().map(|role| match role {
            Role::Approver | Role::Owner => format!("an {}", role.key()),
            Role::Viewer | Role::Builder => format!("a {}", role.key()),
        });
        named.collect::<Vec<_>>().join(", ")
    }
}

impl Control {
    pub(crate) async fn setters(&self) -> Result<Setters, Problem> {
        let mut setters = Setters::new();
        for row in self.store.vocabularies().await? {
            let role = row.decoded_role()?;
            setters.insert(row.name, role);
        }
        Ok(setters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(roles: &[(&str, Role)]) -> Caller {
        let mut held: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        for (domain, role) in roles {
            held.entry((*domain).to_owned()).or_default().push(*role);
        }
        Caller::new(("1".into(), "a@demo".into(), false), held, None, "r")
    }

    #[test]
    fn a_vocabulary_is_set_by_its_role_and_a_free_tag_by_builders() {
        let known = Setters::from([("privacy".to_owned(), Role::Owner), ("reviewed".to_owned(), Role::Approver)]);
        let (builder, owner) = (caller(&[("travel", Role::Builder)]), caller(&[("travel", Role::Owner)]));
        let (free, privacy) = (SetBy::of(None, &known).unwrap(), SetBy::of(Some("privacy"), &known).unwrap());
        assert!(free.lets(&builder, "travel") && free.lets(&owner, "travel") && !free.lets(&builder, "finance"));
        assert!(privacy.lets(&owner, "travel") && !privacy.lets(&builder, "travel") && !privacy.lets(&owner, "finance"));
        assert!(privacy.lets(&Caller::system(), "finance"));
        let reviewed = SetBy::of(Some("reviewed"), &known).unwrap();
        assert!(reviewed.lets(&caller(&[("travel", Role::Approver)]), "travel") && !reviewed.lets(&owner, "travel"));
        assert_eq!(SetBy::of(Some("none"), &known).unwrap_err().errors[0].field, "vocabulary");
        assert_eq!(privacy.refusal("travel"), "You may not set tags of the vocabulary privacy in travel. Ask an owner or an admin.");
    }

    #[test]
    fn a_tag_is_defined_by_whoever_may_set_it_wherever_it_is_used() {
        let free = SetBy::of(None, &Setters::new()).unwrap();
        let builder = caller(&[("travel", Role::Builder), ("finance", Role::Viewer)]);
        let used = |domains: &[&str]| domains.iter().map(|domain| (*domain).to_owned()).collect::<Vec<_>>();
        assert!(free.lets_define(&builder, &used(&["travel"])) && free.lets_define(&builder, &[]));
        assert!(!free.lets_define(&builder, &used(&["travel", "finance"])));
        assert!(!free.lets_define(&caller(&[("travel", Role::Viewer)]), &[]) && free.lets_define(&Caller::system(), &used(&["x"])));
        let reader = Caller::system().with_scopes(vec![Scope::Read]);
        assert!(!free.lets_define(&reader, &[]) && !free.lets(&reader, "travel"));
    }
}
