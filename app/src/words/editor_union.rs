//! What the form of a Union says: its steps, their fallbacks, and the shape of the response.

use super::texts::texts;

texts! {
    /// The texts of the form of a Union.
    EditorUnion {
        no_apis_title = "No API to call yet";
        no_apis_text = "A Union calls live APIs of its domain. Create an API of another type first and have it approved.";
        steps = "Steps";
        steps_empty = "Add the APIs whose responses you want. A step starts as soon as it has its inputs. Steps that do not depend on each other run at the same time.";
        steps_help = "A step starts as soon as it has its inputs. If a core step fails, the request fails. If a secondary step fails, its fallback is used.";
        api_to_add = "API to add";
        add_step = "Add step";

        step(step: &str) = "Step {step}";
        step_name(step: &str) = "Name of step {step}";
        remove_step(step: &str) = "Remove step {step}";
        importance = "Core or secondary";
        core = "Core";
        secondary = "Secondary";
        calls = "Calls";
        calls_help = "Several keys are sent as one batch request.";
        once = "Once";
        once_for_each(step: &str) = "Once for each row of {step}";
        max_rows = "Maximum rows";
        max_rows_help(rows: u32) = "At most {rows}. More rows fail the step.";
        max_rows_of(step: &str) = "Maximum rows of step {step}";
        first_row = "First row only";
        start = "Start";
        start_with_inputs = "When its inputs are ready";
        start_after(step: &str) = "After {step}";
        time_out = "Time-out";
        time_out_default = "the Union's";
        time_out_unit = "ms";
        time_out_of(step: &str) = "Time-out of step {step}";
        retries = "Retries";
        no_retries = "None";

        optional_input(kind: &str) = "{kind}, optional";
        default_of(parameter: &str) = "Default of {parameter}";
        no_default = "no default";
        constant_value = "Constant value";
        from_parameter(parameter: &str) = "Request parameter {parameter}";
        from_new_parameter(parameter: &str) = "New request parameter {parameter}";
        from_field(field: &str, example: &str) = "{field}, such as {example}";
        from_constant = "Constant";
        from_nothing = "No value";

        on_failure = "On failure";
        on_failure_help = "The response names each step that used its fallback, and which fallback.";
        return_empty = "Return null or an empty list";
        return_last_good = "Return the last good response to the same request";
        return_constant = "Return a constant";
        call_api = "Call another API";
        constant_response = "Constant response (JSON)";
        fallback_api = "Fallback API";
        fallback_api_help = "Fields with the same name and type are used. Other fields are null.";

        response = "Response";
        named = "Named";
        named_help = "One object, with the response of each step under the name of the step.";
        flat = "Flat";
        flat_help = "One object with the fields of all steps.";
        joined = "Joined";
        joined_help = "A list: the rows of one step, each with the matching rows of the other steps.";
        rows_of = "Rows of step";
        join_before = "Join ";
        join_after = " on";
        key_of(step: &str) = "Key of {step}";
        choose_field = "Choose a field";
        fields_region = "Fields of the steps";
        include = "Include";
        include_field(field: &str) = "Include {field}";
        field = "Field";
        data_type = "Type";
        response_name = "Response field name";
        response_name_of(field: &str) = "Response field name of {field}";
    }
}
