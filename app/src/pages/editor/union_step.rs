//! Steps and answer of a Union: which APIs are called, in what order that makes, and how their answers become one.

use leptos::prelude::*;
use model::union::Step;
use model::view::Callable;

use super::state::Editor;
use super::union_card::StepCard;
use super::union_edits::add_step;
use super::union_shape::ShapeCard;
use crate::ui::{Empty, GraphNode, Icon, Load, Loaded, StepGraph};
use crate::words::words;

pub(super) type Callables = Loaded<Vec<Callable>>;

#[component]
pub(super) fn UnionStep(editor: Editor, callables: Callables) -> impl IntoView {
    let say = &words().editor_union;
    view! {
        <Load resource=callables view=move |known| {
            if known.is_empty() {
                return view! { <section class="card"><Empty title=say.no_apis_title text=say.no_apis_text/></section> }.into_any();
            }
            let known = StoredValue::new(known);
            view! { <Steps editor known/><ShapeCard editor/> }.into_any()
        }/>
    }
    .into_any()
}

fn steps_of(editor: Editor) -> Vec<Step> {
    editor.spec.with(|spec| spec.union().map(|body| body.steps.clone()).unwrap_or_default())
}

#[component]
fn Steps(editor: Editor, known: StoredValue<Vec<Callable>>) -> impl IntoView {
    let say = &words().editor_union;
    let names = Memo::new(move |_| steps_of(editor).into_iter().map(|step| step.name).collect::<Vec<_>>());
    let picked = RwSignal::new(known.with_value(|known| known.first().map(|api| api.name.clone()).unwrap_or_default()));
    let add = move |_| {
        let api = known.with_value(|known| known.iter().find(|api| api.name == picked.get_untracked()).cloned());
        if let Some(api) = api {
            editor.change(|spec| add_step(spec, &api));
        }
    };
    let nodes = move || steps_of(editor).iter().map(node_of).collect::<Vec<_>>();
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.steps}</h2><span class="count">{move || names.get().len()}</span></div>
            <div class="card-pad stack">
                <p class="t-2 s13">{move || if names.get().is_empty() { say.steps_empty } else { say.steps_help }}</p>
                <StepGraph nodes=Signal::derive(nodes)/>
                <div class="row">
                    <select class="select auto" aria-label=say.api_to_add on:change=move |event| picked.set(event_target_value(&event))>
                        {known.get_value().into_iter().map(|api| view! { <option value=api.name.clone()>{format!("{}: {}", api.name, api.title)}</option> }).collect_view()}
                    </select>
                    <button class="btn" type="button" on:click=add><Icon name="plus"/>{say.add_step}</button>
                </div>
            </div>
        </section>
        {move || names.get().into_iter().map(|name| view! { <StepCard editor known name/> }).collect_view()}
    }
}

fn node_of(step: &Step) -> GraphNode {
    GraphNode {
        name: step.name.clone(),
        note: step.api.clone(),
        needs: step.needs().into_iter().map(str::to_owned).collect(),
        secondary: step.grade == model::union::Grade::Secondary,
        ..GraphNode::default()
    }
}
