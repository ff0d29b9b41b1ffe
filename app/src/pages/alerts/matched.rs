//! The fields that say which alerts a silence or a maintenance window is about.

use leptos::prelude::*;

use super::frame::{error_at, kinds, some_environment};
use crate::ui::{FormAction, SelectField, TextField};
use crate::words::words;

/// Which alerts: what is left open is any. For both forms of the page, whose controls have different ids.
pub(super) fn matched<S: 'static>(prefix: &'static str, action: FormAction<S>) -> AnyView {
    let say = &words().alert_silences;
    let any = std::iter::once((String::new(), say.any_kind.to_owned())).chain(kinds()).collect::<Vec<_>>();
    let id = |name: &str| format!("{prefix}{name}");
    view! {
        <div class="form-row">
            <TextField id=id("rule") label=say.rule note=say.optional help=say.rule_help name="rule" error=error_at(action, &["matcher.rule", "rule"])/>
            <SelectField id=id("kind") label=say.kind name="kind" choices=any error=error_at(action, &["kind"])/>
            <SelectField id=id("environment") label=say.environment name="environment" choices=some_environment(say.any_kind) error=error_at(action, &["environment"])/>
            <TextField id=id("path") label=say.path note=say.optional help=say.path_help name="path" error=error_at(action, &["matcher.path", "path"])/>
        </div>
    }
    .into_any()
}
