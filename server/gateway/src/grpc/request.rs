//! What a typed request asks for: its method, its deadline, its keys.

use std::time::Duration;

use http::HeaderMap;
use model::wire::{Fields, Wire};
use model::{ErrorCode, Problem};

/// The methods of the typed services.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    BatchGet,
    Query,
    Stream,
}

pub(super) fn method_of(path: &str) -> Option<(&str, Method)> {
    let (service, method) = path.strip_prefix('/')?.rsplit_once('/')?;
    let method = match method {
        "Get" => Method::Get,
        "BatchGet" => Method::BatchGet,
        "Query" => Method::Query,
        "Stream" => Method::Stream,
        _ => return None,
    };
    Some((service, method))
}

/// The keys of a batch, still as messages.
pub(super) fn keys_of(message: &[u8]) -> Result<Vec<&[u8]>, Problem> {
    let broken = || Problem::new(ErrorCode::Invalid, "The message is not a batch request.");
    let mut keys = Vec::new();
    for field in Fields::new(message) {
        match field.map_err(|_| broken())? {
            field if field.number != 1 => {}
            field => match field.value {
                Wire::Bytes(key) => keys.push(key),
                _ => return Err(broken()),
            },
        }
    }
    Ok(keys)
}

pub(super) fn count_keys(message: &[u8]) -> usize {
    keys_of(message).map_or(1, |keys| keys.len())
}

/// The caller's deadline: digits and a unit.
pub(super) fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn deadlines_are_read_in_every_unit() {
        let of = |text: &'static str| {
            deadline(&HeaderMap::from_iter([(HeaderName::from_static("grpc-timeout"), HeaderValue::from_static(text))]))
        };
        assert_eq!(of("20m"), Some(Duration::from_millis(20)));
        assert_eq!(of("1S"), Some(Duration::from_secs(1)));
        for wrong in ["", "S", "1x", "123456789S", "-1S"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
