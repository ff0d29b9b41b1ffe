//! The form of a tag: a new one, or the one that is changed.

use leptos::prelude::*;
use model::catalogue::TagColour;
use model::view::{TagView, VocabularyView};

use super::api_tags::SetTag;
use crate::ui::{FormAction, SaveForm, SelectField, SwitchField, TextField, error_at};
use crate::words::words;

pub(super) fn tag_form(vocabularies: &[VocabularyView], changed: Option<&TagView>, set: FormAction<SetTag>) -> AnyView {
    let say = &words().catalogue_tags;
    let title = if changed.is_some() { say.save } else { say.create };
    let tag = changed.map(|of| of.tag.clone()).unwrap_or_default();
    let id = changed.map(|of| of.id.clone()).unwrap_or_default();
    let edit = changed.map(|of| of.edit.to_string()).unwrap_or_default();
    let governed = vocabularies.iter().map(|known| (known.name.clone(), known.vocabulary.title.clone()));
    let governed = std::iter::once((String::new(), say.free.to_owned())).chain(governed).collect();
    let colours = TagColour::ALL.map(|colour| (colour.key().to_owned(), colour_name(colour).to_owned())).to_vec();
    view! {
        <section class="card card-pad stack" id="tag-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.form_about}</p>
            <SaveForm action=set save=title saved=say.saved>
                <input type="hidden" name="id" value=id/><input type="hidden" name="edit" value=edit/>
                <div class="form-row">
                    <TextField id="name" label=say.name help=say.name_help name="name" value=tag.name required=true error=error_at(set, &["name"])/>
                    <SelectField id="vocabulary" label=say.vocabulary help=say.vocabulary_help name="vocabulary" choices=governed value=tag.vocabulary.unwrap_or_default() error=error_at(set, &["vocabulary"])/>
                    <SelectField id="colour" label=say.colour name="colour" choices=colours value=tag.colour.key()/>
                    <TextField id="meaning" label=say.meaning note=say.optional help=say.meaning_help name="meaning" value=tag.meaning error=error_at(set, &["meaning"])/>
                </div>
                <SwitchField name="flows" label=say.flows help=say.flows_help on=tag.flows/>
                <SwitchField name="masks" label=say.masks help=say.masks_help on=tag.masks/>
            </SaveForm>
        </section>
    }
    .into_any()
}

fn colour_name(colour: TagColour) -> &'static str {
    let say = &words().catalogue_tags;
    match colour {
        TagColour::Slate => say.slate,
        TagColour::Petrol => say.petrol,
        TagColour::Green => say.green,
        TagColour::Amber => say.amber,
        TagColour::Red => say.red,
        TagColour::Blue => say.blue,
    }
}
