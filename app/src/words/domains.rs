//! What the list of domains says, and the page of one domain.

use super::texts::texts;

texts! {
    /// The texts of the list of domains, and of the page of one domain.
    #[cfg_attr(not(all(feature = "ssr", feature = "hydrate")), allow(dead_code))] // one half alone says some of them
    Domains {
        title = "Domains";
        lead = "Lines of business. Sources, APIs and apps belong to a domain, and people have roles in it.";
        none_title = "No domains yet";
        none_text = "An admin creates domains and adds their members.";
        create = "Create domain";
        created = "The domain is created.";
        name = "Name";
        name_help = "Part of URLs. The name cannot be changed later.";
        name_example = "travel";
        title_field = "Title";
        title_example = "Travel";
        optional = "optional";
        domain = "Domain";
        domain_named(name: &str) = "domain {name}";
        members = "Members";
        owners = "Owners";
        no_members_title = "No members yet";
        no_members_text = "Add the first member below, by the email address that the person signs in with.";
        save_title = "Save title";
        add_member = "Add member";
        email = "Email";
        email_example = "name@company.example";
        save_roles = "Save roles";
        roles_saved = "The roles are saved.";
        no_role = "Select at least one role. To revoke all roles, remove the member.";
        remove_member = "Remove member";
        remove_title(person: &str, domain: &str) = "Remove {person} from {domain}?";
        remove_effect(person: &str, roles: &str, domain: &str) = "{person} loses the roles {roles} in {domain} at once.";
        remove_undo = "Objects that the person created remain. To undo this, add the person again.";
        limits = "Rate limits by priority";
        limits_about = "Each priority has its own share of the gateway, so that many requests of one priority do not slow down the others. A limit applies to all APIs of this domain with that priority together, and takes effect at once.";
        high_about = "For APIs that must respond even under overload.";
        medium_about = "For most APIs.";
        low_about = "For APIs that can wait, such as reports and trials.";
        save_limit(priority: &str) = "Save {priority} limit";
        limit_saved = "Limit saved.";
        limit_saved_help = " It takes effect on every gateway within 1 second.";
    }
}
