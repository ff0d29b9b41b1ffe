//! What every page is given about its reader.

use leptos::prelude::*;
use model::view::Me;

use crate::error::PortalError;

/// Who is signed in; loaded anew whenever the page changes.
#[derive(Clone, Copy)]
pub(crate) struct MeResource(pub(crate) Resource<Result<Me, PortalError>>);

/// What forms carry that set a role, a right or a secret: see [`crate::ui::FormToken`].
#[derive(Clone, Copy)]
pub(crate) struct FormTokenSignal(pub(crate) RwSignal<String>);
