//! What the form holds while it is open: the definition, and whether it is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use model::ApiSpec;
use model::snapshot::Environment;
use model::view::{CheckReport, DraftView};

use super::api::{SaveDraft, check, draft, save_draft};
use super::edits::{become_script, is_script};
use super::leaving::{save_behind, save_left};
use crate::error::PortalError;
use crate::left_drafts::{DraftPlace, LeftDraft, LeftDrafts};
use crate::ui::Toasts;
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
    at: StoredValue<DraftPlace>,
    pub(super) spec: RwSignal<ApiSpec>,
    edit: RwSignal<i64>,
    pub(super) saved: RwSignal<Saved>,
    save: Action<(), ()>,
    saving: Memo<bool>,
    step: Memo<String>,
    left: StoredValue<LeftDrafts>,
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
        let place = (draft.domain, draft.name);
        let drafts: LeftDrafts = expect_context();
        // What a form of this draft could not save when it was left stands in it again.
        let (spec, edit, saved) = match drafts.take_refused(&place) {
            Some((left, error)) => (left.spec, left.edit, Saved::Failed(error)),
            None => (draft.spec, draft.edit, Saved::Kept),
        };
        let (at, left) = (StoredValue::new(place), StoredValue::new(drafts));
        let (spec, edit, saved) = (RwSignal::new(spec), RwSignal::new(edit), RwSignal::new(saved));
        let report = RwSignal::new(None);
        let changes = RwSignal::new(0);
        let toasts = use_context::<Toasts>();
        let save = Action::new_local(move |(): &()| {
            let sent = LeftDraft { spec: spec.get_untracked(), edit: edit.get_untracked(), step: step.get_untracked() };
            save_once((at.get_value(), sent), (edit, saved, changes), left.get_value(), toasts)
        });
        let check = Action::new_local(move |(): &()| {
            let ((domain, name), spec) = (at.get_value(), spec.get_untracked());
            async move {
                let found = check(domain, name, spec, Environment::Prod).await;
                let _ = report.try_set(Some(found));
            }
        });
        let as_script = RwSignal::new(spec.with_untracked(is_script));
        let unread = RwSignal::new(BTreeMap::new());
        let (saving, began) = (save.pending(), RwSignal::new(None));
        let editor = Self { at, spec, edit, saved, save, saving, step, left, check, report, changes, unread, began, as_script };
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
        on_cleanup(move || editor.leave(toasts));
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
        self.saving.get()
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
        if is_whole && self.saved.get_untracked() == Saved::Changed && !self.saving.get_untracked() {
            self.save.dispatch(());
            self.check.dispatch(());
        }
    }

    /// Whether something is typed that is not saved by itself.
    pub(super) fn holds_back(self) -> bool {
        matches!(self.saved.get(), Saved::Failed(_)) || !self.unread.with(BTreeMap::is_empty)
    }

    /// What would be saved now; nothing where all is saved, or something in the form keeps the rest back.
    fn unsaved(self) -> Option<LeftDraft> {
        let is_whole = self.unread.with_untracked(BTreeMap::is_empty);
        (is_whole && self.saved.get_untracked() == Saved::Changed).then(|| LeftDraft {
            spec: self.spec.get_untracked(),
            edit: self.edit.get_untracked(),
            step: self.step.get_untracked(),
        })
    }

    /// The form is taken away: what was typed in the last moment is saved behind it.
    fn leave(self, toasts: Option<Toasts>) {
        let Some(draft) = self.unsaved() else { return };
        let (place, left) = (self.place(), self.left.get_value());
        if self.saving.get_untracked() {
            left.put_behind(place, draft);
        } else {
            left.begin();
            leptos::task::spawn_local(save_left(place, draft, left, toasts));
        }
    }

    /// What is to be sent where the document itself goes away. A save that is on its way may or may not arrive: the definition is sent for
    /// both, and the server takes the one whose edit is the draft's.
    pub(super) fn last_saves(self) -> Vec<SaveDraft> {
        let Some(draft) = self.unsaved() else { return Vec::new() };
        let (domain, name) = self.place();
        let LeftDraft { spec, edit, step } = draft;
        let edits = if self.saving.get_untracked() { vec![edit, edit + 1] } else { vec![edit] };
        let save = |edit| SaveDraft { domain: domain.clone(), name: name.clone(), spec: spec.clone(), edit, step: step.clone() };
        edits.into_iter().map(save).collect()
    }

    /// Meets what was sent when the document went away. The page may show what was stored before that, and the save may not have arrived.
    pub(super) fn meet(self, sent: SaveDraft) {
        let (domain, name) = self.place();
        leptos::task::spawn_local(async move {
            let Ok(stored) = draft(domain, name).await else { return };
            let Some(shown) = self.spec.try_get_untracked() else { return };
            let is_kept = self.saved.get_untracked() == Saved::Kept;
            if stored.spec == sent.spec || (is_kept && stored.edit != sent.edit) {
                self.edit.set(stored.edit);
                if is_kept || shown == stored.spec {
                    self.spec.set(stored.spec);
                    self.saved.set(Saved::Kept);
                    self.check_now();
                }
            } else if is_kept {
                self.edit.set(stored.edit);
                self.change(|spec| *spec = sent.spec);
                self.flush();
            }
        });
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
    (place, sent): (DraftPlace, LeftDraft),
    (edit, saved, changes): (RwSignal<i64>, RwSignal<Saved>, RwSignal<u32>),
    left: LeftDrafts,
    toasts: Option<Toasts>,
) {
    let seen = changes.get_untracked();
    let (domain, name) = place.clone();
    let kept = save_draft(domain, name, sent.spec.clone(), sent.edit, sent.step.clone()).await;
    if let Some(behind) = left.take_behind(&place) {
        save_behind(place, (sent, behind), kept, left, toasts).await;
        return;
    }
    match kept {
        Ok(view) => {
            let _ = edit.try_set(view.edit);
            // What was typed while it was on its way is saved next.
            if changes.try_get_untracked() == Some(seen) {
                let _ = saved.try_set(Saved::Kept);
            }
        }
        Err(error) => {
            let _ = saved.try_set(Saved::Failed(error));
        }
    }
}
