//! Governed vocabularies: closed lists of tags, and who may set them. Admins change them.

use leptos::prelude::*;
use model::Role;
use model::view::VocabularyView;

use super::frame::TAGS;
use super::tag_acts::Acts;
use crate::ui::{ActionForm, ConfirmDialog, FormToken, SaveForm, SelectField, TextField, as_they_are, error_at, grouped};
use crate::words::words;

pub(super) fn vocabularies(known: &[VocabularyView], changed: Option<&VocabularyView>, is_admin: bool, acts: Acts) -> AnyView {
    let say = &words().catalogue_tags;
    let count = known.len();
    let body = if known.is_empty() {
        view! { <p class="card-pad t-2 s13">{say.no_vocabularies}</p> }.into_any()
    } else {
        let rows = known.iter().map(|of| row(of, is_admin, acts)).collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.vocabularies><table class="table table-cards">
                <thead><tr><th>{say.vocabulary}</th><th>{say.meaning}</th><th>{say.set_by}</th><th class="num">{say.tags_count}</th><th><span class="sr">{say.actions}</span></th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        <section class="card clip" id="vocabularies"><div class="card-head"><h2>{say.vocabularies}</h2><span class="count">{count}</span></div>{body}</section>
        {is_admin.then(|| form(changed, acts))}
    }
    .into_any()
}

fn row(of: &VocabularyView, is_admin: bool, acts: Acts) -> AnyView {
    let say = &words().catalogue_tags;
    let has_meaning = (!of.vocabulary.meaning.is_empty()).then_some(say.meaning);
    let buttons = is_admin.then(|| {
        let (title, dialog) = ((say.delete_vocabulary_title)(&of.vocabulary.title), format!("vocabulary-{}", of.name));
        let effects = vec![(say.delete_vocabulary_effect)(of.tags), say.delete_undo.to_owned()];
        let (name, change) = (of.name.clone(), format!("{TAGS}?vocabulary={}#vocabulary-form", of.name));
        view! {
            <div class="row nowrap">
                <a class="btn btn-sm" href=change>{say.change}</a>
                <ActionForm action=acts.delete_vocabulary><FormToken/>
                    <input type="hidden" name="name" value=name/>
                    <ConfirmDialog id=dialog act=say.delete_vocabulary title effects/>
                </ActionForm>
            </div>
        }
    });
    view! {
        <tr>
            <td class="lead-cell medium">{of.vocabulary.title.clone()}<span class="sub">{of.name.clone()}</span></td>
            <td class="t-2" data-label=has_meaning>{of.vocabulary.meaning.clone()}</td>
            <td class="fit" data-label=say.set_by>{of.vocabulary.set_by.key()}</td>
            <td class="num" data-label=say.tags_count>{grouped(i64::try_from(of.tags).unwrap_or(i64::MAX))}</td>
            <td class="fit">{buttons}</td>
        </tr>
    }
    .into_any()
}

fn form(changed: Option<&VocabularyView>, acts: Acts) -> AnyView {
    let say = &words().catalogue_tags;
    let set = acts.set_vocabulary;
    let title = if changed.is_some() { say.save_vocabulary } else { say.create_vocabulary };
    let named = match changed {
        Some(of) => view! {
            <p class="medium">{of.name.clone()}</p>
            <input type="hidden" name="name" value=of.name.clone()/><input type="hidden" name="edit" value=of.edit.to_string()/>
        }
        .into_any(),
        None => view! {
            <TextField id="vocabulary-name" label=say.name help=say.vocabulary_name_help name="name" required=true error=error_at(set, &["name"])/>
        }
        .into_any(),
    };
    let (shown, meaning, set_by) = changed.map_or_else(
        || (String::new(), String::new(), Role::Owner),
        |of| (of.vocabulary.title.clone(), of.vocabulary.meaning.clone(), of.vocabulary.set_by),
    );
    view! {
        <section class="card card-pad stack" id="vocabulary-form">
            <h2>{title}</h2>
            <p class="t-2 s13">{say.vocabulary_about}</p>
            <SaveForm action=set save=title saved=say.vocabulary_saved>
                {named}
                <div class="form-row">
                    <TextField id="vocabulary-title" label=say.vocabulary_title name="title" value=shown required=true error=error_at(set, &["title"])/>
                    <SelectField id="vocabulary-set-by" label=say.set_by help=say.set_by_help name="set_by" choices=as_they_are(Role::ALL.map(Role::key)) value=set_by.key() error=error_at(set, &["set_by"])/>
                    <TextField id="vocabulary-meaning" label=say.meaning note=say.optional name="meaning" value=meaning error=error_at(set, &["meaning"])/>
                </div>
            </SaveForm>
        </section>
    }
    .into_any()
}
