//! How the answers of a Union's steps become one answer, and which of their fields are given out.

use leptos::prelude::*;
use model::union::{Shape, Step};

use super::edits::rename;
use super::state::Editor;
use super::union_edits::{pick, set_key_pair, set_shape, union_mut};
use crate::words::words;

/// Each shape, with what it is called and how the response looks.
fn shapes() -> [(&'static str, &'static str, &'static str); 3] {
    let say = &words().editor_union;
    [("named", say.named, say.named_help), ("flat", say.flat, say.flat_help), ("joined", say.joined, say.joined_help)]
}

fn key_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::Named => "named",
        Shape::Flat => "flat",
        Shape::Joined(_) => "joined",
    }
}

#[component]
pub(super) fn ShapeCard(editor: Editor) -> impl IntoView {
    let say = &words().editor_union;
    let shape = Memo::new(move |_| editor.spec.with(|spec| spec.union().map(|body| body.shape.clone()).unwrap_or_default()));
    let steps = Memo::new(move |_| editor.spec.with(|spec| spec.union().map(|body| body.steps.clone()).unwrap_or_default()));
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{say.response}</h2></div>
            <div class="card-pad stack">
                <div class="grid cols-3">
                    {shapes().into_iter().map(|(key, name, about)| view! {
                        <label class="choice kind"><input class="check" type="radio" name="shape" value=key prop:checked=move || key_of(&shape.get()) == key checked=key_of(&shape.get_untracked()) == key
                            on:change=move |_| editor.change(|spec| set_shape(spec, key))/><span><span class="medium">{name}</span><small>{about}</small></span></label>
                    }).collect_view()}
                </div>
                {move || matches!(shape.get(), Shape::Joined(_)).then(|| view! { <Keys editor steps shape/> })}
            </div>
            {move || (shape.get() != Shape::Named).then(|| view! { <Picked editor steps/> })}
        </section>
    }
}

/// Whose rows the list is, and by which fields the others belong to them.
#[component]
fn Keys(editor: Editor, steps: Memo<Vec<Step>>, shape: Memo<Shape>) -> impl IntoView {
    let say = &words().editor_union;
    let joined = move || match shape.get() {
        Shape::Joined(joined) => joined,
        _ => model::union::Joined::default(),
    };
    let set_first = move |name: String| {
        editor.change(|spec| {
            if let Some(Shape::Joined(joined)) = union_mut(spec).map(|body| &mut body.shape) {
                joined.on.clear();
                joined.first = name;
            }
        });
    };
    let fields = move |name: &str| {
        steps.with(|steps| steps.iter().find(|step| step.name == name).map(|step| step.fields.clone()).unwrap_or_default())
    };
    let pair =
        move |step: &str| joined().on.into_iter().find(|key| key.step == step).map(|key| (key.first_field, key.field)).unwrap_or_default();
    view! {
        <div class="row">
            <label class="s13" for="first">{say.rows_of}</label>
            <select class="select auto" id="first" on:change=move |event| set_first(event_target_value(&event))>
                {move || steps.get().into_iter().map(|step| { let this = step.name.clone(); view! { <option value=step.name.clone() selected=move || joined().first == this>{step.name.clone()}</option> } }).collect_view()}
            </select>
        </div>
        {move || { let first = joined().first; steps.get().into_iter().filter(|step| step.name != first).map(|step| {
            let step = StoredValue::new(step.name);
            let first = first.clone();
            let now = pair(&step.get_value());
            let select = |of: String, value: String, set: Box<dyn Fn(String)>| {
                let of_step = fields(&of);
                view! {
                    <select class="select auto" aria-label=(say.key_of)(&of) on:change=move |event| set(event_target_value(&event))>
                        <option value="">{say.choose_field}</option>
                        {of_step.into_iter().map(|field| view! { <option value=field.name.clone() selected=field.name == value>{format!("{of}.{}", field.name)}</option> }).collect_view()}
                    </select>
                }
            };
            let (left, right) = (now.clone(), now);
            let other = right.1.clone();
            let mine = left.0.clone();
            let name = step.get_value();
            view! {
                <div class="row"><span class="s13">{say.join_before}<code>{name.clone()}</code>{say.join_after}</span>
                    {select(first, left.0.clone(), Box::new(move |value| editor.change(|spec| step.with_value(|step| half_key(spec, step, Some(&value), None, (&mine, &other))))))}
                    <span class="t-3">"="</span>
                    {let (mine, other) = (right.0.clone(), right.1.clone()); select(name, right.1.clone(), Box::new(move |value| editor.change(|spec| step.with_value(|step| half_key(spec, step, None, Some(&value), (&mine, &other))))))}
                </div>
            }
        }).collect_view() }}
    }
}

/// One half of a key is chosen; the other begins with a field of the same name.
fn half_key(spec: &mut model::ApiSpec, step: &str, first: Option<&str>, own: Option<&str>, (was_first, was_own): (&str, &str)) {
    let or = |now: Option<&str>, was: &str, same: Option<&str>| match (now, was) {
        (Some(now), _) => now.to_owned(),
        (None, "") => same.unwrap_or_default().to_owned(),
        (None, was) => was.to_owned(),
    };
    set_key_pair(spec, step, &or(first, was_first, own), &or(own, was_own, first));
}

/// The fields of all steps: which are given out, under which name.
#[component]
fn Picked(editor: Editor, steps: Memo<Vec<Step>>) -> impl IntoView {
    let say = &words().editor_union;
    let name_of = move |column: &str| {
        editor.spec.with(|spec| spec.fields.iter().find(|field| field.column == column).map(|field| field.name.clone()))
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.fields_region><table class="table table-dense">
            <thead><tr><th><span class="sr">{say.include}</span></th><th>{say.field}</th><th class="hide-phone">{say.data_type}</th><th>{say.response_name}</th></tr></thead>
            <tbody>{move || steps.get().into_iter().flat_map(|step| step.fields.clone().into_iter().map(move |field| (step.name.clone(), field))).map(|(step, field)| {
                let column = format!("{step}.{}", field.name);
                let (about, shown) = (column.clone(), field.data_type.word());
                let known = StoredValue::new((step, field));
                let column = StoredValue::new(column);
                let name = Memo::new(move |_| column.with_value(|column| name_of(column)));
                view! {
                    <tr class:off=move || name.get().is_none()>
                        <td class="fit"><input class="check" type="checkbox" aria-label=(say.include_field)(&about) prop:checked=move || name.get().is_some() on:change=move |event| { let on = event_target_checked(&event); editor.change(|spec| known.with_value(|(step, field)| pick(spec, step, field, on))); }/></td>
                        <td class="fit"><code>{about.clone()}</code></td>
                        <td class="t-3 fit hide-phone">{shown}</td>
                        <td>{move || name.get().map(|now| { let old = now.clone(); view! { <input class="input input-sm input-code" aria-label=column.with_value(|column| (say.response_name_of)(column)) value=now.clone() prop:value=now on:change=move |event| { let new = event_target_value(&event); editor.change(|spec| rename(spec, &old, new.trim())); }/> } })}</td>
                    </tr>
                }
            }).collect_view()}</tbody>
        </table></div>
    }
}
