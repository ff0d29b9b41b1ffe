//! What a Union uses of the APIs that it calls.

use model::ApiSpec;
use model::catalogue::{AssetPath, EdgeKind};
use model::union::{Fallback, From, Shape, Step, UnionBody};

use super::uses::Uses;

/// Adds what a Union takes of each step, and by what its steps are matched.
pub(super) fn add_union(uses: &mut Uses, (domain, union): (&str, &AssetPath), spec: &ApiSpec, body: &UnionBody) {
    let api = |name: &str| AssetPath::api(domain, name);
    for step in &body.steps {
        step.apis().for_each(|name| uses.add(api(name), EdgeKind::Call, union.clone()));
    }
    for field in &spec.fields {
        let to = union.column(&field.name);
        match body.shape {
            // The whole response of a step stands in the field.
            Shape::Named => {
                let step = body.step(&field.column);
                for (step, of) in step.into_iter().flat_map(|step| step.fields.iter().map(move |of| (step, of))) {
                    add_field(uses, domain, (step, &of.name), &to);
                }
            }
            Shape::Flat | Shape::Joined(_) => match body.origin(&field.column) {
                Some((step, of)) => add_field(uses, domain, (step, &of.name), &to),
                None => uses.unknown(to, format!("No step of the Union gives {}.", field.column)),
            },
        }
    }
    if let Shape::Joined(joined) = &body.shape {
        for on in &joined.on {
            let sides = [(&on.step, &on.field), (&joined.first, &on.first_field)];
            for (step, field) in sides.into_iter().filter_map(|(name, field)| Some((body.step(name)?, field))) {
                uses.add(api(&step.api).column(field), EdgeKind::Join, union.clone());
            }
        }
    }
    // What a step is asked with says which rows stand beside one another.
    for input in body.steps.iter().flat_map(Step::all_inputs) {
        if let From::Field(of) = &input.from
            && let Some(step) = body.step(&of.step)
        {
            uses.add(api(&step.api).column(&of.field), EdgeKind::Join, union.clone());
        }
    }
}

/// A field of a step, and the one of the same name that stands in where the step fails.
fn add_field(uses: &mut Uses, domain: &str, (step, field): (&Step, &str), to: &AssetPath) {
    uses.add(AssetPath::api(domain, &step.api).column(field), EdgeKind::Direct, to.clone());
    if let Fallback::Api(other) = &step.fallback {
        uses.add(AssetPath::api(domain, &other.api).column(field), EdgeKind::Direct, to.clone());
    }
}

#[cfg(test)]
mod tests {
    use model::spec::{ApiBody, ApiKind};
    use model::union::{FallbackApi, FieldOf, Input, JoinKey, Joined};
    use model::{DataType, Field};

    use super::*;

    fn step(name: &str, fields: &[&str]) -> Step {
        let fields = fields.iter().map(|field| Field::plain(*field, DataType::String)).collect();
        Step { name: name.into(), api: format!("{name}-api"), fields, ..Step::default() }
    }

    fn edges_of(shape: Shape, fields: Vec<Field>) -> Vec<String> {
        let mut plane = step("plane", &["tailnum", "seats"]);
        plane.fallback = Fallback::Api(FallbackApi { api: "old".into(), inputs: Vec::new() });
        plane.inputs = vec![Input {
            parameter: "tailnum".into(),
            from: From::Field(FieldOf { step: "flight".into(), field: "tail".into() }),
            default: None,
        }];
        let body = UnionBody { steps: vec![step("flight", &["tail"]), plane], shape };
        let spec = ApiSpec { body: ApiBody::Union(body.clone()), fields, ..ApiSpec::empty(ApiKind::Union) };
        let union = AssetPath::api("t", "u");
        let mut uses = Uses::of(union.clone());
        add_union(&mut uses, ("t", &union), &spec, &body);
        let defined = uses.defined(String::new());
        let mut edges: Vec<String> = defined
            .edges
            .iter()
            .map(|edge| format!("{} {} {}", edge.from, edge.how.key(), edge.to).replace("column:api:t/", "").replace("api:t/", ""))
            .collect();
        edges.sort_unstable();
        edges
    }

    #[test]
    fn a_field_of_a_step_is_that_of_its_api_and_of_what_stands_in_for_it() {
        let joined = Joined {
            first: "flight".into(),
            on: vec![JoinKey { step: "plane".into(), field: "tailnum".into(), first_field: "tail".into() }],
        };
        let field = Field { column: "plane.seats".into(), ..Field::plain("seats", DataType::Int64) };
        assert_eq!(
            edges_of(Shape::Joined(joined), vec![field]),
            [
                "flight-api call u",
                "flight-api#tail join u",
                "old call u",
                "old#seats direct u#seats",
                "plane-api call u",
                "plane-api#seats direct u#seats",
                "plane-api#tailnum join u",
            ]
        );
    }

    #[test]
    fn a_whole_step_is_all_of_its_fields() {
        let field = Field { column: "plane".into(), ..Field::plain("plane", DataType::Json) };
        let edges = edges_of(Shape::Named, vec![field]);
        let direct: Vec<&String> = edges.iter().filter(|edge| edge.contains(" direct ")).collect();
        assert_eq!(
            direct,
            [
                "old#seats direct u#plane",
                "old#tailnum direct u#plane",
                "plane-api#seats direct u#plane",
                "plane-api#tailnum direct u#plane"
            ]
        );
    }
}
