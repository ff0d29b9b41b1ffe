//! The fields that say which alerts a silence or a maintenance window is about.

use leptos::prelude::*;

use super::frame::{error_at, kinds, some_environment};
use super::shown::MatcherLists;
use crate::ui::{FormAction, PickField, SelectField};
use crate::words::words;

/// Which alerts: what is left open is any. For both forms of the page, whose controls have different ids.
pub(super) fn matched<S: 'static>(prefix: &'static str, lists: &MatcherLists, action: FormAction<S>) -> AnyView {
    let say = &words().alert_silences;
    let any = std::iter::once((String::new(), say.any_kind.to_owned())).chain(kinds(true)).collect::<Vec<_>>();
    let id = |name: &str| format!("{prefix}{name}");
    view! {
        <div class="form-row">
            <PickField id=id("rule") label=say.rule note=say.optional help=say.rule_help name="rule" choices=lists.rules.clone() error=error_at(action, &["matcher.rule", "rule"])/>
            <SelectField id=id("kind") label=say.kind name="kind" choices=any error=error_at(action, &["kind"])/>
            <SelectField id=id("environment") label=say.environment name="environment" choices=some_environment(say.any_kind) error=error_at(action, &["environment"])/>
            <PickField id=id("path") label=say.path note=say.optional help=say.path_help name="path" choices=lists.objects.clone() error=error_at(action, &["matcher.path", "path"])/>
        </div>
    }
    .into_any()
}
