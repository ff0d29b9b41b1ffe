//! Registering and changing a source: its form is checked by the connector's own description, secrets are sealed.

use std::collections::BTreeMap;

use connect::tls::{CLIENT_CERTIFICATE, CLIENT_KEY};
use connect::{BindingConfig, ConfigField, address, registry};
use model::audit::AuditAction;
use model::name::check_name;
use model::snapshot::Environment;
use model::view::SourceSaved;
use model::{Action, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{BindingRow, SourceRow, Tx};

use super::endpoint::{Values, ask_anew};
use super::rights::excess_of;
use crate::failure::{from_json, from_source, settings};
use crate::{Caller, Control};

/// A source as a form or a document gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceInput {
    pub name: String,
    pub domain: String,
    pub driver: String,
    #[serde(default)]
    pub about: String,
    /// What the editor had seen; absent for a new source.
    #[serde(default)]
    pub edit: Option<i64>,
    pub bindings: BTreeMap<Environment, BindingInput>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingInput {
    pub config: BTreeMap<String, String>,
    /// Absent or empty ones stay as they are.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
}

/// A source that was checked and sealed, ready to be written.
pub(crate) struct PreparedSource {
    pub row: SourceRow,
    pub is_new: bool,
    /// The edit by which its stored bindings were read.
    pub known_edit: Option<i64>,
    /// What is written at once.
    pub bindings: Vec<BindingRow>,
    /// What stands now.
    pub stored: Vec<BindingRow>,
    /// A change of the production binding that somebody else decides on.
    pub held: Option<BindingRow>,
    /// The request that asks for that change already.
    pub waiting: Option<String>,
    /// For the audit: settings without secrets.
    pub before: Option<String>,
    pub after: String,
}

impl PreparedSource {
    /// Says again what the audit log is to hold, where other bindings are written than were asked for.
    pub(super) fn note_after(&mut self) {
        self.after = settings_text(&self.row.about, &self.bindings);
    }
}

impl Control {
    /// Registers a source, or changes one. A change of the production binding that something live uses becomes a request, which
    /// the answer names; all else is written at once.
    ///
    /// # Errors
    /// Fields at fault, a name that is taken, somebody else's edit in between, a change that waits for a decision already.
    pub async fn save_source(&self, caller: &Caller, input: &SourceInput) -> Result<SourceSaved, Problem> {
        caller.authorise(Action::EditSource, &input.domain)?;
        let mut prepared = self.prepare_source(caller, input).await?;
        self.hold_back(&mut prepared).await?;
        let mut tx = self.write(caller).await?;
        let request = self.write_source(&mut tx, caller, &prepared).await?;
        self.commit(tx).await?;
        // A save that changes a source raises its edit, whatever of it is held back.
        let edit = if prepared.is_new { prepared.row.edit } else { prepared.row.edit + 1 };
        Ok(SourceSaved { request, edit })
    }

    /// Dials a source with the settings of a form, before or after they are saved. The audit log says who did, where, and what came
    /// of it: the answer of an address tells somebody something of the network that this program is in.
    ///
    /// # Errors
    /// What keeps it from answering, in words; a stored secret that would go elsewhere than it was given for.
    pub async fn test_source(&self, caller: &Caller, input: &SourceInput, environment: Environment) -> Result<String, Problem> {
        caller.authorise(Action::EditSource, &input.domain)?;
        let prepared = self.prepare_source(caller, input).await?;
        let binding = prepared.bindings.iter().find(|binding| binding.environment == environment.key());
        let binding = binding
            .ok_or_else(|| Problem::field("bindings", format!("The source has no settings for {}. Add them first.", environment.key())))?;
        let answer = self.dial(&prepared.row, binding, environment).await;
        let said = match &answer {
            Ok(version) => {
                // What other settings than the stored ones answer says nothing of these.
                self.told.answered((&prepared.row.name, environment), (&binding.config, &binding.secret));
                format!("Connected: {}", version.chars().take(MOST_SAID).collect::<String>())
            }
            Err(problem) => problem.detail.clone(),
        };
        let after = format!("{}\n{}: {}", said, environment.key(), binding.config);
        let mut tx = self.write(caller).await?;
        self.note(&mut tx, AuditAction::SourceTested, (&prepared.row.domain, &prepared.row.name), None, Some(after)).await?;
        self.commit(tx).await?;
        answer
    }

    async fn dial(&self, row: &SourceRow, binding: &BindingRow, environment: Environment) -> Result<String, Problem> {
        let config = BindingConfig {
            settings: settings(&row.name, environment.key(), &binding.config)?,
            secrets: self.unseal(&row.name, environment, &binding.secret)?,
        };
        let config = connect::binding::placed(config, &row.domain, environment);
        // A pool of its own, dropped after the test, so that settings under trial stay out of the shared ones.
        let connector = registry::connector(&row.driver).ok_or_else(|| Problem::not_found("connector"))?;
        let failed = |error: &connect::SourceError| from_source(&row.name, error);
        let connection = connector.open(&config).map_err(|error| failed(&error))?;
        connector.hosts(&config).map_err(|error| failed(&error))?.judge().await.map_err(|error| failed(&error))?;
        let version = connection.test().await.map_err(|error| failed(&error))?;
        let excess = excess_of(&row.name, connection.as_ref(), &config.settings).await;
        Ok(if excess.is_empty() { version } else { format!("{version}. {}", excess.join(" ")) })
    }

    /// Checks a source's form and seals its secrets. Writes nothing.
    pub(crate) async fn prepare_source(&self, caller: &Caller, input: &SourceInput) -> Result<PreparedSource, Problem> {
        let known = self.store.source(&input.name).await?;
        if let Some(known) = &known {
            if !caller.can(Action::See, &known.domain) || input.edit.is_none() {
                return Err(Problem::field("name", "A source with this name already exists. Choose another name."));
            }
            if known.domain != input.domain || known.driver != input.driver {
                return Err(Problem::new(
                    ErrorCode::Conflict,
                    "The domain and the driver of a source cannot be changed. Create another source.",
                ));
            }
        }
        let domain = self.store.domain(&input.domain).await?;
        domain.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let stored = match &known {
            Some(row) => self.store.bindings_of(&row.id).await?,
            None => Vec::new(),
        };
        let mut errors = check_form(input);
        let form = registry::connector(&input.driver).map(connect::Connector::form).unwrap_or_default();
        let mut bindings = Vec::new();
        let id = known.as_ref().map_or_else(|| self.host.id(), |row| row.id.clone());
        for (environment, binding) in &input.bindings {
            let sealed_before = stored.iter().find(|row| row.environment == environment.key());
            let (row, wrong) = self.prepare_binding((&id, &input.name), &form, (*environment, binding), sealed_before)?;
            errors.extend(wrong);
            bindings.push(row);
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let is_new = known.is_none();
        let row = SourceRow {
            id,
            name: input.name.clone(),
            domain: input.domain.clone(),
            driver: input.driver.clone(),
            about: input.about.trim().to_owned(),
            edit: input.edit.unwrap_or(1),
            created_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        let known_edit = known.as_ref().map(|known| known.edit);
        let before = known.map(|known| settings_text(&known.about, &stored));
        let after = settings_text(&row.about, &bindings);
        Ok(PreparedSource { row, is_new, known_edit, bindings, stored, held: None, waiting: None, before, after })
    }

    /// The settings of one environment with their secrets sealed, and what is wrong with them. Settings that say nothing new are
    /// the stored row, untouched.
    fn prepare_binding(
        &self,
        (id, name): (&str, &str),
        form: &[ConfigField],
        (environment, binding): (Environment, &BindingInput),
        stored: Option<&BindingRow>,
    ) -> Result<(BindingRow, Vec<FieldError>), Problem> {
        let (known_config, known_secrets): (Values, Values) = match stored {
            Some(row) => (settings(name, environment.key(), &row.config)?, self.unseal(name, environment, &row.secret)?),
            None => Default::default(),
        };
        let mut secrets = known_secrets.clone();
        // What is empty stays as it was; but a key is of no use without its certificate, and could not be taken away alone.
        if binding.config.get(CLIENT_CERTIFICATE).is_none_or(|text| text.trim().is_empty()) {
            secrets.remove(CLIENT_KEY);
        }
        let mut errors = ask_anew(form, environment, &known_config, binding, &mut secrets);
        secrets.extend(binding.secrets.iter().filter(|(_, value)| !value.is_empty()).map(|(k, v)| (k.clone(), v.clone())));
        // A kind that is not known has no form, and is told as such.
        if !form.is_empty() {
            errors.extend(check_settings(form, environment, binding));
        }
        let row = match stored {
            Some(row) if known_config == binding.config && known_secrets == secrets => row.clone(),
            _ => BindingRow {
                source_id: id.to_owned(),
                environment: environment.key().into(),
                config: serde_json::to_string(&binding.config).map_err(|error| from_json(&error))?,
                secret: self.seal(name, environment, &secrets)?,
            },
        };
        Ok((row, errors))
    }

    /// Writes what is written at once, and what was held back as a request; gives the request's id.
    pub(crate) async fn write_source(&self, tx: &mut Tx, caller: &Caller, prepared: &PreparedSource) -> Result<Option<String>, Problem> {
        let row = &prepared.row;
        let written = if prepared.is_new { tx.insert_source(row).await } else { tx.update_source(&row.id, &row.about, row.edit).await };
        written?;
        for binding in &prepared.bindings {
            tx.put_binding(binding).await?;
        }
        let action = if prepared.is_new { AuditAction::SourceMade } else { AuditAction::SourceChanged };
        self.note(tx, action, (&row.domain, &row.name), prepared.before.clone(), Some(prepared.after.clone())).await?;
        self.write_held(tx, caller, prepared).await
    }
}

/// Settings as the audit log keeps them: never with secrets, also where an address from before holds one.
fn settings_text(about: &str, bindings: &[BindingRow]) -> String {
    let lines: Vec<String> = bindings.iter().map(|row| format!("{}: {}", row.environment, config_text(&row.config))).collect();
    format!("{}\n{about}", lines.join("\n")).trim().to_owned()
}

/// The settings of one binding as the audit log keeps them.
pub(crate) fn config_text(config: &str) -> String {
    match serde_json::from_str::<BTreeMap<String, String>>(config) {
        Ok(config) => serde_json::json!(shown(config)).to_string(),
        Err(_) => String::new(),
    }
}

/// The setting by which a source sends its secret as a parameter.
const SECRET_PARAMETER: &str = "secret_parameter";
/// What the audit log keeps of a server's own words, in characters.
const MOST_SAID: usize = 200;

/// Settings as people and files see them.
pub(super) fn shown(config: BTreeMap<String, String>) -> BTreeMap<String, String> {
    config.into_iter().map(|(key, value)| (key, address::shown(&value))).collect()
}

/// The longest setting: of one line, and of several, such as certificates and schemas.
const MAX_LINE: (usize, &str) = (1_000, "1,000");
const MAX_LINES: (usize, &str) = (100_000, "100,000");

fn check_form(input: &SourceInput) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Err(message) = check_name(&input.name) {
        errors.push(FieldError::new("name", message));
    }
    if input.about.chars().count() > 500 {
        errors.push(FieldError::new("about", "At most 500 characters."));
    }
    if registry::connector(&input.driver).is_none() {
        errors.push(FieldError::new("driver", "Choose a driver."));
    }
    if input.bindings.is_empty() {
        errors.push(FieldError::new("bindings", "Enter the settings of at least one environment."));
    }
    errors
}

fn check_settings(form: &[ConfigField], environment: Environment, binding: &BindingInput) -> Vec<FieldError> {
    let place = |key: &str| format!("{}.{key}", environment.key());
    let mut errors = Vec::new();
    for field in form {
        let value = binding.config.get(&field.key).map(|value| value.trim()).unwrap_or_default();
        if field.required && !field.secret && value.is_empty() {
            errors.push(FieldError::new(place(&field.key), format!("{} is needed.", field.label)));
        }
        if !field.choices.is_empty() && !value.is_empty() && !field.choices.iter().any(|choice| choice == value) {
            errors.push(FieldError::new(place(&field.key), format!("One of {}.", field.choices.join(", "))));
        }
        if address::has_login(value) {
            let sentence = "An address must not contain a user or a password. Use the fields for user and password: they are encrypted.";
            errors.push(FieldError::new(place(&field.key), sentence));
        }
        if let Some(name) = address::secret_parameter(value) {
            let field_of = form.iter().find(|other| other.key == SECRET_PARAMETER);
            let where_to = match field_of {
                Some(field) => format!("its value into the field Secret, which is encrypted, and its name into {}", field.label),
                None => "the secret into the field of a secret, which is encrypted".to_owned(),
            };
            let sentence = format!("An address must not contain the secret {name}. Enter {where_to}.");
            errors.push(FieldError::new(place(&field.key), sentence));
        }
        let (most, text) = if field.lines { MAX_LINES } else { MAX_LINE };
        if value.len() > most {
            errors.push(FieldError::new(place(&field.key), format!("At most {text} characters.")));
        }
    }
    let known = |key: &String, secret: bool| form.iter().any(|field| &field.key == key && field.secret == secret);
    for key in binding.config.keys().filter(|key| !known(key, false)) {
        errors.push(FieldError::new(place(key), "This connector does not have this setting. Remove it."));
    }
    for key in binding.secrets.keys().filter(|key| !known(key, true)) {
        errors.push(FieldError::new(place(key), "This connector does not have this secret. Remove it."));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::config_text;

    #[test]
    fn the_audit_log_has_no_password_of_an_address_from_before() {
        let config = r#"{"url": "https://reader:quite-secret@api.example.com/v1", "rows": "data"}"#;
        assert_eq!(config_text(config), r#"{"rows":"data","url":"https://hidden@api.example.com/v1"}"#);
        let config = r#"{"url": "https://api.example.com/v1?api_key=quite-secret", "tables": "a?x=1&token=quite-secret"}"#;
        assert_eq!(config_text(config), r#"{"tables":"a?x=1&token=hidden","url":"https://api.example.com/v1?api_key=hidden"}"#);
        assert_eq!(config_text("no settings"), "");
    }
}
