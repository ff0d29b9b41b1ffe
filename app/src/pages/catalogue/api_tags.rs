//! Server functions of tags and vocabularies.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::view::{MergePreview, TagSaved};

use super::shown::TagsShown;
use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "tags")]
pub async fn tags() -> Result<TagsShown, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(TagsShown { tags: control.tags(&caller).await?, vocabularies: control.vocabularies(&caller).await? })
}

/// Makes a tag where `id` is empty, and changes the one whose edit was seen otherwise.
#[server(prefix = "/fn", endpoint = "set-tag")]
pub async fn set_tag(
    #[server(default)] id: String,
    #[server(default)] edit: String,
    name: String,
    #[server(default)] vocabulary: String,
    colour: String,
    #[server(default)] meaning: String,
    #[server(default)] flows: bool,
    #[server(default)] masks: bool,
) -> Result<TagSaved, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let vocabulary = (!vocabulary.is_empty()).then_some(vocabulary);
    let colour = super::reading::colour(&colour)?;
    let tag = model::catalogue::TagDefinition { name, vocabulary, colour, meaning, flows, masks };
    if id.is_empty() {
        return Ok(control.new_tag(&caller, &tag).await?);
    }
    let saved = control.set_tag(&caller, &id, &control::catalogue::TagInput { edit: super::reading::edit(&edit)?, tag }).await?;
    // Away from the address that names what is changed.
    crate::session::go_to(super::frame::TAGS);
    Ok(saved)
}

#[server(prefix = "/fn", endpoint = "delete-tag")]
pub async fn delete_tag(id: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.delete_tag(&caller, &id).await?;
    crate::session::go_to(super::frame::TAGS);
    Ok(())
}

/// What it would mean that one tag ends and its assets carry another one. Nothing while no other one is chosen.
#[server(prefix = "/fn", endpoint = "merge-preview", input = Json)]
pub async fn preview_merge(id: String, into: String) -> Result<Option<MergePreview>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    if id.is_empty() || into.is_empty() {
        return Ok(None);
    }
    Ok(Some(control.preview_merge(&caller, &id, &into).await?))
}

/// Merges what was previewed, where as many assets still carry the tag.
#[server(prefix = "/fn", endpoint = "merge-tags")]
pub async fn merge_tags(id: String, into: String, expect: u64) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.merge_tags(&caller, &id, &control::catalogue::MergeInput { into, expect: Some(expect) }).await?;
    crate::session::go_to(super::frame::TAGS);
    Ok(())
}

/// Makes a vocabulary, or changes the one whose edit was seen.
#[server(prefix = "/fn", endpoint = "set-vocabulary")]
pub async fn set_vocabulary(
    name: String,
    #[server(default)] edit: String,
    title: String,
    #[server(default)] meaning: String,
    set_by: String,
    #[server(default)] form_token: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    let edit = if edit.is_empty() { None } else { Some(super::reading::edit(&edit)?) };
    let vocabulary = model::catalogue::Vocabulary { title, meaning, set_by: super::reading::role(&set_by)? };
    control.set_vocabulary(&caller, &name, &control::catalogue::VocabularyInput { edit, vocabulary }).await?;
    crate::session::go_to(super::frame::TAGS);
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-vocabulary")]
pub async fn delete_vocabulary(name: String, #[server(default)] form_token: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker_of_form(&form_token).await?;
    control.delete_vocabulary(&caller, &name).await?;
    crate::session::go_to(super::frame::TAGS);
    Ok(())
}
