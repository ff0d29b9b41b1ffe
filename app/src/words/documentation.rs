//! What the documentation of an API says around its own facts: for those who are signed in, and for everybody.

use super::texts::texts;

texts! {
    /// The texts of the documentation of an API.
    Documentation {
        none_title = "No versions yet";
        none_text = "This API has only a draft. Its documentation appears here once the draft is sent and approved.";
        edit_draft = "Edit draft";
        key_help = "Use the key of an app that has a grant for this API. ";
        access = "See Access.";
        post_help = " accepts the same parameters as a JSON object.";
        variable = "Variable: ";
        key = ", key: ";
        app = ", app: ";
        no_key(app: &str, environment: &str) = "App {app} has access, but no key for {environment}.";
        no_key_help = " The samples read the key from ";
        create_key = "Create key";
        overview = "Overview";
        owner = "Owner";
        kind = "API type";
        version = "Version";
        version_by(number: i64, author: &str) = "{number}, by {author}";
        live_in(environment: &str) = "Live in {environment}";
        released(number: i64) = "v{number}, released ";
        source = "Source";
        steps = "Steps";
        downloads = "Downloads";
        openapi = "OpenAPI 3.1";
        protobuf = "Protobuf schema";
        request = "Request";
        copy_url = "Copy URL";
        response = "Response";
        sample = "Example response";
        sample_status = "200, with example values";
        language = "Language";
        methods = "Methods";
        method = "Method";
        endpoint = "Endpoint";
        description = "Description";
        parameters = "Parameters";
        name = "Name";
        data_type = "Type";
        required = "Required";
        yes = "yes";
        no = "no";
        example = "Example";
        unknown_parameters = "Unknown parameters are rejected with an error, so that typing mistakes are noticed.";
        fields = "Response fields";
        nullable = "Nullable";
        errors = "Errors";
        status = "Status";
        code = "Code";
        meaning = "Meaning and solution";
        errors_help = "An error is problem JSON (RFC 9457) with a request ID. Include the ID when you ask for help.";
        limits = "Limits";
        limits_help = "The grant of an app can also set a rate limit.";
        skip = "Skip to content";
        public_key_help = "The variable holds the key of an app that has a grant for this API. ";
        request_access = "Request access";
        public_version(number: i64) = "Version {number} (live)";
        ask_owner(domain: &str) = "Ask an owner of the domain {domain} for access.";
        access_help = "Access is granted to an app, which sends its key with each request. Sign in to see which apps have access.";
        sign_in = "Sign in";
    }
}
