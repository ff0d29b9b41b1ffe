//! Who may see figures: whoever may see what they are about; those of nodes are for admins.

use model::snapshot::{Environment, Priority};
use model::view::{Subject, SubjectKind};
use model::{Action, Problem};

use crate::{Caller, Control};

impl Control {
    /// # Errors
    /// Not found for what the caller may not see; a path or an environment that is missing, beside its field.
    pub(super) async fn may_watch(&self, caller: &Caller, subject: &Subject) -> Result<(), Problem> {
        let path = subject.path.as_str();
        match subject.kind {
            SubjectKind::Api => {
                let (domain, name) = parts(path)?;
                self.visible_api(caller, domain, name).await.map(drop)?;
            }
            SubjectKind::App => {
                let (domain, name) = parts(path)?;
                self.visible_app(caller, domain, name).await.map(drop)?;
            }
            SubjectKind::AppApi => may_see_either(caller, path)?,
            SubjectKind::Source => self.visible_source(caller, path).await.map(drop)?,
            SubjectKind::Dataset | SubjectKind::Job => {
                let (domain, name) = parts(path)?;
                self.visible_dataset(caller, domain, name).await.map(drop)?;
            }
            SubjectKind::Compartment => {
                let (domain, priority) = parts(path)?;
                let known = Priority::ALL.iter().any(|known| known.key() == priority);
                if !known || !self.is_visible_domain(caller, domain).await? {
                    return Err(Problem::not_found(format!("compartment {path}")));
                }
            }
            SubjectKind::Domain => {
                if !self.is_visible_domain(caller, path).await? {
                    return Err(Problem::not_found(format!("domain {path}")));
                }
            }
            SubjectKind::Node => caller.authorise(Action::Administer, "")?,
        }
        Ok(())
    }

    async fn is_visible_domain(&self, caller: &Caller, domain: &str) -> Result<bool, Problem> {
        Ok(caller.can(Action::See, domain) && self.store.domain(domain).await?.is_some())
    }
}

/// The environment of a subject that has one.
pub(super) fn environment(subject: &Subject) -> Result<Environment, Problem> {
    subject.environment.ok_or_else(|| Problem::field("environment", "Choose an environment: test or prod."))
}

/// The domain and the name of a path.
pub(super) fn parts(path: &str) -> Result<(&str, &str), Problem> {
    path.split_once('/').ok_or_else(|| Problem::field("path", "Enter the path as domain/name, such as travel/plane."))
}

/// What an app asks of an API is of both.
fn may_see_either(caller: &Caller, path: &str) -> Result<(), Problem> {
    let asked = "Enter the path of the app, a space, and the path of the API: travel/website travel/plane.";
    let (app, api) = path.split_once(' ').ok_or_else(|| Problem::field("path", asked))?;
    let (of_app, of_api) = (parts(app)?.0, parts(api)?.0);
    if caller.can(Action::See, of_app) || caller.can(Action::See, of_api) {
        return Ok(());
    }
    Err(Problem::not_found(format!("app {app}")))
}
