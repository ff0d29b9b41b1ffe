//! Vocabularies, tags, and tags on assets. A change of what a tag masks, and the removal of a masking tag, wait for two approvals under
//! `/admin/v1/requests`.

use axum::extract::State;
use control::Control;
use control::catalogue::{MergeInput, TagInput, Tagging, VocabularyInput};
use control::model::catalogue::TagDefinition;
use control::model::view::{
    AssetTagsView, MergePreview, TagSaved, TagView, TaggingDone, TaggingPreview, TaggingView, UndoDone, VocabularyView,
};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::listed::path;
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// The tag that another one would be merged into.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MergeTarget {
    /// Its id.
    into: String,
}

pub(super) fn add(table: Table) -> Table {
    const VOCABULARY: &str = "/admin/v1/vocabularies/{vocabulary}";
    const TAG: &str = "/admin/v1/tags/{tag}";
    let table = table
        .add::<(), Vec<VocabularyView>, _, _>(Method::GET, "/admin/v1/vocabularies", "List the vocabularies of tags", vocabularies)
        .add::<VocabularyInput, (), _, _>(
            Method::PUT,
            VOCABULARY,
            "Create a vocabulary, or change it (with the edit that was seen)",
            set_vocabulary,
        )
        .add::<(), (), _, _>(Method::DELETE, VOCABULARY, "Delete a vocabulary that has no tags", delete_vocabulary)
        .add::<(), Vec<TagView>, _, _>(Method::GET, "/admin/v1/tags", "List all tags, with how many assets carry each", tags)
        .add::<TagDefinition, TagSaved, _, _>(
            Method::POST,
            "/admin/v1/tags",
            "Create a tag; where it is to mask values, that waits for two approvals",
            new_tag,
        )
        .add::<(), TagView, _, _>(Method::GET, TAG, "One tag", one)
        .add::<TagInput, TagSaved, _, _>(
            Method::PUT,
            TAG,
            "Change a tag (with the edit that was seen); a change of what it masks waits for two approvals",
            set_tag,
        )
        .add::<(), (), _, _>(Method::DELETE, TAG, "Delete a tag that does not mask values, and take it off all assets", delete_tag)
        .add::<MergeTarget, MergePreview, _, _>(
            Method::POST,
            "/admin/v1/tags/{tag}/merge-preview",
            "Say what a merge of a tag into another would do",
            preview_merge,
        )
        .add::<MergeInput, (), _, _>(
            Method::POST,
            "/admin/v1/tags/{tag}/merge",
            "Merge a tag into another, which its assets carry then",
            merge,
        );
    on_assets(table)
}

fn on_assets(table: Table) -> Table {
    table
        .add::<(), AssetTagsView, _, _>(
            Method::GET,
            "/admin/v1/assets/{asset}/tags",
            "List the tags that hold for an asset, its own and those that flow to it, and its terms",
            of_asset,
        )
        .add::<Tagging, TaggingPreview, _, _>(
            Method::POST,
            "/admin/v1/tagging/preview",
            "Say what adding and removing tags would do",
            preview,
        )
        .add::<Tagging, TaggingDone, _, _>(
            Method::POST,
            "/admin/v1/tagging",
            "Add tags to assets and remove others, in one change that can be undone",
            tag_assets,
        )
        .add::<(), Vec<TaggingView>, _, _>(Method::GET, "/admin/v1/tagging", "List my changes of tags that can be undone", taggings)
        .add::<(), UndoDone, _, _>(
            Method::POST,
            "/admin/v1/tagging/{change}/undo",
            "Undo a change of tags, but for what was changed since",
            undo,
        )
}

async fn vocabularies(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<VocabularyView>> {
    answer(control.vocabularies(&caller).await)
}

async fn set_vocabulary(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(name): Path<String>,
    Body(input): Body<VocabularyInput>,
) -> Answer<()> {
    answer(control.set_vocabulary(&caller, &name, &input).await)
}

async fn delete_vocabulary(State(control): State<Control>, Asker(caller): Asker, Path(name): Path<String>) -> Answer<()> {
    answer(control.delete_vocabulary(&caller, &name).await)
}

async fn tags(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<TagView>> {
    answer(control.tags(&caller).await)
}

async fn new_tag(State(control): State<Control>, Asker(caller): Asker, Body(tag): Body<TagDefinition>) -> Answer<TagSaved> {
    answer(control.new_tag(&caller, &tag).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<TagView> {
    answer(control.tag(&caller, &id).await)
}

async fn set_tag(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(id): Path<String>,
    Body(input): Body<TagInput>,
) -> Answer<TagSaved> {
    answer(control.set_tag(&caller, &id, &input).await)
}

async fn delete_tag(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<()> {
    answer(control.delete_tag(&caller, &id).await)
}

async fn preview_merge(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(id): Path<String>,
    Body(input): Body<MergeTarget>,
) -> Answer<MergePreview> {
    answer(control.preview_merge(&caller, &id, &input.into).await)
}

async fn merge(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>, Body(input): Body<MergeInput>) -> Answer<()> {
    answer(control.merge_tags(&caller, &id, &input).await)
}

async fn of_asset(State(control): State<Control>, Asker(caller): Asker, Path(asset): Path<String>) -> Answer<AssetTagsView> {
    answer(control.asset_tags(&caller, &path(&asset)?).await)
}

async fn preview(State(control): State<Control>, Asker(caller): Asker, Body(tagging): Body<Tagging>) -> Answer<TaggingPreview> {
    answer(control.preview_tagging(&caller, &tagging).await)
}

async fn tag_assets(State(control): State<Control>, Asker(caller): Asker, Body(tagging): Body<Tagging>) -> Answer<TaggingDone> {
    answer(control.tag_assets(&caller, &tagging).await)
}

async fn taggings(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<TaggingView>> {
    answer(control.taggings(&caller).await)
}

async fn undo(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<UndoDone> {
    answer(control.undo_tagging(&caller, &id).await)
}
