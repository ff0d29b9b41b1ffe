//! What every page is given about its reader.

use leptos::prelude::*;

use crate::ui::Loaded;
use model::view::Me;

/// Who is signed in; loaded anew whenever the page changes.
#[derive(Clone, Copy)]
pub(crate) struct MeResource(pub(crate) Loaded<Me>);

/// What forms carry that set a role, a right or a secret: see [`crate::ui::FormToken`].
#[derive(Clone, Copy)]
pub(crate) struct FormTokenSignal(pub(crate) RwSignal<String>);
