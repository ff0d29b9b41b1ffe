//! What the form holds while it is open: the definition, and whether it is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use model::ApiSpec;
use model::snapshot::Environment;
use model::view::{CheckReport, DraftView};

use super::api::{check, draft, save_draft};
use super::edits::{become_script, is_script};
use crate::error::PortalError;
use crate::words::words;

/// How long after the last keystroke the draft is saved.
const PAUSE: Duration = Duration::from_millis(600);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Saved {
    Kept,
    Changed,
    /// Somebody else has saved, or it could not be saved: said, and nothing typed is lost.
    Failed(PortalError),
}

/// A number that could not be read: what it is called, its text as it was typed, and what may stand there.
#[derive(Clone)]
struct Unread {
    label: String,
    text: String,
    message: String,
}

/// One open form. Cheap to copy into every handler.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    at: StoredValue<(String, String)>,
    pub(super) spec: RwSignal<ApiSpec>,
    edit: RwSignal<i64>,
    pub(super) saved: RwSignal<Saved>,
    save: Action<(), ()>,
    check: Action<(), ()>,
    pub(super) report: RwSignal<Option<Result<CheckReport, PortalError>>>,
    changes: RwSignal<u32>,
    /// The numbers that could not be read, by the ids of their fields: while there is one, nothing is saved.
    unread: RwSignal<BTreeMap<String, Unread>>,
    /// The question by form that a script began as, with its SQL.
    began: RwSignal<Option<(ApiSpec, String)>>,
    /// Whether the question is written, and not picked.
    pub(super) as_script: RwSignal<bool>,
}

impl Editor {
    pub(super) fn open(draft: DraftView, step: Memo<String>) -> Self {
        let at = StoredValue::new((draft.domain, draft.name));
        let spec = RwSignal::new(draft.spec);
        let edit = RwSignal::new(draft.edit);
        let saved = RwSignal::new(Saved::Kept);
        let report = RwSignal::new(None);
        let changes = RwSignal::new(0);
        let save = Action::new_local(move |(): &()| save_once((at.get_value(), spec.get_untracked()), edit, step, saved, changes));
        let check = Action::new_local(move |(): &()| {
            let ((domain, name), spec) = (at.get_value(), spec.get_untracked());
            async move {
                let found = check(domain, name, spec, Environment::Prod).await;
                report.set(Some(found));
            }
        });
        let as_script = RwSignal::new(spec.with_untracked(is_script));
        let unread = RwSignal::new(BTreeMap::new());
        let editor = Self { at, spec, edit, saved, save, check, report, changes, unread, began: RwSignal::new(None), as_script };
        // One save at a time: what was typed while one was on its way goes with the next.
        Effect::new(move |_| {
            save.version().track();
            if saved.get_untracked() == Saved::Changed && changes.get_untracked() > 0 {
                editor.flush();
            }
        });
        Effect::new(move |_| {
            check.dispatch(());
        });
        editor
    }

    pub(super) fn place(&self) -> (String, String) {
        self.at.get_value()
    }

    /// The edit of the draft that this form shows.
    pub(super) fn seen(&self) -> i64 {
        self.edit.get()
    }

    pub(super) fn is_saving(&self) -> bool {
        self.save.pending().get()
    }

    /// Changes the definition; it is saved and checked when the hands rest.
    pub(super) fn change(self, change: impl FnOnce(&mut ApiSpec)) {
        self.spec.update(change);
        self.saved.set(Saved::Changed);
        self.changes.update(|count| *count += 1);
        let seen = self.changes.get_untracked();
        set_timeout(
            move || {
                if self.changes.try_get_untracked() == Some(seen) {
                    self.flush();
                }
            },
            PAUSE,
        );
    }

    /// Takes what was typed into a number's field. What cannot be read is kept beside the definition, and not put into it.
    pub(super) fn take_number(
        self,
        (id, label): (&str, &str),
        text: String,
        number: Result<Option<u32>, String>,
        put: impl FnOnce(&mut ApiSpec, Option<u32>),
    ) {
        match number {
            Ok(number) => {
                self.forget_numbers(&[id]);
                self.change(|spec| put(spec, number));
            }
            Err(message) => {
                let unread = Unread { label: label.to_owned(), text, message };
                self.unread.update(|known| drop(known.insert(id.to_owned(), unread)));
                self.saved.set(Saved::Changed);
            }
        }
    }

    /// Fields that are there no more keep nothing back.
    pub(super) fn forget_numbers(self, ids: &[&str]) {
        self.unread.update(|known| known.retain(|id, _| !ids.contains(&id.as_str())));
    }

    /// What stands in a number's field: its text where that cannot be read, and otherwise the number.
    pub(super) fn number_text(self, id: &str, number: impl FnOnce() -> Option<u32>) -> String {
        let text = self.unread.with(|known| known.get(id).map(|unread| unread.text.clone()));
        text.unwrap_or_else(|| number().map(|number| number.to_string()).unwrap_or_default())
    }

    pub(super) fn unread_error(self, id: &str) -> Option<String> {
        self.unread.with(|known| known.get(id).map(|unread| unread.message.clone()))
    }

    /// Why nothing is saved, where a number cannot be read.
    pub(super) fn unread_words(self) -> Option<String> {
        let labels = self.unread.with(|known| known.values().map(|unread| unread.label.clone()).collect::<Vec<_>>());
        (!labels.is_empty()).then(|| (words().editor.unread)(&labels.join(", ")))
    }

    /// Goes on with the form's own SQL as a script.
    pub(super) fn take_over(self, sql: &str) {
        self.began.set(Some((self.spec.get_untracked(), sql.to_owned())));
        let sql = sql.to_owned();
        self.turn(true, move |spec| become_script(spec, &sql));
    }

    /// The view changes first: what shows the form is gone before there is no form to show.
    fn turn(self, as_script: bool, change: impl FnOnce(&mut ApiSpec) + 'static) {
        self.as_script.set(as_script);
        set_timeout(move || self.change(change), Duration::ZERO);
    }

    /// Whether a script is still what a form made, which can be gone back to.
    pub(super) fn form_stands_for(self, script: &str) -> bool {
        self.began.with(|began| began.as_ref().is_some_and(|(_, sql)| sql.trim() == script.trim()))
    }

    pub(super) fn back_to_form(self) {
        if let Some((form, _)) = self.began.get_untracked() {
            self.began.set(None);
            self.turn(false, move |spec| *spec = form);
        }
    }

    /// Saves and checks now, where there is something to save.
    pub(super) fn flush(self) {
        let is_whole = self.unread.with_untracked(BTreeMap::is_empty);
        if is_whole && self.saved.get_untracked() == Saved::Changed && !self.save.pending().get_untracked() {
            self.save.dispatch(());
            self.check.dispatch(());
        }
    }

    /// Saves what could not be saved, once that may go better.
    pub(super) fn save_again(self) {
        self.saved.set(Saved::Changed);
        self.flush();
    }

    pub(super) fn check_now(self) {
        self.check.dispatch(());
    }

    /// Saves over what somebody else has saved in between.
    pub(super) fn save_over(self) {
        let (domain, name) = self.place();
        leptos::task::spawn_local(async move {
            if let Ok(theirs) = draft(domain, name).await {
                self.edit.set(theirs.edit);
                self.saved.set(Saved::Changed);
                self.flush();
            }
        });
    }

    /// Takes what somebody else has saved in between.
    pub(super) fn load_theirs(self) {
        let (domain, name) = self.place();
        leptos::task::spawn_local(async move {
            if let Ok(theirs) = draft(domain, name).await {
                self.edit.set(theirs.edit);
                self.unread.set(BTreeMap::new());
                self.spec.set(theirs.spec);
                self.saved.set(Saved::Kept);
                self.check_now();
            }
        });
    }
}

async fn save_once(
    ((domain, name), sent): ((String, String), ApiSpec),
    edit: RwSignal<i64>,
    step: Memo<String>,
    saved: RwSignal<Saved>,
    changes: RwSignal<u32>,
) {
    let seen = changes.get_untracked();
    let kept = save_draft(domain, name, sent, edit.get_untracked(), step.get_untracked()).await;
    match kept {
        Ok(view) => {
            edit.set(view.edit);
            // What was typed while it was on its way is saved next.
            if changes.get_untracked() == seen {
                saved.set(Saved::Kept);
            }
        }
        Err(error) => saved.set(Saved::Failed(error)),
    }
}
