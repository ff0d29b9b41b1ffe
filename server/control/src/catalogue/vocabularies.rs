//! Governed vocabularies: made and changed by admins, because they hold in every domain.

use model::audit::AuditAction;
use model::catalogue::Vocabulary;
use model::name::check_name;
use model::view::VocabularyView;
use model::{Action, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{StoreError, Tx, VocabularyRow};

use crate::failure::from_json;
use crate::{Caller, Control};

/// A vocabulary as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VocabularyInput {
    /// The edit that was seen; absent for a new vocabulary.
    #[serde(default)]
    pub edit: Option<i64>,
    pub vocabulary: Vocabulary,
}

impl Control {
    /// All vocabularies, for whoever is signed in.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn vocabularies(&self, _: &Caller) -> Result<Vec<VocabularyView>, Problem> {
        let tags = self.store.tags().await?;
        let mut views = Vec::new();
        for row in self.store.vocabularies().await? {
            let count = tags.iter().filter(|tag| tag.vocabulary.as_deref() == Some(row.name.as_str())).count() as u64;
            let vocabulary = row.definition()?;
            let (edit, updated_at) = (row.edit, row.updated_at);
            views.push(VocabularyView { name: row.name, vocabulary, tags: count, edit, updated_by: row.updated_by, updated_at });
        }
        Ok(views)
    }

    /// Makes a vocabulary or changes it.
    ///
    /// # Errors
    /// For admins; a name or a text that may not be used; a vocabulary that somebody else has changed.
    pub async fn set_vocabulary(&self, caller: &Caller, name: &str, input: &VocabularyInput) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let vocabulary = Self::checked_vocabulary(name, &input.vocabulary)?;
        let mut tx = self.write(caller).await?;
        self.write_vocabulary(&mut tx, caller, name, &VocabularyInput { edit: input.edit, vocabulary }).await?;
        self.commit(tx).await
    }

    /// The vocabulary as it is stored.
    pub(crate) fn checked_vocabulary(name: &str, vocabulary: &Vocabulary) -> Result<Vocabulary, Problem> {
        check_name(name).map_err(|message| Problem::field("name", message))?;
        let vocabulary = vocabulary.tidied();
        let errors = vocabulary.errors();
        if errors.is_empty() { Ok(vocabulary) } else { Err(Problem::fields(errors)) }
    }

    /// Writes a checked vocabulary.
    pub(crate) async fn write_vocabulary(&self, tx: &mut Tx, caller: &Caller, name: &str, input: &VocabularyInput) -> Result<(), Problem> {
        let before = self.store.vocabulary(name).await?;
        let Vocabulary { title, meaning, set_by } = input.vocabulary.clone();
        let (set_by, updated_by) = (set_by.key().to_owned(), caller.email().to_owned());
        let mut row = VocabularyRow { name: name.into(), title, meaning, set_by, edit: 1, updated_by, updated_at: tx.at() };
        match (&before, input.edit) {
            (Some(_), Some(edit)) => {
                row.edit = edit;
                tx.change_vocabulary(&row).await?;
            }
            (None, Some(_)) => return Err(Problem::not_found(format!("vocabulary {name}"))),
            (_, None) => tx.insert_vocabulary(&row).await.map_err(|error| match error {
                StoreError::Taken => Problem::field("name", format!("There is a vocabulary {name} already. Choose another name.")),
                other => Problem::from(other),
            })?,
        }
        let before = before.map(|row| row.definition()).transpose()?.map(|before| text(&before)).transpose()?;
        self.note(tx, AuditAction::VocabularySet, ("", name), before, Some(text(&input.vocabulary)?)).await
    }

    /// Deletes a vocabulary that has no tags.
    ///
    /// # Errors
    /// For admins; where there is none, or it has tags.
    pub async fn delete_vocabulary(&self, caller: &Caller, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let row = self.store.vocabulary(name).await?.ok_or_else(|| Problem::not_found(format!("vocabulary {name}")))?;
        let before = text(&row.definition()?)?;
        let mut tx = self.write(caller).await?;
        tx.delete_vocabulary(name).await.map_err(|error| match error {
            StoreError::Stale => {
                let detail = format!("The vocabulary {name} has tags. Delete them, or move them to another vocabulary first.");
                Problem::new(ErrorCode::Conflict, detail)
            }
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::VocabularyDeleted, ("", name), Some(before), None).await?;
        self.commit(tx).await
    }
}

fn text(vocabulary: &Vocabulary) -> Result<String, Problem> {
    serde_json::to_string(vocabulary).map_err(|error| from_json(&error))
}
