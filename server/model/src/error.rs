//! What can go wrong, as a closed set of codes with the HTTP status, the title and the help of each.

use serde::{Deserialize, Serialize};

/// A handful of codes, mapped once for each edge. `docs/errors.md` has a paragraph for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// A field or parameter is missing, unknown, mistyped or out of bounds.
    Invalid,
    /// Nobody is signed in, or the key is not known.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    NotFound,
    /// Somebody else changed it first, or the state does not allow it.
    Conflict,
    TooManyRequests,
    TooLarge,
    MethodNotAllowed,
    /// The source does not answer or refuses us.
    SourceUnavailable,
    /// The app's share of the source's concurrency slots is in use.
    SourceBusy,
    /// The source took longer than the API allows.
    SourceTimeout,
    /// Too much memory is held by large requests and responses that are under way.
    Overloaded,
    /// The table or a column is not what it was when the version was checked.
    SourceChanged,
    /// The store of a dataset, or the dataset itself, cannot be read just now.
    StoreUnavailable,
    StoreTimeout,
    /// The last good snapshot stays; this API's plan did not compile.
    PlanBroken,
    /// Metadata is away, or a bug.
    Internal,
}

impl ErrorCode {
    pub const ALL: [ErrorCode; 17] = [
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::TooManyRequests,
        Self::TooLarge,
        Self::MethodNotAllowed,
        Self::SourceUnavailable,
        Self::SourceBusy,
        Self::SourceTimeout,
        Self::Overloaded,
        Self::SourceChanged,
        Self::StoreUnavailable,
        Self::StoreTimeout,
        Self::PlanBroken,
        Self::Internal,
    ];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::TooManyRequests => "too-many-requests",
            Self::TooLarge => "too-large",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::SourceUnavailable => "source-unavailable",
            Self::SourceBusy => "source-busy",
            Self::SourceTimeout => "source-timeout",
            Self::Overloaded => "overloaded",
            Self::SourceChanged => "source-changed",
            Self::StoreUnavailable => "store-unavailable",
            Self::StoreTimeout => "store-timeout",
            Self::PlanBroken => "plan-broken",
            Self::Internal => "internal",
        }
    }

    /// The gRPC status code: the one table of google.rpc.Code that both edges agree on.
    #[must_use]
    pub fn grpc_status(self) -> u8 {
        match self {
            Self::Invalid | Self::TooLarge => 3,
            Self::SourceTimeout | Self::StoreTimeout => 4,
            Self::NotFound => 5,
            Self::Forbidden => 7,
            Self::TooManyRequests | Self::Overloaded => 8,
            Self::Conflict => 10,
            Self::MethodNotAllowed => 12,
            Self::Internal => 13,
            Self::SourceUnavailable | Self::SourceBusy | Self::SourceChanged | Self::StoreUnavailable | Self::PlanBroken => 14,
            Self::Unauthenticated => 16,
        }
    }

    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::SourceUnavailable
            | Self::SourceBusy
            | Self::Overloaded
            | Self::SourceChanged
            | Self::StoreUnavailable
            | Self::PlanBroken => 503,
            Self::SourceTimeout | Self::StoreTimeout => 504,
        }
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid request",
            Self::Unauthenticated => "Not authenticated",
            Self::Forbidden => "Access denied",
            Self::NotFound => "Not found",
            Self::Conflict => "Conflict",
            Self::TooManyRequests => "Rate limit exceeded",
            Self::TooLarge => "Too large",
            Self::MethodNotAllowed => "Method not allowed",
            Self::SourceUnavailable => "Source unavailable",
            Self::SourceBusy => "Connection limit of the app reached",
            Self::SourceTimeout => "Source timed out",
            Self::Overloaded => "Server overloaded",
            Self::SourceChanged => "Source changed",
            Self::StoreUnavailable => "Store unavailable",
            Self::StoreTimeout => "Store timed out",
            Self::PlanBroken => "API unavailable",
            Self::Internal => "Internal error",
        }
    }
}

/// One field at fault: where it is, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// A path as the form names it: `name`, `parameters.carrier.type`.
    pub field: String,
    pub message: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// An error as a person or a program gets it: RFC 9457's members, our code, the request id and the fields at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{detail}")]
pub struct Problem {
    pub code: ErrorCode,
    pub title: String,
    pub status: u16,
    /// One or two sentences: what happened and what to do.
    pub detail: String,
    #[serde(default)]
    pub request_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Problem {
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            title: code.title().into(),
            status: code.status(),
            detail: detail.into(),
            request_id: String::new(),
            errors: Vec::new(),
        }
    }

    /// A problem with fields; the detail counts them.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} fields have errors.", many.len()),
        };
        Self { errors, ..Self::new(ErrorCode::Invalid, detail) }
    }

    #[must_use]
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, message)])
    }

    #[must_use]
    pub fn not_found(what: impl AsRef<str>) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no {} that you have access to.", what.as_ref()))
    }

    #[must_use]
    pub fn with_request(mut self, request_id: &str) -> Self {
        request_id.clone_into(&mut self.request_id);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_on_the_wire_is_its_key() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.key());
        }
    }
}
