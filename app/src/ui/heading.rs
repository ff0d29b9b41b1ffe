//! The one first heading of a page. After a move to another page the focus goes to it, so that whoever reads by ear or by keyboard is there.

use std::time::Duration;

use leptos::html::H1;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::navigation::page_of;

/// A page that is gone to is drawn by then, and drawn anew where it was first drawn by what was known before.
const DRAWN: Duration = Duration::from_secs(2);
/// Frames for which a page is waited for, about ten seconds.
const FRAMES: u32 = 600;

/// Which page the reader is on, as far as headings have told.
#[derive(Clone, Copy)]
pub(crate) struct Headed {
    /// Nothing until the first page is alive: the browser itself has put the focus where it belongs.
    page: StoredValue<Option<String>>,
    /// How many pages were gone to, and whether the last one may still be drawn anew.
    moves: StoredValue<(u32, bool)>,
}

impl Headed {
    /// Provides it to all pages.
    pub(crate) fn provide() {
        provide_context(Self { page: StoredValue::new(None), moves: StoredValue::new((0, false)) });
    }

    /// Whether a heading takes the focus: its page was gone to, or it was drawn anew in place of one that had the focus.
    fn takes_focus(self, path: &str) -> bool {
        let page = page_of(path);
        let Some(before) = self.page.get_value() else {
            self.page.set_value(Some(page.to_owned()));
            return false;
        };
        if before == page {
            return self.moves.get_value().1 && nothing_has_focus();
        }
        self.page.set_value(Some(page.to_owned()));
        self.moves.update_value(|(count, drawn)| {
            *count += 1;
            *drawn = true;
        });
        let this = self.moves.get_value().0;
        set_timeout(
            move || {
                if self.moves.try_get_value() == Some((this, true)) {
                    self.moves.set_value((this, false));
                }
            },
            DRAWN,
        );
        true
    }
}

/// A page is built before it takes the place of the one before, and what is not shown cannot have the focus.
fn focus_once_shown(heading: web_sys::HtmlElement, frames: u32) {
    if heading.is_connected() {
        let _ = heading.focus();
    } else if frames > 0 {
        request_animation_frame(move || focus_once_shown(heading, frames - 1));
    }
}

fn nothing_has_focus() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

#[component]
pub(crate) fn Heading(#[prop(optional)] class: &'static str, children: Children) -> impl IntoView {
    let path = use_location().pathname;
    let headed = use_context::<Headed>();
    let heading = NodeRef::<H1>::new();
    let is_told = StoredValue::new(false);
    Effect::new(move |_| {
        // By then the address is that of its page.
        let (Some(heading), Some(headed)) = (heading.get(), headed) else { return };
        if !is_told.get_value() {
            is_told.set_value(true);
            if headed.takes_focus(&path.get_untracked()) {
                focus_once_shown(heading.into(), FRAMES);
            }
        }
    });
    let class = (!class.is_empty()).then_some(class);
    view! { <h1 class=class tabindex="-1" node_ref=heading>{children()}</h1> }
}
