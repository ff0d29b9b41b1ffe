//! The rules are frozen: figures that were measured, and suggestions that people dismissed, hold for one version of them.

use classify::{Column, RULES, Tag, VERSION, ValueType, suggest};
use sha2::{Digest, Sha256};

/// The version and the hash of all tables and lists of words. Whoever changes either changes both, and measures again (`tests/faker.rs`).
const FROZEN: (u32, &str) = (1, "533f15fa1d63d8b3889b311af8190a1fde81db0498a456d8bde56c91f341228c");

#[test]
fn tables_and_lists_are_those_of_the_version() {
    let hash: String = Sha256::digest(classify::tables()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((VERSION, hash.as_str()), FROZEN);
}

/// What the tables do not show: what the rules say of values, one of each kind.
#[test]
fn the_rules_say_of_these_values_what_they_have_always_said() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("x", &["a1@b.de", "a2@b.de", "a3@c.org", "a4@d.com", "a5@e.net", "a6@f.io", "a7@g.cn", "a8@h.de"], "email 0.85"),
        ("mobile", &["152 2316 0250", "n/a"], "phone 0.6"),
        ("steuer_id", &["86095742719", "47036892816", "86095742719", "47036892816", "86095742719"], "identity-number 0.9"),
        ("card", &["4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "4111111111111112"], "payment-card 0.75"),
        (
            "konto",
            &["DE89370400440532013000", "GB29NWBK60161331926819", "DE89370400440532013000", "x", "GB29NWBK60161331926819"],
            "iban 0.72",
        ),
        ("vorname", &["Anna", "Jürgen", "Zoë", "Hans-Peter", "Lena"], "person-name 0.9"),
        ("地址", &["福州路5号", "惠州街", "北京市朝阳区建国路1号", "人民路2号", "a"], "postal-address 0.87"),
        ("lat", &["52.5200", "48.1370", "53.5511", "50.9375", "48.7758"], "coordinates 0.9"),
        ("host", &["10.1.2.200", "10.1.2.3", "192.168.7.1", "172.16.0.9", "10.0.0.1"], "ip-address 0.75"),
        ("price", &["1.50", "20", "3.25", "7.00", "8"], "currency 0.9"),
        ("created_at", &["1700000000", "1700000001", "1700000002", "1700000003", "1700000004"], "time 0.9"),
        ("homepage", &["https://example.org", "www.example.org", "https://a.de/b", "-", "https://b.de", "x"], "url 0.87"),
        ("note", &["4111111111111111", "a@b.de", "Anna Weber", "x", "10.1.2.200", "2020-01-01", "EUR", "12"], ""),
    ];
    for (name, values, expected) in cases {
        let values: Vec<Option<&str>> = values.iter().map(|value| Some(*value)).collect();
        let column = Column { name, table: "t", value_type: ValueType::Text, values: &values, rows: 100 };
        let said: Vec<String> = suggest(&column).iter().map(|finding| format!("{} {}", finding.tag.word(), finding.confidence)).collect();
        assert_eq!(said.join(", "), *expected, "{name}");
    }
}

#[test]
fn every_tag_has_a_rule_and_every_rule_a_name_of_its_own() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    for tag in Tag::ALL {
        assert!(RULES.iter().any(|rule| rule.tag == tag), "{}", tag.word());
    }
}

/// Names and values of any kind: nothing panics, and no finding is less sure than a half.
#[test]
fn odd_names_and_values_are_judged_too() {
    let long = "ж".repeat(10_000);
    let odd = [
        "",
        " ",
        "\0",
        "\u{202e}abc",
        "\u{200b}",
        "é",
        "🏃🏽‍♀️",
        "１２３",
        "٣",
        "-",
        "+",
        "()",
        "@",
        "://",
        "::",
        "'",
        "12é",
        "é 12",
        "T",
        "月",
        long.as_str(),
    ];
    let values: Vec<Option<&str>> = odd.iter().map(|value| Some(*value)).chain([None]).collect();
    for name in odd.iter().chain(&["email", "手机号", "dateTime", "IBANumber"]) {
        for value_type in [ValueType::Text, ValueType::Whole, ValueType::Time, ValueType::Other] {
            let column = Column { name, table: name, value_type, values: &values, rows: 0 };
            for findings in [suggest(&column), suggest(&Column { values: &[], ..column })] {
                assert!(findings.iter().all(|finding| (0.5..=1.0).contains(&finding.confidence)), "{name}");
            }
        }
    }
}
