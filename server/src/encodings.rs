//! Which encoding of a body a client takes, as RFC 9110 says in its section 12.5.3.

use http::{HeaderMap, header};

/// What is offered, the best one first.
pub(crate) const ENCODINGS: [&str; 3] = ["br", "gzip", "identity"];

/// The one of what is there that the client likes best, and the first of those that it likes alike. `None` where it
/// takes none of them.
pub(crate) fn chosen<T>(headers: &HeaderMap, there: impl Iterator<Item = (&'static str, T)>) -> Option<(&'static str, T)> {
    let said = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<(&str, f32)> = said.flat_map(|text| text.split(',')).filter_map(weighted).collect();
    let mut best = None;
    for (encoding, what) in there {
        let weight = weight(&named, encoding);
        let is_better = best.as_ref().is_none_or(|(most, _)| weight > *most);
        if weight > 0.0 && is_better {
            best = Some((weight, (encoding, what)));
        }
    }
    best.map(|(_, found)| found)
}

/// How much a client wants an encoding, from nothing to one.
fn weight(named: &[(&str, f32)], encoding: &str) -> f32 {
    let of = |wanted: &str| named.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, weight)| *weight);
    match (of(encoding), of("*"), encoding) {
        (Some(weight), _, _) => weight,
        // As it is can be sent to everybody who does not refuse that, but only where nothing named fits.
        (None, Some(0.0), "identity") => 0.0,
        (None, _, "identity") => f32::MIN_POSITIVE,
        (None, others, _) => others.unwrap_or_default(),
    }
}

/// A name and its weight; nothing for what cannot be read.
fn weighted(part: &str) -> Option<(&str, f32)> {
    let (name, parameter) = part.split_once(';').unwrap_or((part, "q=1"));
    let (key, weight) = parameter.split_once('=')?;
    let weight: f32 = weight.trim().parse().ok()?;
    (key.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight)).then_some((name.trim(), weight))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(accepted: &[&'static str], there: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for text in accepted {
            headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
        }
        chosen(&headers, there.iter().map(|encoding| (*encoding, ()))).map(|(encoding, ())| encoding)
    }

    #[test]
    fn the_client_decides_by_names_and_weights() {
        let cases: &[(&[&'static str], Option<&str>)] = &[
            (&[], Some("identity")),
            (&[""], Some("identity")),
            (&["gzip, deflate, br, zstd"], Some("br")),
            (&["gzip, deflate"], Some("gzip")),
            (&["GZIP"], Some("gzip")),
            (&["gzip", "br"], Some("br")),
            (&["br;q=0.5, gzip"], Some("gzip")),
            (&["br ; q=0, gzip;q=0.001"], Some("gzip")),
            (&["br;q=0"], Some("identity")),
            (&["identity"], Some("identity")),
            (&["identity, br;q=0.9"], Some("identity")),
            (&["*"], Some("br")),
            (&["*, br;q=0"], Some("gzip")),
            (&["*;q=0"], None),
            (&["*;q=0, identity;q=0.1"], Some("identity")),
            (&["identity;q=0"], None),
            (&["identity;q=0, gzip;q=0.1"], Some("gzip")),
            (&["br;q=2"], Some("identity")),
            (&["br;q=x, brx, xbr"], Some("identity")),
            (&["br;level=4"], Some("identity")),
        ];
        for (accepted, wanted) in cases {
            assert_eq!(of(accepted, &ENCODINGS), *wanted, "{accepted:?}");
        }
        assert_eq!(of(&["br, gzip"], &["identity"]), Some("identity"));
        assert_eq!(of(&["br, identity;q=0"], &["identity"]), None);
    }
}
